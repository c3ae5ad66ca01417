"""What doubling the rows would bring is promised only where the curve has earned it."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlwhy.studies.claims.data.curves import Doubling, learning_curve, promise
from dlwhy.studies.findings.statistics import paired_effect

SIZES = 2 ** np.arange(5, 11)


def last_of(low, high, n_seeds=12):
    made = paired_effect(np.linspace(low, high, n_seeds))
    return dataclasses.replace(made, effect=(low + high) / 2, ci_low=low, ci_high=high)


def forecast(promised, drawn, *, miss, last, overlap=0.0):
    return promise(promised, np.asarray(drawn), miss=miss, last=last, overlap=overlap, alpha=0.05)


def test_a_promise_that_is_kept():
    found = forecast(0.012, [0.010, 0.014], miss=0.001, last=last_of(0.021, 0.028))
    assert found.next_refused is None
    assert found.forecast_next == 0.012
    assert found.forecast_next_low == pytest.approx(0.0101, abs=2e-4)
    assert found.forecast_next_high == pytest.approx(0.0139, abs=2e-4)


def test_titanic_promised_what_its_data_do_not():
    """Seen: 1.7 points after a last doubling of .7 [-.7, 2.0], and a miss of 3.6 at the largest size."""
    found = forecast(0.017, [0.01, 0.02], miss=0.036, last=last_of(-0.007, 0.020))
    assert found.forecast_next is None
    assert found.next_refused == "the curve missed the two largest sizes by more than it would promise"


def test_never_more_than_the_upper_end_of_the_last_doubling():
    found = forecast(0.030, [0.02, 0.04], miss=0.005, last=last_of(-0.007, 0.020))
    assert (found.forecast_next, found.forecast_next_high) == (0.020, 0.020)
    assert found.forecast_next_low <= 0.015


def test_the_interval_is_no_narrower_than_the_misses():
    found = forecast(0.012, [0.0119, 0.0121], miss=0.004, last=last_of(0.02, 0.05))
    assert (found.forecast_next_low, found.forecast_next_high) == pytest.approx((0.008, 0.016))


@pytest.mark.parametrize(("low", "end"), [(0.010, 0.005), (-0.002, -0.002)])
def test_its_lower_end_is_at_most_half_of_what_the_last_doubling_surely_brought(low, end):
    found = forecast(0.012, [0.0119, 0.0121], miss=0.001, last=last_of(low, 0.05))
    assert found.forecast_next_low == pytest.approx(end)


def test_resamples_of_one_data_set_widen_it():
    apart, together = (
        forecast(0.012, [0.010, 0.014], miss=0, last=last_of(0.04, 0.9), overlap=overlap) for overlap in (0.0, 1 / 3)
    )
    assert together.forecast_next_high - together.forecast_next_low == pytest.approx(
        5**0.5 * (apart.forecast_next_high - apart.forecast_next_low)
    )


@pytest.mark.parametrize(
    ("last", "drawn", "message"),
    [
        (None, [0.01], "one seed has no interval"),
        (paired_effect([0.01]), [0.01], "one seed has no interval"),
        (last_of(0.0, 0.02), [], "one seed has no interval"),
        (last_of(-0.03, -0.001), [0.01], "the last doubling brought nothing"),
    ],
)
def test_nothing_to_promise_by(last, drawn, message):
    assert forecast(0.01, drawn, miss=0, last=last) == Doubling(next_refused=message)


@given(st.floats(0, 0.2), st.floats(0, 0.1), st.floats(-0.05, 0.05), st.floats(0, 0.1), st.floats(0, 0.5))
def test_the_rules_hold_whatever_is_seen(promised, miss, low, width, overlap):
    last = last_of(low, low + width)
    found = forecast(promised, [promised * 0.8, promised * 1.1], miss=miss, last=last, overlap=overlap)
    assert (found.forecast_next is None) == (found.next_refused is not None)
    if found.forecast_next is not None:
        assert found.forecast_next_low <= found.forecast_next <= found.forecast_next_high <= last.ci_high
        assert miss <= found.forecast_next


@pytest.mark.parametrize("noise", [0.01, 0.03])
def test_a_curve_with_a_law_gets_a_forecast_that_holds_the_truth(noise):
    law = 1.2 * SIZES**-0.3
    rng = np.random.default_rng(1)
    found = learning_curve(SIZES, law * (1 + noise * rng.standard_normal((20, len(SIZES)))))
    truth = law[-1] * (1 - 2**-0.3)
    assert found.next_refused is None
    assert found.forecast_next_low < truth < found.forecast_next_high
    assert found.forecast_next <= found.next_doubling.ci_high


def test_a_flat_curve_with_noise_gets_none():
    rng = np.random.default_rng(1)
    errors = 0.2 + 0.02 * rng.standard_normal((12, len(SIZES)))
    errors[:, 0] += 0.1  # the only size that is worse
    found = learning_curve(SIZES, errors, overlap=1 / 3)
    assert found.forecast_next is None
    assert found.next_refused


def resampled(law, sizes, seed, *, noise=0.02, n_seeds=12, shared=0.25):
    """Errors of resamples of one data set: a share of their variance in common, half of it at all sizes alike."""
    rng = np.random.default_rng(seed)
    parts = [
        np.sqrt(shared) * rng.standard_normal((1, count)) + np.sqrt(1 - shared) * rng.standard_normal((n_seeds, count))
        for count in (1, len(sizes))
    ]
    mean = law(sizes)
    spread = noise * np.sqrt(mean * (1 - mean) / 0.16)
    return mean + spread * np.sqrt(0.5) * (parts[0] + parts[1])


@pytest.mark.parametrize(("a", "b", "c"), [(1.0, 0.3, 0.0), (0.6, 0.15, 0.0), (1.0, 0.5, 0.1), (2.0, 0.8, 0.2)])
def test_promises_of_small_tables_are_kept(a, b, c):
    """Five sizes up to 330 rows: too few for a floor to be seen, which a plain power law then promises through."""
    sizes = np.array([330 >> halvings for halvings in reversed(range(5))])

    def law(n):
        return a * np.asarray(n, float) ** -b + c

    truth = float(law(330) - law(660))
    found = [learning_curve(sizes, resampled(law, sizes, seed), overlap=1 / 3) for seed in range(40)]
    kept = [each for each in found if each.forecast_next is not None]
    assert sum(each.forecast_next_high < truth for each in kept) <= 2
    assert sum(each.forecast_next_low > truth for each in kept) <= 2
    assert len(kept) >= (20 if not c else 1)
