"""What is said in short of the user's own data: what helps, what makes no difference, what hurts."""

import pytest

from dlwhy.studies import headline
from dlwhy.studies.headline import answers


def prediction(contrast, outcome, effect=0.0, **changes):
    verdict = {"helps": "supported", "probably helps": "inconclusive", "open": "inconclusive"}.get(
        outcome, "not supported"
    )
    return {
        "role": "own",
        "task": "mine",
        "primary": True,
        "metric": "accuracy",
        "contrast": contrast,
        **dict(zip(("arm", "base"), contrast.split(" - "), strict=False)),
        "outcome": outcome,
        "verdict": verdict,
        "effect": effect,
        "ci_low": effect - 0.01,
        "ci_high": effect + 0.01,
        "sentence": f"{contrast} {outcome}.",
        **changes,
    }


def report(study, *predictions, lines=(), controls_ok=True):
    return {
        "study": study,
        "predictions": list(predictions),
        "descriptive": {"lines": list(lines)},
        "controls_ok": controls_ok,
    }


def test_ingredients_are_sorted_by_what_they_bring():
    said = answers(
        [
            report("depth", prediction("depth 3 - depth 1", "hurts", -0.017)),
            report(
                "algorithms",
                prediction("Adam - none", "helps", 0.05),
                prediction("batch norm - none", "probably helps", 0.015),
                prediction("L2 .01 - none", "makes no difference", 0.001),
                prediction("dropout .5 - none", "open", 0.004),
                prediction("dropout .2 - none", "does not help", -0.008),
            ),
        ]
    )
    assert said == [
        "What helps: Adam (+5.0 points [4.0, 6.0]).",
        "What probably helps: batch norm (+1.5 points [0.5, 2.5]).",
        "What makes no difference that matters: L2 .01 (+0.1 points [-0.9, 1.1]).",
        "What does not help, and may hurt: dropout .2 (-0.8 points [-1.8, 0.2]).",
        "What hurts: depth 3 instead of depth 1 (-1.7 points [-2.7, -0.7]).",
        "What these runs leave open: dropout .5 (+0.4 points [-0.6, 1.4]).",
    ]


@pytest.mark.parametrize(
    ("outcomes", "first"),
    [
        (["makes no difference", "hurts"], "None of the 2 changes tried helps on mine."),
        (["makes no difference", "open"], "None of the 2 changes tried is shown to help on mine."),
        (["hurts"], "The one change that was tried is not shown to help on mine."),
    ],
)
def test_when_nothing_helps_one_sentence_says_that(outcomes, first):
    made = [prediction(f"a{place} - none", outcome) for place, outcome in enumerate(outcomes)]
    assert answers([report("algorithms", *made)])[0] == first


@pytest.mark.parametrize("outcome", ["helps", "probably helps"])
def test_when_something_helps_no_sentence_says_that_nothing_does(outcome):
    said = answers([report("algorithms", prediction("a - none", outcome), prediction("b - none", "hurts"))])
    assert not any("tried" in line for line in said)


def test_what_decides_is_said_with_its_facts_and_nothing_of_the_toys():
    lines = ["On mine, the net overtakes logistic regression at about 200 rows.", "On moons, it does not."]
    made = [prediction("n=900 - n=30", "helps"), prediction("gap", "helps", primary=False)]
    toy = prediction("toy", "helps", role="positive", task="moons")
    assert answers([report("data", *made, toy, lines=lines)]) == ["n=900 - n=30 helps.", lines[0]]
    assert answers([report("data", toy, lines=lines)]) == []


def test_a_control_that_misbehaved_leaves_no_verdict():
    made = prediction("a - none", "open", verdict="withheld")
    assert answers([report("algorithms", made, controls_ok=False)]) == [
        "No verdict from algorithms: a control misbehaved."
    ]


def of_parts(*verdicts, whole, reasons=()):
    """A report of the parts of a net, each with a verdict."""
    made = [
        prediction(f"a{place} - whole", "open", verdict=verdict, part=f"part {place}")
        for place, verdict in enumerate(verdicts)
    ]
    about = {
        "verdict": whole,
        "verdict_about": "own",
        "own": "mine",
        "only": [],
        "verdict_tasks": ["mine"],
        "reasons": list(reasons),
        "split": "",
    }
    return report("algorithms", *made) | about | {"controls_verdict": None, "claim": ""}


@pytest.mark.parametrize(
    ("verdicts", "whole", "said"),
    [
        (["inconclusive", "supported", "not supported"], "supported", "supported, 1 of 3 parts helps: part 1"),
        (["supported", "supported", "not supported"], "supported", "supported, 2 of 3 parts help: part 0, part 1"),
        (["inconclusive", "not supported"], "inconclusive", "inconclusive, none of 2 parts is shown to help"),
        (["not supported", "not supported"], "not supported", "not supported, none of 2 parts helps"),
    ],
)
def test_the_verdict_on_parts_says_how_many_help_and_which(verdicts, whole, said):
    """That one of them does is enough for it: by itself it would read as more."""
    found = headline.of(of_parts(*verdicts, whole=whole))

    assert found["verdict"] == f"verdict on your data (mine): {said}"
    if whole == "supported":
        assert found["answers"][0] == f"a{verdicts.index('supported')} - whole open."


def test_the_reasons_stand_behind_the_parts():
    found = headline.of(of_parts("supported", "open", whole="supported", reasons=["why"]))

    assert found["verdict"].endswith("supported, 1 of 2 parts helps: part 0 (why)")
