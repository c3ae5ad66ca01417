"""A finding is judged by its interval."""

import dataclasses

import pytest

from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.findings.judging import cautions, compared
from dlwhy.studies.findings.verdicts import Finding, settle
from dlwhy.studies.plan.study import Arm, Outcome, Run, Says, Study, Task, contrast
from dlwhy.studies.request import Request


def test_finding_without_pairs():
    found = Finding(id="P1", task="moons", role="own", metric="accuracy", contrast="a - b", primary=True, smallest=0.01)
    assert (found.verdict, found.n_seeds, found.effect, found.p) == ("withheld", 0, None, None)
    assert found.cautions == ("no pair of runs has a result",)
    settled = settle([found])
    assert settled.findings[0].cautions == found.cautions  # one caution says it
    assert (settled.verdict, settled.reasons) == ("withheld", ("no verdict below 6 paired seeds",))


@pytest.mark.parametrize(
    ("n_train", "outcome", "verdict"), [(14, "open", "inconclusive"), (1400, "makes no difference", "not supported")]
)
def test_splits_that_all_agree_say_as_much_as_their_rows_do(n_train, outcome, verdict):
    task = Task(name="churn", role="own", draw="own")
    ours, theirs = (Arm(name=name, task=task, recipe=Simple(model="svm")) for name in ("a", "b"))
    asked = contrast(ours, theirs, Says(yes="yes", no="no", unclear="unclear"), id="P1")
    runs = [
        Run(seed=seed, metrics={"accuracy": 0.9}, status="ok", n_train=n_train, overlap=3 / 7) for seed in range(12)
    ]
    study = Study(
        request=Request(claim="compare"), arms={each.key: each for each in (ours, theirs)}, contrasts=(), a_a=None
    )
    found = compared(study, {each.key: Outcome(runs=tuple(runs)) for each in (ours, theirs)}, asked)
    assert (found.effect, found.outcome, found.verdict, found.seeds_needed) == (0, outcome, verdict, None)
    assert ("more rows could" in found.sentence) == (verdict == "inconclusive")


@pytest.mark.parametrize(
    ("n_seeds", "verdict", "said"),
    [
        (12, "not supported", "no: 0.000 of R²; exactly the same in each of 12 seeds."),
        (5, "withheld", "no: 0.000 of R²;"),
    ],
)
def test_where_nothing_differs_in_any_seed_there_is_no_interval(n_seeds, verdict, said):
    """The arms are one computation there: an interval of no width would claim to know how large a difference can be."""
    task = Task(name="churn", role="own", draw="own")
    ours, theirs = (Arm(name=name, task=task, recipe=Simple(model="svm"), metric="r2") for name in ("a", "b"))
    asked = contrast(ours, theirs, Says(yes="yes", no="no", unclear="unclear"), id="P1")
    runs = [Run(seed=seed, metrics={"r2": 0.1 * seed}, n_train=100, overlap=3 / 7) for seed in range(n_seeds)]
    study = Study(
        request=Request(claim="compare"), arms={each.key: each for each in (ours, theirs)}, contrasts=(), a_a=None
    )

    found = compared(study, {each.key: Outcome(runs=tuple(runs)) for each in (ours, theirs)}, asked)

    assert (found.effect, found.verdict, found.outcome) == (0, verdict, "makes no difference")
    assert found.sentence.startswith(said)
    told = found.as_json()
    assert (told["ci_low"], told["ci_high"], told["seeds_needed"]) == (None, None, None)


def outcome(*lost, **more):
    runs = [Run(seed=seed, metrics={}, status=status) for seed, status in enumerate([*lost, *["ok"] * 16])]
    return Outcome(runs=tuple(runs), **more)


def test_lost_runs_and_rates_at_an_edge_are_cautioned():
    task = Task(name="rings-4", role="positive", draw="rings", settings={"k": 4})
    arm = Arm(name="depth 6", task=task, recipe=Simple(model="svm"))
    words = "3 of 20 runs of depth 6 diverged; their pairs are left out"
    assert cautions(arm, outcome("diverged", "diverged", "diverged", "stuck")) == [words]
    assert len(cautions(arm, outcome("diverged", "failed"))) == 2
    assert cautions(arm, outcome()) == []
    edge = "the learning rate of depth 6 lies at the edge of its grid"
    assert cautions(arm, outcome(at_edge=True)) == [edge]
    shuffled = dataclasses.replace(arm, task=dataclasses.replace(task, settings={"k": 4, "shuffled": True}))
    assert cautions(shuffled, outcome(at_edge=True)) == []
