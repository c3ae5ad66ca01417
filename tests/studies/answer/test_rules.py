"""Every rule fires on a table made so that it must, and on none made so that it must not."""

import math
from typing import Any

import pytest

from dlwhy.studies.answer import rules
from dlwhy.studies.answer.facts import Facts
from dlwhy.studies.findings.wording import Interval
from tests.studies.answer.tables import PLAIN, made

_LEVEL = {"gain": Interval(-0.002, -0.008, 0.004), "outcome": "makes no difference"}
_WORSE = {"gain": Interval(-0.03, -0.04, -0.02), "outcome": "hurts"}
_NO_BEND = {"bend": Interval(0.001, -0.004, 0.006)}

# what must be recommended by which rule, and a table that is near and must not be
_RECOMMENDED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "control-misbehaved": ({"bad_controls": ("moons",), "outcome": "helps"}, {}),
    "too-few-splits": ({"n_seeds": 5}, {"n_seeds": 6}),
    "nothing-beats-guessing": (
        {"over_guess": Interval(0.005, -0.01, 0.02)},
        {"over_guess": Interval(0.01, 0.001, 0.02)},
    ),
    "guessing-not-excluded": (
        {"over_guess": Interval(0.127, -0.007, 0.26)},
        {"over_guess": Interval(0.127, 0.007, 0.26)},
    ),
    "net-better": (
        {"gain": Interval(0.03, 0.02, 0.04), "outcome": "helps"},
        {"gain": Interval(0.03, 0.005, 0.055), "outcome": "probably helps"},
    ),
    "net-probably-better": ({"gain": Interval(0.03, 0.005, 0.055), "outcome": "probably helps"}, {}),
    "linear-is-enough": (_LEVEL | _NO_BEND, _LEVEL),
    "net-worse": (_WORSE, _LEVEL),
    "net-not-better": (_LEVEL, _LEVEL | {"gain": Interval(-0.002, -0.02, 0.016), "outcome": "open"}),
    "not-told-apart": ({}, _WORSE),
}
_SAID: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "split-caution": ({"caution": "churn comes split by its own column."}, {}),
    "by-how-much": ({}, {}),
    "what-would-change": ({}, {}),
    "not-tried": ({"not_tried": ("CatBoost (not installed)",)}, {}),
    "tuned": ({"tuned": Interval(0.004, -0.002, 0.01)}, {}),
    "parts": ({"parts": {"helps": ("the linear path",)}}, {}),
    "linear-part": ({"linear_is_enough": True}, {"linear_is_enough": False}),
    "few-rows": ({"few_rows": True}, {"few_rows": False}),
    "bend": ({}, {"bend": None}),
}
_ALWAYS = ("by-how-much", "what-would-change")


def _recommended(**changes: Any) -> tuple[str, str]:
    return rules.first(rules.RECOMMENDATIONS, made(**changes))


@pytest.mark.parametrize("name", [rule.name for rule in rules.RECOMMENDATIONS])
def test_a_recommendation_is_made_where_it_must_and_nowhere_else(name: str) -> None:
    """Each table has one rule, and its neighbour another one."""
    must, must_not = _RECOMMENDED[name]
    assert _recommended(**must)[0] == name
    assert _recommended(**must_not)[0] != name


@pytest.mark.parametrize("name", [rule.name for rule in rules.SENTENCES])
def test_a_sentence_is_said_where_it_must_and_nowhere_else(name: str) -> None:
    """All sentences but two belong to some tables only."""
    must, must_not = _SAID[name]
    assert name in dict(rules.fired(rules.SENTENCES, made(**must), most=99))
    assert (name in dict(rules.fired(rules.SENTENCES, made(**must_not), most=99))) == (name in _ALWAYS)


def test_a_table_that_all_sentences_fit_has_five() -> None:
    """The most important ones stay."""
    everything = {key: value for must, _ in _SAID.values() for key, value in must.items()}
    said = rules.fired(rules.SENTENCES, made(**everything))
    assert [name for name, _ in said] == ["split-caution", "by-how-much", "what-would-change", "not-tried", "tuned"]


def test_a_recommendation_names_what_to_use_and_by_how_much() -> None:
    """The model comes first, then the interval and the cost."""
    assert _recommended(**_LEVEL)[1] == (
        "Use random forest on churn: nets gain nothing that matters, -0.2 points [-0.8, 0.4], at 17 times its cost"
        " (3.4 s for eight, compiling included)."
    )
    assert _recommended(gain=Interval(0.03, 0.02, 0.04), outcome="helps")[1] == (
        "Use eight nets on churn (dlwhy train --recipe table --members 8): they beat the best simple model,"
        " random forest, by 3.0 points [2.0, 4.0], at 17 times its cost (3.4 s for eight, compiling included)."
    )


def test_the_linear_model_is_to_be_used_where_the_best_is_not_shown_to_be_better_by_what_matters() -> None:
    """A forest that is ahead by a hair is no reason for a forest."""
    hair, more = Interval(0.004, -0.004, 0.012), Interval(0.03, -0.01, 0.07)

    assert _recommended(bend=hair)[1] == (
        "Use logistic regression on churn: nets are not shown to be better than random forest, +0.3 points [-0.9, 1.5],"
        " at 17 times its cost (3.4 s for eight, compiling included); nor is random forest shown to be better,"
        " +0.4 points [-0.4, 1.2]."
    )
    assert _recommended(bend=more)[1].startswith("Use random forest on churn: nets are not shown to be better, ")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lead": Interval(0.03, 0.01, 0.05), "lead_outcome": "helps"}, "may change the answer"),
        ({"lead": Interval(0.03, 0.01, 0.05), "lead_outcome": "helps", "outcome": "helps"}, "may strengthen it"),
        ({"lead": Interval(-0.01, -0.02, 0.0), "lead_outcome": "hurts"}, "would hardly change the answer"),
        ({"lead": Interval(0.0, -0.05, 0.05), "lead_outcome": "open"}, "is open: from few rows to all a net's lead"),
        ({"doubling": Interval(0.009, 0.001, 0.017)}, "about 0.9 points [0.1, 1.7]"),
        ({"no_doubling": "the last doubling brought nothing"}, "not known: the last doubling brought nothing"),
        ({"last_doubling": Interval(0.003, -0.022, 0.027)}, "the last doubling brought a net +0.3 points [-2.2, 2.7]"),
        ({"seeds_needed": 40}, "About 40 splits would probably settle it"),
        ({}, "dlwhy study data asks it"),
    ],
)
def test_what_would_change_the_answer(changes: dict[str, Any], words: str) -> None:
    """Rows change it where a net gains as they come in; splits, where it is open."""
    said = dict(rules.fired(rules.SENTENCES, made(**changes)))
    assert words in said["what-would-change"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "at about its cost"), (0.05, "at 0.25 times"), (9.0, "at 45 times"), (90, "at 450 times")],
)
def test_the_cost_of_a_net_is_said_in_times_of_the_other(seconds: float, words: str) -> None:
    """Whichever of the two is dearer."""
    nets = PLAIN.nets.__class__(words="eight nets", score=0.861, seconds=seconds)
    assert words in _recommended(nets=nets)[1]


def test_no_interval_is_no_recommendation() -> None:
    """One split has none."""
    assert _recommended(gain=Interval(0.1, -math.inf, math.inf), n_seeds=8)[0] == "too-few-splits"


def test_facts_that_are_missing_leave_no_hole() -> None:
    """Every sentence can be said of the plain table."""
    plain: Facts = made(guess=None, over_guess=None, bend=None)
    assert all("None" not in says for _, says in rules.fired(rules.SENTENCES, plain, most=99))
