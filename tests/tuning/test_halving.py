"""Successive halving with losses that are known: whom it leaves behind, what it takes for better, when it stops."""

import math

import numpy as np
import pytest

from dlwhy.tuning.halving import Gap, gap, halve, work

GROUPS = [["recipe", "a", "b"], ["c"], ["d", "e"]]


class Scores:
    """Losses of each network: its mean by name, and noise that networks of one number share."""

    def __init__(self, own=0.0, seed=0, **means):
        self.means = {"recipe": 1.0, "a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0, "e": 1.0, **means}
        self.random = np.random.default_rng(seed)
        self.shared, self.own = self.random.normal(size=100), own
        self.calls = []

    def __call__(self, names, numbers):
        self.calls.append((tuple(names), tuple(numbers)))
        return {
            name: [self.means[name] + self.shared[i] + self.own * self.random.normal() for i in numbers]
            for name in names
        }


def test_the_best_leads_whatever_rows_all_hold_out():
    scores = Scores(d=0.9, a=0.95)
    halved = halve(GROUPS, scores)

    assert halved.leader == "d"
    assert {name: len(losses) for name, losses in halved.losses.items()} == {
        "recipe": 8, "d": 8, "a": 8, "b": 4, "c": 2, "e": 2,
    }  # fmt: skip
    assert next(iter(halved.losses)) == "recipe"


def test_each_network_is_trained_once_and_those_of_a_group_together():
    scores = Scores(d=0.9, a=0.95)
    halve(GROUPS, scores)

    assert scores.calls[:3] == [(("recipe", "a", "b"), (0, 1)), (("c",), (0, 1)), (("d", "e"), (0, 1))]
    asked = [(name, number) for names, numbers in scores.calls for name in names for number in numbers]
    assert len(asked) == len(set(asked)) == work(5)


def test_nothing_leads_that_is_no_better_than_the_recipe():
    assert halve(GROUPS, Scores(recipe=0.9)).leader is None


def test_what_diverges_is_left_behind():
    halved = halve(GROUPS, Scores(a=math.inf, d=0.9))

    assert len(halved.losses["a"]) == 2
    assert halved.leader == "d"


def test_when_the_time_is_up_it_stops_between_groups_with_what_it_has():
    clock = iter([10, 20, 30, 40])
    scores = Scores(c=0.5, d=0.1)
    halved = halve(GROUPS, scores, is_over=lambda: next(clock) > 15)

    assert [names for names, _ in scores.calls] == [("recipe", "a", "b"), ("c",)]
    assert set(halved.losses) == {"recipe", "a", "b", "c"}
    assert halved.leader == "c"


def test_the_recipe_and_its_group_are_tried_even_without_time():
    assert set(halve(GROUPS, Scores(), is_over=lambda: True).losses) == {"recipe", "a", "b"}


def test_a_gap_is_the_mean_of_pairs_with_the_error_of_overlapping_resamples():
    found = gap([1.0, 2.0, 3.5], [1.5, 2.5, 3.0], share=0.125)

    assert found.value == pytest.approx(-0.5 / 3)
    assert found.standard_error == pytest.approx(np.std([-0.5, -0.5, 0.5], ddof=1) * math.sqrt(1 / 3 + 1 / 7))


@pytest.mark.parametrize(
    ("value", "error", "better"), [(-0.2, 0.1, True), (-0.1, 0.1, False), (0.2, 0.1, False), (-1.0, None, False)]
)
def test_only_what_is_better_by_more_than_its_error_counts(value, error, better):
    assert Gap(value=value, standard_error=error).is_better is better


def test_losses_that_are_not_finite_are_never_better():
    assert not gap([math.inf, 0.0], [1.0, 1.0], share=0.125).is_better


def test_noise_keeps_the_recipe_most_of_the_time():
    # all alike: the leader, compared on fresh networks, is taken for better in at most one of six
    taken = 0
    for seed in range(200):
        scores = Scores(own=0.1, seed=seed)
        leader = halve(GROUPS, scores).leader
        if leader:
            fresh = scores([leader, "recipe"], range(50, 58))
            taken += gap(fresh[leader], fresh["recipe"], share=0.125).is_better

    assert taken < 200 / 6
