"""Statistics of paired differences against closed forms, hand-computed examples and brute force."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dlwhy.studies.findings import statistics
from dlwhy.studies.findings.statistics import holm, paired_effect, sign_flip_p

DIFFERENCES = st.lists(
    st.floats(-100, 100, allow_nan=False).map(lambda x: round(x, 2)), min_size=1, max_size=10
)  # ties and zeros come often
P_VALUES = st.lists(st.floats(0, 1), max_size=12)


def brute_force(values):
    signs = np.array(list(itertools.product([1, -1], repeat=len(values))))
    return float(np.mean(np.abs(signs @ values) >= abs(np.sum(values)) - 1e-9))


# --- paired effects


def test_effect_by_hand():
    # mean 3, variance 10 / 4, standard error 1 / sqrt(2), t(.975, 4) = 2.776
    effect = paired_effect([1, 2, 3, 4, 5])
    assert effect.effect == 3
    assert effect.sd == pytest.approx(math.sqrt(2.5))
    assert effect.standardized == pytest.approx(3 / math.sqrt(2.5))
    assert (effect.ci_low, effect.ci_high) == pytest.approx((3 - 2.776445 / math.sqrt(2), 3 + 2.776445 / math.sqrt(2)))
    assert effect.p == 2 / 32
    assert (effect.n_seeds, effect.alpha) == (5, 0.05)


def test_interval_is_scipys():
    values = np.random.default_rng(0).normal(0.1, 1, 20)
    interval = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    effect = paired_effect(values, alpha=0.1)
    assert (effect.ci_low, effect.ci_high) == pytest.approx((interval.low, interval.high))
    assert effect.alpha == 0.1


def test_overlap_corrects_variance_and_p():
    # Nadeau & Bengio: variance times 1/n + overlap in place of 1/n, here (1/5 + 1/4) = 9/20
    effect = paired_effect([1, 2, 3, 4, 5], overlap=0.25)
    error = math.sqrt(2.5 * 9 / 20)
    assert effect.ci_high - effect.effect == pytest.approx(2.776445 * error, rel=1e-6)
    assert effect.p == pytest.approx(2 * stats.t.sf(3 / error, 4))
    assert effect.standardized == pytest.approx(3 / math.sqrt(2.5))


def test_pairs_that_all_agree_leave_open_what_so_few_rows_leave_open():
    # none in 10 rows: Clopper & Pearson's upper end is 1 - .025 ** .1
    few = paired_effect([0.0] * 12, overlap=0.4, rows=10)
    assert (few.ci_low, few.ci_high) == pytest.approx((-0.3085, 0.3085), abs=1e-4)
    assert few.ci_high == pytest.approx(stats.binomtest(0, 10).proportion_ci().high)
    assert paired_effect([0.02] * 12, overlap=0.4, rows=1000).ci_low == pytest.approx(0.02 - 0.0037, abs=1e-4)
    # pairs that differ are as they were
    differing = [0.1, 0.2, 0.3]
    assert paired_effect(differing, overlap=0.4, rows=3) == paired_effect(differing, overlap=0.4)


def test_pairs_that_all_agree_leave_open_as_many_others_as_so_few_pairs_leave_open():
    share = stats.binomtest(0, 12).proportion_ci().high
    bounded = paired_effect([1.0] * 12, bounds=(-1, 1))
    assert (bounded.ci_low, bounded.ci_high) == pytest.approx((1 - 2 * share, 1))
    nowhere = paired_effect([0.0] * 12, bounds=(-1, 1))
    assert (nowhere.ci_low, nowhere.ci_high) == pytest.approx((-share, share))
    assert paired_effect([0.0] * 12).is_none
    assert not any(paired_effect(each).is_none for each in ([0.0], [0.0] * 11 + [0.1], [0.1] * 12))
    assert not paired_effect([0.0] * 12, rows=10).is_none


@pytest.mark.parametrize("alike", [0.0, 0.3])
def test_all_pairs_but_one_leave_open_how_many_are_like_that_one(alike):
    found = paired_effect([alike] * 11 + [alike + 1])
    share = stats.binomtest(1, 12).proportion_ci().high

    assert found.ci_high == pytest.approx(alike + share)  # so many at the other one's place
    # wider than by t alone, and never narrower: of 3 pairs t is wider
    assert found.ci_high - found.effect > found.sd / math.sqrt(12) * stats.t.ppf(0.975, 11)
    few = paired_effect([0.0, 0.0, 1.0])
    assert few.ci_high - few.effect == pytest.approx(stats.t.ppf(0.975, 2) / 3)


def test_overlap_gives_same_p_for_either_sign():
    values = np.array([0.3, -0.1, 0.4, 0.2, 0.6, 0.1])
    assert paired_effect(values, overlap=0.3).p == pytest.approx(paired_effect(-values, overlap=0.3).p)


@pytest.mark.parametrize("overlap", [0.0, 0.4])
def test_one_pair_tells_nothing(overlap):
    effect = paired_effect([0.3], overlap=overlap)
    assert (effect.ci_low, effect.ci_high) == (-math.inf, math.inf)
    assert (effect.p, effect.sd, effect.standardized) == (1.0, math.inf, None)
    assert (effect.effect, effect.n_seeds, effect.alpha) == (0.3, 1, 0.05)


# not one in 7 leaves so large a share open
SHARE = 1 - 0.025 ** (1 / 7)
NONE = (-math.inf, math.inf)


@pytest.mark.parametrize("overlap", [0.0, 0.4])
@pytest.mark.parametrize(("value", "p"), [(0.0, 1.0), (0.1, 2 / 2**7)])
def test_equal_differences(value, p, overlap):
    # 0.1 seven times over has a standard deviation of 1e-17 in floating point
    effect = paired_effect([value] * 7, overlap=overlap)
    assert effect.effect == pytest.approx(value)
    assert (effect.ci_low, effect.ci_high) == pytest.approx(
        (value * (1 - SHARE), value * (1 + SHARE)) if value else NONE
    )
    assert (effect.sd, effect.standardized, effect.p) == (0.0, None, p)


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [1.0, math.inf], [[1.0, 2.0]], 3.0])
def test_what_is_no_difference_is_refused(values):
    with pytest.raises(ValueError, match="finite numbers, one a seed"):
        paired_effect(values)
    with pytest.raises(ValueError, match="finite numbers, one a seed"):
        sign_flip_p(values)


@given(DIFFERENCES)
def test_effect_turns_with_the_sign(values):
    one, other = paired_effect(values), paired_effect([-value for value in values])
    assert one.effect == pytest.approx(-other.effect)
    assert one.ci_low == pytest.approx(-other.ci_high)
    assert one.p == other.p


@given(DIFFERENCES, st.floats(0, 2), st.floats(0, 2))
def test_more_overlap_never_narrows(values, one, other):
    narrow, wide = (paired_effect(values, overlap=each) for each in sorted((one, other)))
    assert wide.ci_low <= narrow.ci_low + 1e-9
    assert wide.ci_high >= narrow.ci_high - 1e-9


# --- the sign-flip test


@pytest.mark.parametrize(
    ("values", "p"),
    [
        ([1, 1, 1, 1, 1], 2 / 32),
        ([1, 2, 3, 4, 5, 6], 2 / 64),  # the least that six pairs can give
        ([1, 2, 3, -1], 6 / 16),  # 5 or more in size: 1 + 2 + 3 - 1, 1 + 2 + 3 + 1, -1 + 2 + 3 + 1, and their mirrors
        ([1, -1], 1.0),
        ([0, 0, 0], 1.0),
        ([0, 0, 5, 3, 2], 2 / 8),  # pairs without a difference don't matter
        ([-7], 1.0),
    ],
)
def test_sign_flips_by_hand(values, p):
    assert sign_flip_p(values) == p


@given(DIFFERENCES)
def test_sign_flips_are_those_of_brute_force(values):
    assert sign_flip_p(values) == pytest.approx(brute_force(np.array(values)), abs=1e-12)


@given(DIFFERENCES, st.sampled_from([1e-12, 0.1, 3.0, 1e9]))
def test_sign_flips_have_no_unit(values, scale):
    assert sign_flip_p(values) == sign_flip_p([value * scale for value in values])


def test_sign_flips_are_scipys():
    values = np.random.default_rng(3).normal(0.4, 1, 12)
    found = stats.permutation_test((values,), np.mean, permutation_type="samples", n_resamples=2**12, axis=0)
    assert sign_flip_p(values) == pytest.approx(found.pvalue)


@pytest.mark.parametrize("n", [20, 31, 32])
def test_many_sign_flips_are_exact(n):
    # one tail of equal differences is binomial
    values = np.ones(n)
    values[:8] = -1
    assert sign_flip_p(values, seed=1) == pytest.approx(2 * stats.binom.cdf(8, n, 0.5), rel=1e-12)


def test_exact_and_drawn_sign_flips_agree():
    values = np.random.default_rng(5).normal(0.25, 1, 33)
    drawn = sign_flip_p(values, draws=40_000)
    exact = sign_flip_p(values[values != values[np.abs(values).argmin()]])  # without the smallest
    assert drawn == pytest.approx(exact, abs=0.02)
    assert drawn == pytest.approx(stats.ttest_1samp(values, 0).pvalue, abs=0.02)


def test_drawn_sign_flips_by_seed():
    values = np.random.default_rng(6).normal(0.2, 1, 64)
    assert sign_flip_p(values, seed=1) == sign_flip_p(values, seed=1)
    assert sign_flip_p(values, seed=1) != sign_flip_p(values, seed=2)
    assert paired_effect(values, seed=1).p == sign_flip_p(values, seed=1)
    assert sign_flip_p(np.ones(40), draws=99) == 1 / 100  # never 0


# --- families, power


def test_holm_by_hand():
    # sorted .01, .03, .04 times 3, 2, 1, never falling
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([0.2]) == [0.2]
    assert holm([]) == []
    assert holm([0.02, 0.02]) == pytest.approx([0.04, 0.04])


@given(P_VALUES, st.randoms(use_true_random=False))
def test_holm_keeps_order_and_never_helps(p_values, random):
    adjusted = holm(p_values)
    places = sorted(range(len(p_values)), key=lambda place: p_values[place])
    assert [adjusted[place] for place in places] == sorted(adjusted)
    assert all(p <= new <= min(1, p * len(p_values)) + 1e-12 for p, new in zip(p_values, adjusted, strict=True))
    random.shuffle(places)
    assert holm([p_values[place] for place in places]) == pytest.approx([adjusted[place] for place in places])


@pytest.mark.parametrize("n", [6, 12, 20, 64])
def test_detectable_has_its_power(n):
    shift = statistics.detectable(2.0, n) / 2.0
    critical = stats.t.ppf(0.975, n - 1)
    assert stats.nct.sf(critical, n - 1, shift * math.sqrt(n)) == pytest.approx(0.8, abs=0.01)


def test_detectable_by_hand():
    # t(.975, 19) = 2.0930, t(.8, 19) = 0.8610
    assert statistics.detectable(0.01, 20) == pytest.approx(0.01 * 2.9540 / math.sqrt(20), rel=1e-4)
    assert statistics.detectable(0.01, 20, overlap=0.2) == pytest.approx(0.01 * 2.9540 / 2, rel=1e-4)
    assert statistics.detectable(0.01, 20, power=0.9) > statistics.detectable(0.01, 20)
    assert statistics.detectable(0.01, 20, alpha=0.01) > statistics.detectable(0.01, 20)
    assert statistics.detectable(0.0, 20) == 0
    assert statistics.detectable(1.0, 1) == math.inf


def test_seeds_needed_is_where_the_interval_leaves():
    n = statistics.seeds_needed(0.02, 0.02, smallest=0.01)
    half = [stats.t.ppf(0.975, m - 1) * 0.02 / math.sqrt(m) for m in (n - 1, n)]
    assert half[0] >= 0.01 > half[1]
    assert n == 18
    assert statistics.seeds_needed(0.0, 0.02, smallest=0.01) == n  # from below, too
    assert statistics.seeds_needed(0.02, 0.02, smallest=0.01, alpha=0.01) > n


def test_seeds_that_never_suffice():
    assert statistics.seeds_needed(0.01, 0.02, smallest=0.01) is None
    assert statistics.seeds_needed(0.0101, 0.02, smallest=0.01) is None
    assert statistics.seeds_needed(0.02, 0.02, smallest=0.01, most=17) is None
    assert statistics.seeds_needed(0.02, 0.02, smallest=0.01, most=18) == 18
    # no number of overlapping resamples brings the error below sd * sqrt(overlap)
    assert statistics.seeds_needed(0.02, 0.02, smallest=0.01, overlap=0.25) is None
    assert statistics.seeds_needed(0.02, 0.0, smallest=0.01) == 2


# --- trends


def test_slopes_by_hand():
    assert statistics.slopes([[1, 2, 3, 4], [4, 3, 2, 1], [0, 0, 0, 0], [0, 1, 1, 0]]) == pytest.approx([1, -1, 0, 0])


@given(st.lists(st.floats(-10, 10), min_size=3, max_size=6))
def test_slopes_are_those_of_polyfit(curve):
    assert statistics.slopes([curve])[0] == pytest.approx(np.polyfit(range(len(curve)), curve, 1)[0], abs=1e-9)


def test_trend_by_hand():
    # one order alike in 3 rows: one of 6 ** 3 arrangements reaches it
    assert statistics.trend([[1, 2, 3]] * 3) == pytest.approx(1 / 216)
    assert statistics.trend([[3, 2, 1]] * 3) == pytest.approx(1.0)


# --- many data sets


def test_sign_test_by_hand():
    assert statistics.sign_test(8, 2) == pytest.approx(2 * (1 + 10 + 45) / 1024)  # the essay's .11
    assert statistics.sign_test(2, 8) == statistics.sign_test(8, 2)
    assert statistics.sign_test(6, 0) == 2 / 64
    assert statistics.sign_test(0, 0) == 1


def test_ranks_by_hand():
    scores = [[0.9, 0.8, 0.7], [0.6, 0.5, 0.4], [0.3, 0.3, 0.1], [0.5, 0.6, 0.4]]
    found = statistics.rank_comparison(scores)
    assert found.mean_ranks == pytest.approx((5.5 / 4, 6.5 / 4, 3))
    assert found.best == 0
    assert found.friedman_p == pytest.approx(stats.friedmanchisquare(*np.transpose(scores)).pvalue)
    assert found.to_best[0] == 1
    raw = stats.wilcoxon(np.subtract(scores, np.array(scores)[:, :1])[:, 2]).pvalue
    assert found.to_best[2] == pytest.approx(2 * raw)


def test_critical_difference_is_demsars():
    # q(.05) of Demsar's table 5: 2.343 for 3 methods, 2.728 for 5; of .10: 2.459 for 5
    rng = np.random.default_rng(0)
    three = statistics.rank_comparison(rng.normal(size=(14, 3))).critical_difference
    five = statistics.rank_comparison(rng.normal(size=(30, 5)))
    loose = statistics.rank_comparison(rng.normal(size=(30, 5)), alpha=0.1).critical_difference
    assert three == pytest.approx(2.343 * math.sqrt(12 / (6 * 14)), rel=1e-3)
    assert five.critical_difference == pytest.approx(2.728 * math.sqrt(30 / 180), rel=1e-3)
    assert loose == pytest.approx(2.459 * math.sqrt(30 / 180), rel=1e-3)
    assert sum(five.mean_ranks) == pytest.approx(15)


def test_methods_that_tie_everywhere():
    found = statistics.rank_comparison(np.ones((5, 3)))
    assert (found.mean_ranks, found.best, found.friedman_p, found.to_best) == ((2, 2, 2), 0, 1, (1, 1, 1))


@settings(max_examples=25)
@given(st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=2, max_size=8), st.permutations(range(3)))
def test_ranking_follows_the_methods(scores, order):
    one, other = (statistics.rank_comparison(np.array(scores)[:, columns]) for columns in ([0, 1, 2], order))
    assert other.mean_ranks == pytest.approx([one.mean_ranks[place] for place in order])
    assert other.friedman_p == pytest.approx(one.friedman_p)
    assert all(0 <= p <= 1 for p in one.to_best)
