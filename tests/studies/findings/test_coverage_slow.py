"""Intervals cover known truths, and true nulls are rejected, as often as they should: simulated on 20 seeds."""

import math
import sys
from typing import NamedTuple

import numpy as np
import pytest

from dlwhy.evaluation.calibration import wilson_interval
from dlwhy.studies.findings.statistics import holm, paired_effect, sign_flip_p
from dlwhy.studies.findings.verdicts import verdict_of

N_SEEDS = 20
STUDIES = 4000
SMALLEST = 0.01
# standard deviation of paired differences: two points of accuracy
SD = 0.02


class Seen(NamedTuple):
    """Shares of the simulated studies."""

    coverage: float
    t_rejects: float
    flips_reject: float
    seeds: float
    # Monte-Carlo error of a share near 0.05, as half a 95 % Wilson interval
    error: float


def normal(rng):
    return rng.normal(0, SD, N_SEEDS)


def skewed(rng):
    return SD * (rng.exponential(size=N_SEEDS) - 1)


def with_failures(draw):
    def kept(rng):
        values = draw(rng)
        return values[rng.random(N_SEEDS) >= 0.15]

    return kept


def failing_skewed_arm(rng):
    """Differences of two arms with a failure rate of 15 % in each, the one skewed and the other not."""
    one = rng.normal(0, SD / math.sqrt(2), N_SEEDS)
    other = SD / math.sqrt(2) * (rng.exponential(size=N_SEEDS) - 1)
    return (one - other)[(rng.random((2, N_SEEDS)) >= 0.15).all(axis=0)]


def overlapping(overlap):
    """Resamples of one data set: n_test / n_train = overlap makes a correlation of overlap / (1 + overlap)."""
    share = overlap / (1 + overlap)

    def correlated(rng):
        return SD * (math.sqrt(share) * rng.normal() + math.sqrt(1 - share) * rng.normal(size=N_SEEDS))

    return correlated


def simulate(draw, *, overlap=0.0, seed=0):
    rng = np.random.default_rng(seed)
    covers, flips, seeds = 0, 0, 0
    for _ in range(STUDIES):
        values = draw(rng)
        effect = paired_effect(values, overlap=overlap)
        covers += effect.ci_low <= 0 <= effect.ci_high
        flips += (effect.p if not overlap else sign_flip_p(values)) < 0.05
        seeds += len(values)
    low, high = wilson_interval(round(0.05 * STUDIES), STUDIES)
    return Seen(covers / STUDIES, 1 - covers / STUDIES, flips / STUDIES, seeds / STUDIES, (high - low) / 2)


def table(rows):
    head = "differences|seeds left|interval covers the truth|t rejects a true null|sign flips reject a true null"
    lines = [head, "|".join(["---"] * 5)]
    lines += [
        f"{name}|{seen.seeds:.1f}|{seen.coverage:.3f}|{seen.t_rejects:.3f}|{seen.flips_reject:.3f}"
        for name, seen in rows.items()
    ]
    return "\n".join(f"|{line}|" for line in lines)


@pytest.fixture
def show(capsys):
    """Write what was found past pytest's capture: the documentation quotes it."""

    def write(text):
        with capsys.disabled():
            sys.stdout.write(f"\n{text}\n")

    return write


@pytest.mark.slow
def test_coverage_and_false_positives_on_twenty_seeds(show):
    rows = {
        "normal": simulate(normal),
        "normal, 15 % of runs failing": simulate(with_failures(normal), seed=1),
        "skewed (exponential)": simulate(skewed, seed=2),
        "skewed, 15 % of runs failing": simulate(with_failures(skewed), seed=3),
        "normal less skewed arm, 15 % failing in each": simulate(failing_skewed_arm, seed=4),
        "overlapping resamples (0.3), corrected": simulate(overlapping(0.3), overlap=0.3, seed=5),
        "overlapping resamples (0.3), not corrected": simulate(overlapping(0.3), seed=6),
    }
    show(f"{table(rows)}\n\n{STUDIES} studies a row, ± {rows['normal'].error:.3f} (95 %)")
    # four standard errors: of some twenty comparisons none should fail by chance
    error = 2 * rows["normal"].error
    for name in ("normal", "normal, 15 % of runs failing", "overlapping resamples (0.3), corrected"):
        assert rows[name].coverage == pytest.approx(0.95, abs=error), name
    for name in ("normal", "normal, 15 % of runs failing"):
        assert rows[name].flips_reject == pytest.approx(0.05, abs=error), name
    # skewed differences cost coverage, which is known (.93 seen beforehand), and bounded
    for name in ("skewed (exponential)", "skewed, 15 % of runs failing"):
        assert 0.90 < rows[name].coverage < 0.95, name
        assert rows[name].flips_reject < 0.10, name
    assert rows["normal less skewed arm, 15 % failing in each"].coverage == pytest.approx(0.945, abs=0.02)
    # what the correction is for
    assert rows["overlapping resamples (0.3), not corrected"].coverage < 0.7


@pytest.mark.slow
def test_false_verdicts_on_twenty_seeds(show):
    rng = np.random.default_rng(7)
    shares = {}
    for name, truth in (("nothing", 0.0), ("the smallest that matters", SMALLEST), ("three times that", 3 * SMALLEST)):
        given = [verdict_of(paired_effect(truth + normal(rng)), smallest=SMALLEST) for _ in range(STUDIES)]
        shares[name] = {each: given.count(each) / STUDIES for each in ("supported", "not supported", "inconclusive")}
    lines = [f"|{name}|{'|'.join(f'{share:.3f}' for share in seen.values())}|" for name, seen in shares.items()]
    show("\n".join(["|true effect|supported|not supported|inconclusive|", "|---|---|---|---|", *lines]))
    # on the very edge either verdict is wrong 2.5 times in a hundred; beyond it, less
    edge = shares["the smallest that matters"]
    assert edge["supported"] == pytest.approx(0.025, abs=0.008)
    assert edge["not supported"] == pytest.approx(0.025, abs=0.008)
    assert shares["nothing"]["supported"] < 0.001
    assert shares["three times that"]["not supported"] < 0.001
    assert shares["three times that"]["supported"] > 0.95


@pytest.mark.slow
def test_holm_keeps_the_family(show):
    rng = np.random.default_rng(8)
    studies, family = 1500, 5
    raw = np.array([[sign_flip_p(normal(rng)) for _ in range(family)] for _ in range(studies)])
    any_raw = float(np.mean((raw < 0.05).any(axis=1)))
    any_holm = float(np.mean([min(holm(list(row))) < 0.05 for row in raw]))
    show(f"any of {family} true nulls rejected: {any_raw:.3f} without, {any_holm:.3f} with Holm")
    assert any_raw == pytest.approx(1 - 0.95**family, abs=0.04)
    assert any_holm == pytest.approx(0.05, abs=0.02)
