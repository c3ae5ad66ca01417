"""Differences of two predictions of the same rows: published values, scikit-learn, coverage; and the sentences."""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from dlwhy.evaluation import difference, evaluate
from dlwhy.evaluation.comparison import Difference, against_baselines, against_model, newcombe_interval

RNG = np.random.default_rng(0)


def test_newcombes_interval_is_the_published_one():
    # Fagerland, Lydersen and Laake, Statistical Analysis of Contingency Tables (2017), chapter 8: Bentur et al. 2009
    low, high = newcombe_interval(both=1, first=1, second=7, neither=12)

    assert (round(low, 3), round(high, 3)) == (-0.507, -0.026)


def test_newcombes_interval_is_symmetric_and_never_reaches_beyond_one():
    low, high = newcombe_interval(both=40, first=9, second=3, neither=8)

    assert newcombe_interval(both=40, first=3, second=9, neither=8) == pytest.approx((-high, -low))
    assert newcombe_interval(both=0, first=5, second=0, neither=0)[1] <= 1
    assert newcombe_interval(both=5, first=0, second=0, neither=0) == pytest.approx((-0.4345, 0.4345), abs=1e-3)


@pytest.mark.parametrize("shares", [(0.7, 0.1, 0.08, 0.12), (0.9, 0.03, 0.02, 0.05), (0.5, 0.05, 0.2, 0.25)])
def test_newcombes_interval_covers_the_truth_at_its_rate(shares):
    rng = np.random.default_rng(1)
    truth, hits = shares[1] - shares[2], 0
    for counts in rng.multinomial(100, shares, size=300):
        both, first, second, neither = map(int, counts)
        low, high = newcombe_interval(both=both, first=first, second=second, neither=neither)
        hits += low <= truth <= high

    assert hits >= 0.92 * 300


def test_a_difference_in_accuracy_counts_the_rows():
    y = np.array([0, 0, 1, 1, 1, 0])
    mine, other = (
        evaluate(y, np.array(p, float), task="binary", class_names=("a", "b"))
        for p in ([0, 0, 1, 1, 1, 1], [0, 1, 1, 1, 0, 0])
    )

    found = difference(mine, other)

    assert found.value == pytest.approx(1 / 6)
    assert (found.low, found.high) == pytest.approx(newcombe_interval(both=3, first=2, second=1, neither=0))
    assert found.outcome == "open"


def test_pairs_tell_apart_what_two_intervals_do_not():
    # one is right wherever the other is, and on 9 of 180 rows more
    y = np.ones(180, int)
    right, less = np.ones(180), np.ones(180)
    right[165:] = less[156:] = 0
    small, large = (evaluate(y, p, task="binary", class_names=("a", "b")) for p in (less, right))

    assert small.metrics["accuracy_high"] > large.metrics["accuracy_low"]
    assert difference(large, small).outcome == "better"
    assert difference(small, large).outcome == "worse"


def test_a_difference_in_r2_is_the_bootstrap_over_rows():
    y = RNG.normal(size=300)
    mine, other = y + 0.5 * RNG.normal(size=300), y + 0.6 * RNG.normal(size=300)
    found = difference(*(evaluate(y, p, task="regression") for p in (mine, other)), seed=1)

    theirs = stats.bootstrap(
        (y, mine, other),
        # the gain in R2, of all resamples at once
        lambda y, mine, other, axis=-1: np.mean((y - other) ** 2 - (y - mine) ** 2, axis=axis) / np.var(y, axis=axis),
        paired=True,
        method="percentile",
        n_resamples=2000,
        rng=1,
    ).confidence_interval
    assert found.value == pytest.approx(sk.r2_score(y, mine) - sk.r2_score(y, other))
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.01)


@pytest.mark.parametrize("n", [1, 2, 30])
def test_equal_true_values_have_no_difference_in_r2(n):
    found = difference(*(evaluate(np.ones(n), np.arange(n) + k, task="regression") for k in (0.0, 1.0)))

    assert (found.value, found.low, found.high, found.outcome, str(found)) == (None, None, None, "open", "none")


def test_other_rows_can_not_be_compared():
    with pytest.raises(ValueError, match="2 rows, 3 rows"):
        difference(*(evaluate(np.ones(n), np.ones(n), task="regression") for n in (2, 3)))


def gain(value, low, high, metric="accuracy", n_samples=394):
    return Difference(value=value, low=low, high=high, metric=metric, n_samples=n_samples)


BETTER, OPEN, WORSE = gain(0.2, 0.15, 0.25), gain(0.008, -0.02, 0.035), gain(-0.05, -0.08, -0.02)


@pytest.mark.parametrize(
    ("differences", "best", "said"),
    [
        (
            {"guessing": BETTER, "gradient boosting": OPEN},
            "gradient boosting",
            "Beats guessing; can't be told from gradient boosting on 394 rows (+0.8 points [-2.0, 3.5]).",
        ),
        (
            {"guessing": BETTER, "SVM": OPEN, "a line": OPEN},
            "SVM",
            (
                "Beats guessing; can't be told from SVM and a line on 394 rows "
                "(against the best of them, SVM: +0.8 points [-2.0, 3.5])."
            ),
        ),
        (
            {"guessing": BETTER, "a line": BETTER},
            "a line",
            "Beats guessing and a line on 394 rows (against the best of them, a line: +20.0 points [15.0, 25.0]).",
        ),
        (
            {"guessing": OPEN, "a line": WORSE},
            "a line",
            "Can't be told from guessing; is worse than a line on 394 rows (-5.0 points [-8.0, -2.0]).",
        ),
        (
            {"guessing": BETTER, "a line": gain(-0.01, -0.02, -0.004, "r2")},
            "a line",
            "Beats guessing; is worse than a line on 394 rows (R² -0.0100 [-0.0200, -0.0040]).",
        ),
    ],
)
def test_one_sentence_says_what_is_beaten_and_by_how_much(differences, best, said):
    assert against_baselines(differences, best, "394 rows") == said


@pytest.mark.parametrize(
    ("found", "said"), [(BETTER, "b beats a"), (OPEN, "b can't be told from a"), (WORSE, "b is worse than a")]
)
def test_one_sentence_compares_two_models(found, said):
    assert against_model(found, "b", "a", "394 rows") == f"{said} on 394 rows ({found.in_words})."


def test_points_have_two_decimals_where_rows_allow_it():
    assert gain(0.00031, 0.0001, 0.0005, n_samples=1_000_000).in_words == "+0.03 points [0.01, 0.05]"
