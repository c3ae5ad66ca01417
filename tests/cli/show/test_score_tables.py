"""What `evaluate` shows at 80 columns, in every form, each against a file under tests/golden/tables."""

import numpy as np
import pytest

from dlwhy.cli.show import scores
from dlwhy.cli.show.console import Output
from dlwhy.evaluation import evaluate


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


SIMPLE = (("majority class", 30), ("logistic regression", 9), ("nearest neighbours", 33), ("random forest", 3))
NUMBERS = (("mean", 60), ("linear regression", 20), ("gradient boosting", 4))


@pytest.mark.parametrize("form", ["table", "markdown", "csv", "json"])
@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("one-model", ("multiclass", {"iris": 5})),
        ("against-baselines", ("binary", {"iris": 4}, SIMPLE)),
        ("two-models", ("binary", {"small": 10, "large": 2}, SIMPLE)),
        ("regression", ("regression", {"small": 10, "large": 2}, NUMBERS)),
        ("training-part", ("binary", {"iris": 4}, SIMPLE[:2], "train")),
    ],
)
def test_what_evaluate_shows(capsys, same_as_golden, name, found, form):
    scores.show(Output(), scores_of(*found), form)

    same_as_golden(f"evaluate-{name}-{form}", capsys.readouterr().out)
