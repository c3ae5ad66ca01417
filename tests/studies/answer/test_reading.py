"""Facts are what reports say of the user's own table, and nothing is made up where they say nothing."""

from dlwhy.studies.answer.reading import facts_of
from dlwhy.studies.findings.wording import Interval
from tests.studies.answer import reports


def test_the_judge_alone_is_enough() -> None:
    facts = facts_of([reports.judge()])

    assert facts is not None
    assert (facts.task, facts.rows, facts.n_train, facts.n_seeds, facts.seeds_needed) == ("churn", 2000, 1500, 20, 40)
    assert (facts.nets.words, facts.simple.words, facts.linear.score) == ("eight nets", "random forest", 0.842)
    assert facts.gain == Interval(0.003, -0.009, 0.015)
    assert facts.outcome == "open"
    assert facts.few_rows is False
    assert facts.linear_is_enough is False
    assert facts.not_tried[0] == "CatBoost (not installed)"
    assert (facts.doubling, facts.lead, facts.guess, facts.bend, dict(facts.parts)) == (None, None, None, None, {})


def test_without_the_judge_there_are_none() -> None:
    toys_only = reports.judge() | {"descriptive": {"own": None}}

    assert facts_of([reports.data(), reports.algorithms()]) is None
    assert facts_of([toys_only]) is None


def test_the_study_of_data_says_what_rows_bring() -> None:
    kept, refused = (facts_of([reports.judge(), reports.data(forecast)]) for forecast in (0.009, None))

    assert kept is not None
    assert refused is not None
    assert (kept.doubling, kept.no_doubling) == (Interval(0.009, 0.001, 0.017), "")
    assert (kept.lead, kept.lead_outcome) == (Interval(0.03, 0.02, 0.04), "helps")
    assert (refused.doubling, refused.no_doubling) == (None, "the last doubling brought nothing")


def test_parts_of_a_study_whose_control_misbehaves_are_not_known() -> None:
    known = facts_of([reports.judge(), reports.algorithms()])
    withheld = facts_of([reports.judge(), reports.algorithms(verdict="withheld")])

    assert known is not None
    assert withheld is not None
    assert dict(known.parts) == {"helps": ["dropout (+2.0 points [1.0, 3.0])"]}
    assert not withheld.parts


def test_a_control_of_the_judge_that_misbehaves_is_named() -> None:
    bad = {"controls_ok": False, "reasons": ["the positive control moons misbehaves: net - linear is not supported"]}

    facts = facts_of([reports.judge() | bad, reports.algorithms()])

    assert facts is not None
    assert facts.bad_controls == bad["reasons"]
