"""The choice of a learning rate: in the middle of what does well, away from the brink, and the same on any machine."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlwhy.studies.arms import tuning
from dlwhy.studies.plan.study import ADAM_RATES, SGD_RATES

# mean scores that were seen on four tuning seeds
ADAM = {
    "tent-4, depth 3": (0.508, 0.525, 0.537, 0.561, 0.664, 0.679, 0.610, 0.510, 0.502),
    "tent-4, depth 1": (0.482, 0.502, 0.495, 0.530, 0.548, 0.549, 0.508, 0.510, 0.502),
    "rings-4, depth 3": (0.535, 0.636, 0.620, 0.697, 0.937, 0.950, 0.956, 0.675, 0.497),
    "linear, depth 3": (0.961, 0.994, 0.998, 0.998, 0.998, 0.998, 0.997, 0.984, 0.506),
    "scaled inputs, Adam": (0.177, 0.407, 0.719, 0.854, 0.883, 0.901, 0.880, 0.371, 0.101),
    "trunk, fine-tuned": (0.630, 0.689, 0.728, 0.753, 0.776, 0.771, 0.717, 0.638, 0.594),
}
SGD = {
    "2 layers, residual": (0.722, 0.869, 0.914, 0.938, 0.949, 0.947, 0.954, 0.102, 0.102),
    "20 layers, residual": (0.561, 0.807, 0.897, 0.931, 0.929, 0.930, 0.102, 0.102, 0.102),
    "20 layers, batch norm": (0.460, 0.744, 0.879, 0.931, 0.938, 0.940, 0.813, 0.199, 0.143),
    "scaled inputs, SGD": (0.611, 0.754, 0.828, 0.869, 0.873, 0.298, 0.102, 0.102, 0.102),
}
SEEN = {name: dict(zip(ADAM_RATES, scores, strict=True)) for name, scores in ADAM.items()} | {
    name: dict(zip(SGD_RATES, scores, strict=True)) for name, scores in SGD.items()
}
HALF_DECADE = 10**0.5


def moved(scores, by, seed):
    """Give the scores with a normal error of this deviation."""
    errors = by * np.random.default_rng(seed).standard_normal(len(scores))
    return {rate: score + error for (rate, score), error in zip(scores.items(), errors, strict=True)}


def interpolated(scores, rate):
    rates = sorted(scores)
    return float(np.interp(np.log10(rate), np.log10(rates), [scores[each] for each in rates]))


@pytest.mark.parametrize("name", SEEN)
def test_last_bits_do_not_move_the_choice(name):
    chosen = tuning.centre(SEEN[name])
    for seed in range(50):
        # the last of two digits may change where a rate lies between two numbers
        assert tuning.centre(moved(SEEN[name], 1e-6, seed)) == pytest.approx(chosen, rel=0.1)


@pytest.mark.parametrize("name", SEEN)
def test_a_third_of_a_standard_error_moves_the_choice_by_less_than_a_step_and_not_off_the_plateau(name):
    scores = SEEN[name]
    chosen = tuning.centre(scores)
    for seed in range(50):
        again = tuning.centre(moved(scores, 0.006, seed))
        assert max(again / chosen, chosen / again) < HALF_DECADE
        assert interpolated(scores, again) > max(scores.values()) - 0.03


def test_two_rates_that_tie_are_no_question():
    """The case of tent-4: which of .003 and .01 was better differed between two processors."""
    scores = SEEN["tent-4, depth 3"]
    one, other = {**scores, 0.003162: 0.6721, 0.01: 0.6719}, {**scores, 0.003162: 0.6719, 0.01: 0.6721}
    assert [tuning.centre(one), tuning.centre(other)] == pytest.approx([0.006, 0.006], rel=0.05)


@pytest.mark.parametrize("name", SGD)
def test_half_as_much_again_would_still_train(name):
    chosen = tuning.centre(SEEN[name])
    assert interpolated(SEEN[name], chosen * 1.5) > max(SEEN[name].values()) - 0.03


def test_the_only_good_rate_is_taken_even_at_the_brink():
    steep = dict(zip(SGD_RATES, (0.30, 0.50, 0.75, 0.85, 0.95, 0.10, 0.10, 0.10, 0.10), strict=True))
    assert tuning.centre(steep) == 0.1


def test_a_lucky_rate_far_from_the_broad_best_ones_is_passed_over():
    lucky = dict(zip(ADAM_RATES, (0.597, 0.657, 0.58, 0.571, 0.582, 0.644, 0.65, 0.605, 0.606), strict=True))
    assert 0.01 <= tuning.centre(lucky) <= 0.0317


def test_beyond_a_dip_no_rate_counts():
    dip = dict(zip(ADAM_RATES, (0.90, 0.90, 0.90, 0.70, 0.90, 0.89, 0.60, 0.50, 0.50), strict=True))
    assert tuning.centre(dip) <= ADAM_RATES[2]


@pytest.mark.parametrize(
    ("scores", "more"),
    [
        ((0.5, 0.6, 0.7), [3.162, 10.0]),
        ((0.7, 0.6, 0.5), [0.01, 0.03162]),
        ((0.5, 0.7, 0.5), []),
        ((0.7, 0.7, 0.7), [0.01, 0.03162]),
    ],
)
def test_the_grid_grows_where_the_best_lies_at_its_edge(scores, more):
    assert tuning.beyond(dict(zip((0.1, 0.3162, 1.0), scores, strict=True))) == more


def test_a_grown_grid_keeps_to_half_decades():
    scores = {0.1: 0.5, 0.3162: 0.6, 1.0: 0.7}
    for step in range(1, 4):
        scores |= dict.fromkeys(tuning.beyond(scores), 0.7 + step / 10)
    grown = sorted(scores)
    assert grown[-1] == 1000
    assert [b / a for a, b in itertools.pairwise(grown)] == pytest.approx([HALF_DECADE] * (len(grown) - 1), rel=1e-3)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9), st.integers(-3, 3))
def test_any_scores_give_a_rate_within_the_grid_that_does_not_depend_on_its_place(scores, decades):
    grid = dict(zip(SGD_RATES, scores, strict=False))
    chosen = tuning.centre(grid)
    assert min(grid) * 0.95 <= chosen <= max(grid) * 1.05
    elsewhere = tuning.centre({rate * 10.0**decades: score for rate, score in grid.items()})
    assert elsewhere == pytest.approx(chosen * 10.0**decades, rel=0.1)
