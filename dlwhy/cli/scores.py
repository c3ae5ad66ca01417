"""Evaluations of several models, and of the baselines, as a table, JSON, CSV or Markdown."""

import csv
import dataclasses
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from dlwhy.cli.console import Output
from dlwhy.errors import display
from dlwhy.evaluation import MAIN_METRIC, Evaluation

_ROWS = {
    "classes": ("accuracy", "balanced_accuracy", "loss", "roc_auc", "brier", "ece"),
    "regression": ("r2", "mae", "rmse", "loss"),
}
_WORDS = {
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
# header and rows
Table = tuple[list[str], list[list[str]]]
_MOST_COLUMNS = 3
_MOST_IN_CONFUSION = 10


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scores:
    """What `dlwhy evaluate` found.

    Parameters
    ----------
    data, split
        What was evaluated on: the path, and ``test``, ``train`` or ``all``.
    models
        By path, at least one.
    baselines
        By name; may be empty.

    """

    data: str
    split: str
    models: Mapping[str, Evaluation]
    baselines: Mapping[str, Evaluation] = dataclasses.field(default_factory=dict)

    def gains(self, model: str) -> dict[str, float | None]:
        """Give by how much a model's accuracy, or R², is above each baseline's."""
        return {name: _difference(self.models[model], other) for name, other in self.baselines.items()}


def show(out: Output, scores: Scores, form: str) -> None:
    """Print on stdout in one of the forms, and what to know about the numbers on stderr."""
    _FORMS[form](out, scores)
    evaluations = {**scores.models, **scores.baselines}
    notes = [note for evaluation in evaluations.values() for note in evaluation.notes]
    for note in dict.fromkeys(notes):
        out.note(f"note: {note}")


def as_json(scores: Scores) -> dict[str, Any] | list[dict[str, Any]]:
    """Give one flat object a model, with the rows a class, the confusion matrix and the baselines behind; or a list."""
    objects = [_object(scores, name) for name in scores.models]
    return objects[0] if len(objects) == 1 else objects


def _object(scores: Scores, model: str) -> dict[str, Any]:
    evaluation = scores.models[model]
    found: dict[str, Any] = {"model": model, "data": scores.data, "split": scores.split, "task": evaluation.task}
    found |= evaluation.as_json(scores.split)
    found |= {f"gain_over_{name.replace(' ', '_')}": gain for name, gain in scores.gains(model).items()}
    if evaluation.confusion is not None:
        found["per_class"] = [_class_object(dataclasses.asdict(row)) for row in evaluation.classes]
        found["confusion"] = evaluation.confusion.tolist()
    if scores.baselines:
        found["baselines"] = {name: other.as_json(scores.split) for name, other in scores.baselines.items()}
    if evaluation.notes:
        found["notes"] = list(evaluation.notes)
    return found


def _class_object(row: dict[str, Any]) -> dict[str, Any]:
    return {"class": row.pop("name"), **row}


def _show_json(out: Output, scores: Scores) -> None:
    out.json(as_json(scores))


def _show_csv(out: Output, scores: Scores) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    first = next(iter(scores.models.values()))
    gains = [f"gain_over_{name.replace(' ', '_')}" for name in scores.baselines]
    writer.writerow(["model", "split", "n_samples", *first.metrics, *gains])
    for name, evaluation in scores.models.items():
        known = (*evaluation.metrics.values(), *scores.gains(name).values())
        writer.writerow([_cell(name), scores.split, evaluation.n_samples, *map(_number, known)])
    for name, evaluation in scores.baselines.items():
        known = (*evaluation.metrics.values(), *[None] * len(gains))
        writer.writerow([name, scores.split, evaluation.n_samples, *map(_number, known)])
    out.text(text.getvalue().rstrip("\n"))


def _cell(text: str) -> str:
    # a spreadsheet would run it as a formula
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) and text != "-" else text


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _show_markdown(out: Output, scores: Scores) -> None:
    def line(cells: Iterable[str]) -> str:
        return f"| {' | '.join(cell.replace('|', chr(92) + '|').replace('<', '&lt;') for cell in cells)} |"

    tables = [
        "\n".join([line(header), line(["---", *["---:"] * (len(header) - 1)]), *map(line, rows)])
        for header, rows in _tables(scores)
    ]
    out.text("\n\n".join(tables))


def _show_tables(out: Output, scores: Scores) -> None:
    n_samples = next(iter(scores.models.values())).n_samples
    title = f"{display(scores.data)}, {scores.split} part: {n_samples} rows"
    for header, rows in _tables(scores):
        out.table([header[0], *(f">{name}" for name in header[1:])], rows, title=title)
        title = ""


def _tables(scores: Scores) -> Iterator[Table]:
    """Give the tables for people: metrics, baselines, and for a single model its classes and their confusion."""
    models = list(scores.models)
    # a few models a table, or a narrow terminal would cut the numbers
    for start in range(0, len(models), _MOST_COLUMNS):
        yield _metrics_table({name: scores.models[name] for name in models[start : start + _MOST_COLUMNS]})
    if scores.baselines:
        yield _baselines_table(scores)
    evaluation = scores.models[models[0]]
    if len(models) == 1 and evaluation.confusion is not None:
        yield _classes_table(evaluation)
        if len(evaluation.classes) <= _MOST_IN_CONFUSION:
            yield _confusion_table(evaluation)


def _metrics_table(evaluations: Mapping[str, Evaluation]) -> Table:
    first = next(iter(evaluations.values()))
    metrics = _ROWS["regression" if first.task == "regression" else "classes"]
    rows = [[_WORDS[metric], *(_with_interval(found, metric) for found in evaluations.values())] for metric in metrics]
    return ["metric", *(display(name, 40) for name in evaluations)], rows


def _baselines_table(scores: Scores) -> Table:
    main = MAIN_METRIC[next(iter(scores.models.values())).task]
    gains = [f"gain of {display(name, 30)}" for name in scores.models] if len(scores.models) > 1 else ["gain over it"]
    rows = [
        [
            name,
            _with_interval(evaluation, main),
            _text(evaluation.metrics["loss"]),
            *(_text(scores.gains(model)[name], "+") for model in scores.models),
        ]
        for name, evaluation in scores.baselines.items()
    ]
    return ["baseline", _WORDS[main], "loss", *gains], rows


def _classes_table(evaluation: Evaluation) -> Table:
    rows = [
        [display(row.name, 24), str(row.n_samples), _text(row.precision), _text(row.recall), _text(row.f1)]
        for row in evaluation.classes
    ]
    return ["class", "rows", "precision", "recall", "F1"], rows


def _confusion_table(evaluation: Evaluation) -> Table:
    names = [display(row.name, 24) for row in evaluation.classes]
    counts = [] if evaluation.confusion is None else evaluation.confusion.tolist()
    rows = [[name, *map(str, line)] for name, line in zip(names, counts, strict=True)]
    return ["true class, taken for", *names], rows


def _with_interval(evaluation: Evaluation, metric: str) -> str:
    low, high = (evaluation.metrics.get(f"{metric}_{side}") for side in ("low", "high"))
    value = _text(evaluation.metrics[metric])
    return value if low is None or high is None else f"{value} [{_text(low)}, {_text(high)}]"


def _text(value: float | None, sign: str = "") -> str:
    if value is None:
        return "none"
    plain = value == 0 or 0.001 <= abs(value) < 10_000
    return format(value, f"{sign}.4f" if plain else f"{sign}.4g")


def _difference(model: Evaluation, baseline: Evaluation) -> float | None:
    metric = MAIN_METRIC[model.task]
    ours, theirs = model.metrics[metric], baseline.metrics[metric]
    return None if ours is None or theirs is None else ours - theirs


_FORMS: Mapping[str, Callable[[Output, Scores], None]] = {
    "table": _show_tables,
    "json": _show_json,
    "csv": _show_csv,
    "markdown": _show_markdown,
}
