"""Learning curves with a known law are found again; ill-behaved ones are refused."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlwhy.studies.claims.data import curves
from dlwhy.studies.claims.data.curves import Curve, choose_form, fit_curve, learning_curve
from dlwhy.studies.findings.statistics import paired_effect
from dlwhy.text import plain

SIZES = 2.0 ** np.arange(6, 14)
# held-out errors of STUDIES.md: the ends and n = 512, 2048 are measured
TEACHER = np.array([0.256, 0.236, 0.218, 0.196, 0.180, 0.163, 0.149, 0.136])
MOONS = np.array([0.058, 0.045, 0.038, 0.034, 0.033, 0.032, 0.031, 0.032])
DIGITS_SIZES = [50, 100, 200, 400, 800, 1300]
DIGITS = 2.1 * np.array(DIGITS_SIZES) ** -0.6


def runs_of(means, *, n_seeds=20, noise=0.05, seed=0):
    means = np.asarray(means)
    return means * (1 + noise * np.random.default_rng(seed).normal(size=(n_seeds, len(means))))


# --- fits


@given(st.floats(0.05, 10), st.floats(0, 2))
def test_plain_law_is_found(a, b):
    fit = fit_curve(SIZES, Curve(a=a, b=b, c=0).at(SIZES), floor=False)
    assert (fit.a, fit.b, fit.c) == pytest.approx((a, b, 0), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("a", [0.2, 1.0, 5.0])
@pytest.mark.parametrize("b", [0.3, 0.6, 1.2])
@pytest.mark.parametrize("c", [0.0, 0.005, 0.03, 0.3])
def test_law_with_floor_is_found(a, b, c):
    fit = fit_curve(SIZES, Curve(a=a, b=b, c=c).at(SIZES), floor=True)
    assert (fit.a, fit.b, fit.c) == pytest.approx((a, b, c), rel=1e-3, abs=1e-5)


def test_curve_by_hand():
    assert Curve(a=2, b=0.5, c=0.1).at([1, 4, 16]) == pytest.approx([2.1, 1.1, 0.6])


@pytest.mark.parametrize("floor", [True, False])
def test_rising_errors_give_no_negative_exponent(floor):
    fit = fit_curve(SIZES, 0.1 * SIZES**0.2, floor=floor)
    assert 0 <= fit.b < 1e-6
    assert 0 <= fit.c < 0.1 * SIZES[0] ** 0.2


@settings(max_examples=50)
@given(st.lists(st.floats(0.001, 1), min_size=4, max_size=8))
def test_floor_stays_in_its_bounds_and_never_fits_worse(errors):
    n = SIZES[: len(errors)]
    plain, free = (fit_curve(n, errors, floor=floor) for floor in (False, True))
    assert free.b >= 0
    assert 0 <= free.c < min(errors)
    misfit = [np.sum((np.log(fit.at(n)) - np.log(errors)) ** 2) for fit in (plain, free)]
    assert misfit[1] <= misfit[0] * 1.02 + 1e-6


def test_fit_has_no_unit():
    errors = Curve(a=0.9, b=0.5, c=0.03).at(SIZES) * np.tile([1.01, 0.99], 4)
    one, other = fit_curve(SIZES, errors, floor=True), fit_curve(SIZES, 1000 * errors, floor=True)
    assert (other.a, other.b, other.c) == pytest.approx((1000 * one.a, one.b, 1000 * one.c), rel=1e-3)


# --- which form


def test_form_is_chosen_by_the_last_size():
    assert choose_form(SIZES, Curve(a=1, b=0.3, c=0).at(SIZES)) == "power law"
    assert choose_form(SIZES, Curve(a=1, b=0.5, c=0.05).at(SIZES)) == "power law with floor"
    assert choose_form(SIZES[:6], MOONS[:6]) == "power law with floor"
    assert choose_form(SIZES[:6], TEACHER[:6]) == "power law"


def test_floor_needs_five_sizes_to_be_chosen():
    errors = Curve(a=1, b=0.5, c=0.05).at(SIZES)
    assert choose_form(SIZES[:5], errors[:5]) == "power law with floor"
    assert choose_form(SIZES[:4], errors[:4]) == "power law"


def test_a_flat_curve_needs_no_floor():
    assert choose_form(SIZES, np.full(8, 0.9)) == "power law"


# --- the whole curve


def test_teacher():
    runs = runs_of(TEACHER)
    found = learning_curve(SIZES, runs)
    assert (found.form, found.c, found.refused) == ("power law", 0, None)
    assert found.b == pytest.approx(0.13, abs=0.01)
    assert found.b_low < found.b < found.b_high
    assert found.b_high - found.b_low < 0.03
    assert found.forecast_error < 0.03
    assert found.sizes == (64, 128, 256, 512, 1024, 2048, 4096, 8192)
    assert found.errors == pytest.approx(runs.mean(axis=0))
    assert found.observed == found.errors[-2:]
    assert found.next_doubling == paired_effect(runs[:, -2] - runs[:, -1])
    assert found.next_doubling.ci_low > 0.005
    assert found.forecast_next == pytest.approx(0.136 * (1 - 2**-0.13), rel=0.1)


def test_moons_need_a_floor():
    found = learning_curve(SIZES / 2, runs_of(MOONS, noise=0.03))
    assert found.form == "power law with floor"
    assert found.c == pytest.approx(0.031, abs=0.002)
    assert found.forecast_error < 0.05
    # at its floor it promises nothing
    assert found.forecast_next is None
    assert found.next_refused == "the last doubling brought nothing"
    assert found.next_doubling.ci_high < 0.003


def test_digits_have_too_few_sizes_for_a_floor():
    found = learning_curve(DIGITS_SIZES, runs_of(DIGITS))
    assert (found.form, found.refused) == ("power law", None)
    assert found.b == pytest.approx(0.6, abs=0.05)


def test_the_two_largest_sizes_are_not_fitted():
    runs = runs_of(TEACHER)
    spoiled = runs.copy()
    spoiled[:, -2:] *= 0.5
    one, other = learning_curve(SIZES, runs), learning_curve(SIZES, spoiled)
    assert (one.a, one.b, one.c, one.form, one.forecast) == (other.a, other.b, other.c, other.form, other.forecast)
    assert (one.b_low, one.b_high) == (other.b_low, other.b_high)
    assert other.forecast_error == pytest.approx(max(np.array(one.forecast) / other.observed - 1))
    assert other.forecast_error > 0.9


def test_forecast_error_counts_too_low_forecasts():
    runs = np.repeat(Curve(a=1, b=0.5, c=0).at(SIZES)[None], 8, axis=0)
    runs[:, -1] *= 1.25
    found = learning_curve(SIZES, runs)
    assert found.forecast_error == pytest.approx(0.2)
    runs[:, -1] /= 1.25
    exact = learning_curve(SIZES, runs)
    assert exact.forecast_error == pytest.approx(0, abs=1e-9)
    assert exact.forecast_next == pytest.approx(8192**-0.5 - 16384**-0.5)


def test_same_seed_same_curve():
    runs = runs_of(TEACHER)
    assert learning_curve(SIZES, runs, seed=3) == learning_curve(SIZES, runs, seed=3)
    assert learning_curve(SIZES, runs, seed=3).b_low != learning_curve(SIZES, runs, seed=4).b_low


@pytest.mark.parametrize("form", ["power law", "power law with floor"])
def test_interval_covers_the_law(form):
    truth = Curve(a=0.9, b=0.5, c=0.03 if "floor" in form else 0.0)
    found = [learning_curve(SIZES, runs_of(truth.at(SIZES), noise=0.03, seed=seed)) for seed in range(6)]
    assert [each.form for each in found].count(form) >= 5
    assert sum(each.b_low <= 0.5 <= each.b_high for each in found if each.form == form) >= 4


def test_a_wider_alpha_narrows_the_interval():
    runs = runs_of(TEACHER)
    one, other = learning_curve(SIZES, runs), learning_curve(SIZES, runs, alpha=0.5)
    assert one.b_low < other.b_low < other.b_high < one.b_high
    assert other.next_doubling.alpha == 0.5


def test_overlap_widens_the_next_doubling():
    runs = runs_of(TEACHER)
    one, other = learning_curve(SIZES, runs), learning_curve(SIZES, runs, overlap=0.4)
    assert other.next_doubling == paired_effect(runs[:, -2] - runs[:, -1], overlap=0.4)
    assert other.next_doubling.ci_low < one.next_doubling.ci_low


def test_failed_runs_are_left_out():
    runs = runs_of(TEACHER)
    runs[3, 2], runs[5, -1], runs[7, 0] = np.nan, np.inf, np.nan
    found = learning_curve(SIZES, runs)
    assert found.next_doubling.n_seeds == 19
    assert found.errors[2] == pytest.approx(np.delete(runs[:, 2], 3).mean())
    assert found.b == pytest.approx(0.13, abs=0.01)


def test_a_seed_alone_has_no_interval():
    found = learning_curve(SIZES, TEACHER[None])
    assert found.form == "power law"
    assert (found.b_low, found.b_high) == (None, None)
    assert found.next_doubling.n_seeds == 1


# --- refusals


def refused(sizes, runs):
    found = learning_curve(sizes, runs)
    unknown = (found.form, found.a, found.b, found.c, found.b_low, found.b_high, found.forecast_error)
    assert unknown == (None,) * 7
    assert (found.forecast, found.forecast_next) == ((), None)
    return found


def test_four_sizes_are_too_few():
    found = refused(SIZES[:4], runs_of(TEACHER[:4]))
    assert found.refused == "a forecast needs 5 sizes at least (got 4)"
    assert found.next_doubling.n_seeds == 20  # what was seen is given all the same
    assert learning_curve(SIZES[:5], runs_of(TEACHER[:5])).refused is None


@pytest.mark.parametrize("place", [1, 3, 7])
def test_a_curve_that_turns_back_is_refused(place):
    means = TEACHER.copy()
    means[place] = means[place - 1] * 1.2
    assert "rises with more data" in refused(SIZES, runs_of(means)).refused


def test_a_slow_turn_is_refused():
    means = [0.3, 0.2, 0.15, 0.155, 0.16, 0.165, 0.17, 0.175]
    assert "rises with more data" in refused(SIZES, runs_of(means, noise=0.03)).refused


def test_a_rise_within_noise_or_of_no_size_is_none():
    means = TEACHER.copy()
    means[3] = means[2] * 1.2
    assert learning_curve(SIZES, runs_of(means, noise=0.6)).refused is None
    means[3] = means[2] * 1.04
    assert learning_curve(SIZES, runs_of(means, noise=0.001)).refused is None


def test_no_result_at_a_size():
    runs = runs_of(TEACHER)
    runs[:, -1] = np.nan
    found = refused(SIZES, runs)
    assert found.refused == "no run has a result at one of the sizes"
    assert found.next_doubling is None


def test_an_error_of_nothing():
    runs = runs_of(TEACHER)
    runs[:, -1] = 0
    assert refused(SIZES, runs).refused == "an error of 0 has no logarithm"


def test_some_resamples_without_an_error():
    runs = runs_of(TEACHER, n_seeds=2)
    runs[0, 5] = 0.0  # a resample of this seed alone has no logarithm
    found = learning_curve(SIZES, runs)
    assert found.refused is None
    assert found.b_low <= found.b_high


@pytest.mark.parametrize("n_sizes", [3, 8])
def test_curve_is_json(n_sizes):
    found = learning_curve(SIZES[:n_sizes], runs_of(TEACHER[:n_sizes]))
    values = plain(dataclasses.asdict(found))
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    assert set(values) == {field.name for field in dataclasses.fields(curves.LearningCurve)}
    assert values["next_doubling"]["n_seeds"] == 20
    assert learning_curve(SIZES, np.where(SIZES > 4096, np.nan, runs_of(TEACHER))).next_doubling is None
