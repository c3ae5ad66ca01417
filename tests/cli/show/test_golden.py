"""Whole tables at 80 columns, each against a file under tests/golden/tables: what stands where, and in what words."""

import types

import numpy as np
import pytest

from dlwhy.cli.show import scores, verdicts
from dlwhy.cli.show.console import Output
from dlwhy.cli.show.training import Spread, show_replicas
from dlwhy.evaluation import evaluate
from dlwhy.models.diagnosis.rules import Finding


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def predicted(task, wrong):
    """Evaluate predictions of which the first few are wrong."""
    y = np.arange(60) % (3 if task == "multiclass" else 2)
    names = () if task == "regression" else ("setosa", "versicolor", "virginica")[: y.max() + 1]
    if task == "regression":
        y = y + np.linspace(0, 1, 60)
        return evaluate(y, y + np.where(np.arange(60) < wrong, 0.5, 0.05), task=task)
    y_pred = np.where(np.arange(60) < wrong, (y + 1) % len(names), y)
    y_prob = np.clip(np.eye(len(names))[y_pred], 0.1, 0.8)
    return evaluate(y, y_prob[:, 1] if task == "binary" else y_prob, task=task, class_names=names)


def scores_of(task, models, baselines=(), split="test"):
    return scores.Scores(
        data="flowers.joblib",
        split=split,
        models={f"{name}.keras": predicted(task, wrong) for name, wrong in models.items()},
        baselines={name: predicted(task, wrong) for name, wrong in baselines},
    )


CLASSES = (("majority class", 30), ("logistic regression", 9), ("nearest neighbours", 33), ("random forest", 3))
NUMBERS = (("mean", 60), ("linear regression", 20), ("gradient boosting", 4))


@pytest.mark.parametrize("form", ["table", "markdown", "csv", "json"])
@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("one-model", ("multiclass", {"iris": 5})),
        ("against-baselines", ("binary", {"iris": 4}, CLASSES)),
        ("two-models", ("binary", {"small": 10, "large": 2}, CLASSES)),
        ("regression", ("regression", {"small": 10, "large": 2}, NUMBERS)),
        ("training-part", ("binary", {"iris": 4}, CLASSES[:2], "train")),
    ],
)
def test_what_evaluate_shows(capsys, same_as_golden, name, found, form):
    scores.show(Output(), scores_of(*found), form)

    same_as_golden(f"evaluate-{name}-{form}", capsys.readouterr().out)


def test_what_replicas_show(capsys, same_as_golden):
    replicas = types.SimpleNamespace(
        columns=("loss", "accuracy", "val_loss", "val_accuracy"),
        seeds=range(42, 47),
        status=("ok", "ok", "diverged", "stuck", "ok"),
        epochs=np.array([4, 4, 2, 4, 4]),
    )
    last = np.array([[0.25, 0.5, np.nan, 0.5], [0.125, 0.75, 1, 1], [0.7, 0.25, 1, 1], [1e-5, 1, 2, 1]])
    spread = Spread(replicas=replicas, finished=[0, 1, 3, 4], last=last, ranked_by="loss")
    finding = Finding(rule="unfinished", says="the loss still falls: more --epochs, or --learning-rate 0.01")

    show_replicas(Output(), spread, {"model.keras": 43}, {"model.keras": (finding,)})
    shown = capsys.readouterr()
    show_replicas(Output(as_json=True), spread, {"model.keras": 43}, {"model.keras": (finding,)})

    same_as_golden("replicas", f"{shown.out}--- stderr\n{shown.err}--- as JSON\n{capsys.readouterr().out}")


def test_what_there_is_to_generate(dlwhy_in_process, same_as_golden):
    same_as_golden("generate-list", dlwhy_in_process("generate", "--list").out)


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
    verdicts.show([REPORT], Output())
    shown = capsys.readouterr()

    same_as_golden("study-found", f"{shown.out}--- stderr\n{shown.err}")


def test_what_a_study_found_on_own_data(capsys, same_as_golden):
    own = found(
        "P3", task="churn (yours)", role="own", sentence="On churn (yours), depth 3 beats depth 1 by 12.3 points."
    )
    mine = {"own": {"name": "churn (yours)"}, "verdict_about": "own", "predictions": [own, *REPORT["predictions"]]}
    headline = {"lab": "the lab works", "verdict": "verdict on your data (churn (yours)): supported"}
    verdicts.show([{**REPORT, **mine, "headline": {**REPORT["headline"], **headline}}], Output(quiet=True))

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
        "needs": {"says": "12 seeds settle an effect of 0.02", "can_be_supported": False},
    }
    verdicts.show_plans([plan], Output())
    verdicts.warn_of_few_seeds([plan], Output())
    shown = capsys.readouterr()

    same_as_golden("study-plan", f"{shown.out}--- stderr\n{shown.err}")
