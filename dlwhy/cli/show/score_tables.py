"""The tables of `dlwhy evaluate` for people: metrics, baselines, and for a single model its classes."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dlwhy.cli.show.columns import Table
from dlwhy.evaluation.results import ENDS, MAIN_METRIC, Evaluation
from dlwhy.text import display, number

if TYPE_CHECKING:
    from dlwhy.cli.show.scores import Scores

_ROWS = {
    "classes": ("accuracy", "balanced_accuracy", "loss", "roc_auc", "brier", "ece"),
    "regression": ("r2", "mae", "rmse", "loss"),
}
# metrics as people call them
WORDS = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "loss": "loss",
    "roc_auc": "ROC AUC",
    "brier": "Brier score",
    "ece": "calibration error",
    "r2": "R²",
    "mae": "MAE",
    "rmse": "RMSE",
}
_MOST_IN_CONFUSION = 10


def tables(scores: "Scores") -> Iterator[Table]:
    """Give the tables, each with the widest content that it has; `dlwhy.cli.show.columns` makes them fit."""
    yield _metrics(scores.models)
    if scores.baselines:
        yield _baselines(scores)
    if len(scores.models) > 1:
        yield _models(scores)
        return
    evaluation = next(iter(scores.models.values()))
    if evaluation.confusion is not None:
        yield _classes(evaluation)
        if len(evaluation.classes) <= _MOST_IN_CONFUSION:
            yield _confusion(evaluation)


def _metrics(evaluations: Mapping[str, Evaluation]) -> Table:
    first = next(iter(evaluations.values()))
    metrics = _ROWS["regression" if first.task == "regression" else "classes"]
    rows = [[WORDS[metric], *(with_interval(found, metric) for found in evaluations.values())] for metric in metrics]
    return ["metric", *(display(name, 60) for name in evaluations)], rows


def _baselines(scores: "Scores") -> Table:
    main = MAIN_METRIC[scores.task]
    rows = [
        [
            f"{name} (below guessing)" if scores.is_below_guessing(evaluation) else name,
            with_interval(evaluation, main),
            *(str(scores.gains[model][name]) for model in scores.models),
        ]
        for name, evaluation in scores.baselines.items()
    ]
    gain, several = _gain(scores), len(scores.models) > 1
    gains = [f"{gain} of {display(name, 60)}" for name in scores.models] if several else [gain]
    return ["baseline", WORDS[main], *gains], rows


def _models(scores: "Scores") -> Table:
    first = next(iter(scores.models))
    rows = [[display(name, 60), str(gain)] for name, gain in scores.gains_over_first.items()]
    return [f"against {display(first, 60)}", _gain(scores)], rows


def _gain(scores: "Scores") -> str:
    return "gain in R²" if scores.task == "regression" else "gain in points"


def _classes(evaluation: Evaluation) -> Table:
    rows = [
        [display(row.name, 24), str(row.n_samples), number(row.precision), number(row.recall), number(row.f1)]
        for row in evaluation.classes
    ]
    return ["class", "rows", "precision", "recall", "F1"], rows


def _confusion(evaluation: Evaluation) -> Table:
    names = [display(row.name, 24) for row in evaluation.classes]
    counts = [] if evaluation.confusion is None else evaluation.confusion.tolist()
    rows = [[name, *map(str, line)] for name, line in zip(names, counts, strict=True)]
    return ["true class, taken for", *names], rows


def with_interval(evaluation: Evaluation, metric: str) -> str:
    """Return a metric with its interval, if it has one."""
    value, low, high = (_told(metric, evaluation.metrics.get(f"{metric}{end}")) for end in ENDS)
    return number(value) if low is None or high is None else f"{number(value)} [{number(low)}, {number(high)}]"


def _told(metric: str, value: float | None) -> float | None:
    # an R² of 3e-05 is none
    return (round(value, 4) or 0.0) if metric == "r2" and value is not None else value
