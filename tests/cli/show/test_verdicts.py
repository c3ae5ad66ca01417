"""Whole tables of studies at 80 columns, each against a file under tests/golden/tables."""

from dlwhy.cli.show import verdicts
from dlwhy.cli.show.console import Output


def found(id_, **more):
    """Give a prediction with what was found of it, as it stands in a report."""
    return {
        "id": id_,
        "task": "rings-4",
        "role": "positive",
        "contrast": "depth 3 - depth 1",
        "effect": 0.1234,
        "ci_low": 0.08,
        "ci_high": 0.17,
        "n_seeds": 20,
        "p": 0.0004,
        "p_holm": 0.0008,
        "primary": True,
        "verdict": "supported",
        "outcome": "helps",
        "told": True,
        "sentence": "On rings-4, depth 3 beats depth 1 by 12.3 points.",
        "cautions": [],
    } | more


REPORT = {
    "study": "depth",
    "alpha": 0.05,
    "own": None,
    "verdict_about": "controls",
    "complete": False,
    "headline": {"title": "depth: do more layers help?", "verdict": "verdict on depth: supported", "lab": ""},
    "a_a": {
        "arm": "depth 1",
        "task": "rings-4",
        "effect": -0.001,
        "ci_low": -0.01,
        "ci_high": 0.008,
        "n_seeds": 20,
        "detectable": 0.02,
        "cautions": ["the noise is large"],
    },
    "predictions": [
        found("P1"),
        found(
            "P2",
            task="linear",
            role="negative",
            effect=-0.02,
            ci_low=-0.03,
            ci_high=-0.01,
            verdict="not supported",
            outcome="hurts",
            sentence="On linear, depth 3 loses 2.0 points.",
            cautions=["2 of 20 seeds failed"],
        ),
        found("S1", primary=False, p_holm=None, p=0.2, effect=None, verdict="inconclusive", outcome="open", told=False),
    ],
    "cautions": [],
    "caveats": ["Widths differ, parameters do not."],
    "descriptive": {"lines": ["A network of each depth has learnt the rings."]},
}


def test_what_a_study_found(capsys, same_as_golden):
    verdicts.show_one(REPORT, Output())
    shown = capsys.readouterr()

    same_as_golden("study-found", f"{shown.out}--- stderr\n{shown.err}")


def test_what_a_study_found_on_own_data(capsys, same_as_golden):
    own = found(
        "P3", task="churn (yours)", role="own", sentence="On churn (yours), depth 3 beats depth 1 by 12.3 points."
    )
    mine = {"own": {"name": "churn (yours)"}, "verdict_about": "own", "predictions": [own, *REPORT["predictions"]]}
    headline = {"lab": "the lab works", "verdict": "verdict on your data (churn (yours)): supported"}
    verdicts.show_one({**REPORT, **mine, "headline": {**REPORT["headline"], **headline}}, Output(quiet=True))

    same_as_golden("study-found-on-own-data", capsys.readouterr().out)


def test_what_a_study_would_do(capsys, same_as_golden):
    arm = {"task": "linear", "role": "negative", "arm": "depth 1", "parameters": 1234, "runs": 12, "trainings": 60}
    plan = {
        "study": "depth",
        "claim": "more layers help",
        "arms": [arm, {**arm, "arm": "majority", "parameters": None, "trainings": 12}],
        "seeds": 12,
        "runs": 24,
        "trainings": 72,
        "seconds": 150.0,
        "split": None,
        "needs": {"says": "12 seeds settle an effect of 0.02", "can_be_supported": False},
    }
    verdicts.show_plans([plan], Output())
    verdicts.warn_of_few_seeds([plan], Output())
    shown = capsys.readouterr()

    same_as_golden("study-plan", f"{shown.out}--- stderr\n{shown.err}")
    verdicts.show_plans([plan, plan], Output())
    assert "all 2 studies: 4 arms, 48 runs, 144 trainings, about 5 min" in capsys.readouterr().err
