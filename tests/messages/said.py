"""Sentences that studies, rules, checks and trainings say, as the tests of those make them."""

import dataclasses
import itertools

import numpy as np

from dlwhy.checks.run import check
from dlwhy.models.diagnosis.rules import diagnose
from dlwhy.studies import conduct
from dlwhy.studies import report as reporting
from dlwhy.studies.answer import rules
from dlwhy.studies.claims import registry
from dlwhy.studies.findings.wording import Interval
from dlwhy.studies.request import OwnData, Request
from tests.checks import planting
from tests.models.diagnosis import test_rules as diagnosis
from tests.studies.answer import tables
from tests.studies.claims.algorithms import given as algorithms
from tests.studies.claims.compute import given as compute
from tests.studies.conftest import outcome

CLASSES = OwnData(name="mine, 1.5", fingerprint="0" * 64, rows=400, features=7, classes=3)
VALUES = dataclasses.replace(CLASSES, classes=0, rows=3000)
SPLIT = dataclasses.replace(CLASSES, column="part")
GROUPED = dataclasses.replace(CLASSES, by="group", column="who", groups=80, largest=5)
ARMS = {"arms": ["layers=4", "layers=4 dropout=0.1 epochs=1", "baseline:svm"]}
EFFECTS = (Interval(0.03, 0.02, 0.04), Interval(0.015, 0.002, 0.028), Interval(0.0, -0.004, 0.004))
EFFECTS += (Interval(-0.003, -0.02, 0.006), Interval(-0.03, -0.04, -0.02), Interval(0.0, -0.1, 0.1), Interval(0.02))


def of_report(report):
    """Every sentence of a report that a page shows."""
    headline = report["headline"]
    yield from (headline["title"], headline["verdict"], *filter(None, [headline["lab"]]), *headline["answers"])
    yield from (*report["cautions"], *report["caveats"], *report["descriptive"].get("lines", ()))
    yield from (report["a_a"] or {}).get("cautions", ())
    for finding in report["predictions"]:
        yield from filter(None, [finding["sentence"], *finding["cautions"]])


def results_of(study, gain, *, sd, lost=0):
    """Results in which whatever an arm has more than the first one brings a gain, and some runs are lost."""
    rng = np.random.default_rng(0)
    found = {}
    for place, (key, arm) in enumerate(study.every.items()):
        mean = 0.6 + gain * (place % 5)
        values = np.clip(mean + sd * rng.standard_normal(len(study.seeds_of(arm))), 0, 1)
        made = outcome(values, seeds=study.seeds_of(arm), metric=arm.metric, n_train=100)
        runs = [dataclasses.replace(run, status="diverged", metrics={}) for run in made.runs[:lost]]
        found[key] = dataclasses.replace(made, runs=(*runs, *made.runs[lost:]), at_edge=place == 1, hopeless=place == 2)
    return found


def of_study(name, own, *, n_seeds=8, gain=0.02, sd=0.004, lost=0, budget="quick"):
    """Sentences of a study in one outcome."""
    extra = ARMS if name == registry.COMPARE else {}
    study = conduct.design(Request(claim=name, own=own, n_seeds=n_seeds, extra=extra, budget=budget))
    return of_report(reporting.report(study, results_of(study, gain, sd=sd, lost=lost)))


def of_all_studies():
    """Sentences of every study in many outcomes."""
    outcomes = ((8, 0.02, 0.004, 0), (8, -0.02, 0.004, 0), (8, 0.0, 0.03, 1), (4, 0.01, 0.01, 0))
    for name, own in itertools.product((*registry.CLAIMS, registry.COMPARE), (None, CLASSES, VALUES, SPLIT, GROUPED)):
        if (name, own) == (registry.COMPARE, VALUES):  # its simple model is one of classes
            continue
        for n_seeds, gain, sd, lost in outcomes:
            yield from of_study(name, own, n_seeds=n_seeds, gain=gain, sd=sd, lost=lost, budget="default")


def of_studies_with_more_in_their_rows():
    """Sentences on gradients and rates, frontiers and throughput, which need more than scores."""
    study = algorithms.designed("thorough", n_seeds=6)
    yield from of_report(reporting.report(study, algorithms.rows(study)))
    study = conduct.design(Request(claim="compute", n_seeds=8))
    yield from of_report(reporting.report(study, compute.results_of(study, compute.SLOPES)))


def of_rules():
    """What is recommended and said of tables of all kinds."""
    outcomes = ("helps", "probably helps", "makes no difference", "does not help", "hurts", "open")
    changes = [{"gain": gain, "outcome": said} for gain in EFFECTS for said in outcomes]
    changes += [{"bend": bend} for bend in (None, *EFFECTS)]
    changes += [{"over_guess": over} for over in EFFECTS]
    changes += [{"lead": lead, "lead_outcome": said} for lead in EFFECTS for said in ("helps", "open")]
    changes += [{"doubling": EFFECTS[0]}, {"last_doubling": EFFECTS[2], "no_doubling": "one seed has no interval"}]
    changes += [{"seeds_needed": 40}, {"guess": None}, {"n_seeds": 3}, {"bad_controls": ("moons",)}]
    changes += [{"not_tried": ("CatBoost, LightGBM (not installed)", "settings other than defaults (dlwhy tune)")}]
    changes += [{"tuned": EFFECTS[1]}, {"linear_is_enough": True}, {"few_rows": True}]
    parts = ("the linear path (+2.1 points [0.3, 3.9])", "averaging 8 nets (+1.0 points)")
    changes += [{"parts": {said: parts}} for said in outcomes]
    changes += [{"parts": {said: parts[:1], "probably helps": parts[1:], "open": parts}} for said in ("helps", "hurts")]
    changes += [{"parts": {said: parts[:1]}} for said in outcomes] + [
        {"parts": {"helps": parts, "probably helps": parts}}
    ]
    changes += [{"caution": SPLIT.caution}, {"simple": tables.PLAIN.linear}, {"metric": "r2"}]
    level = {"gain": Interval(-0.002, -0.008, 0.004), "outcome": "makes no difference"}
    for change in [*changes, *(level | each for each in changes)]:
        facts = tables.made(**change)
        yield rules.first(rules.RECOMMENDATIONS, facts)[1]
        yield from (says for _, says in rules.fired(rules.SENTENCES, facts, most=99))


def of_checks():
    """What checks say of planted faults, and of a table of which rows were drawn."""
    for name in planting.FAULTS:
        _, plant, fits = planting.FAULTS[name]
        for kind, task in (("gaussian", "multiclass"), ("skewed", "regression")):
            rows = planting.clean(kind, task, (300, 6), 3)
            if fits(rows):
                yield from (finding.says for finding in check(plant(rows).dataset()))


def of_trainings():
    """What rules say of curves."""
    given = diagnosis
    for held_out in (given.RISING, given.FALLING, given.FLAT, None):
        for train in (given.FLAT, given.FALLING, given.RISING, np.full(100, 2.0)):
            history = given.curves(train, held_out)
            yield from (found.says for found in diagnose(history, given.details_of()))
            yield from (found.says for found in diagnose(history, given.details_of(epochs=200)))
