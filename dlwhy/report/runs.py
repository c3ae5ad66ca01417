"""What a folder of `dlwhy run` tells: the data and its checks, the model, how good it is, and its pictures."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy import files
from dlwhy.data.dataset import Column, Dataset, Task
from dlwhy.evaluation.comparison import difference, with_simple
from dlwhy.evaluation.results import ENDS, MAIN_METRIC, METRICS, Evaluation, without_probabilities
from dlwhy.messages.language import Language
from dlwhy.report import commands, loss, neurons, pictures, scrub
from dlwhy.report.content import Amount, Cell, Model, Picture, Run, Said, Table, Word
from dlwhy.report.folders import DATA, MODEL
from dlwhy.text import display, number

if TYPE_CHECKING:
    from dlwhy.figures.subject import Subject
    from dlwhy.models.trained import Trained

_MOST_COLUMNS, _MOST_CLASSES, _MOST_NAMED = 60, 30, 6
_MOST_IN_CONFUSION = 12
# training rows beyond which simple models take minutes
_MOST_FOR_SIMPLE = 20_000
_SHORT = 120


def gather(folder: Path, number_of: int, languages: Sequence[Language], *, max_size: int | None = None) -> Run:
    """Read a run from its folder.

    Parameters
    ----------
    folder
        Has the data set, and perhaps a model.
    number_of
        Which of the page's runs it is, from 1: names within its pictures begin with it.
    languages
        Those of the page.
    max_size
        Most MiB to read of each file.

    Raises
    ------
    InputRefusedError, InputUnreadableError, InputOutputError
        If a file can't be read, or the two don't fit.
    UnusableResultError
        If the model's predictions are not finite numbers.

    """
    from dlwhy.checks import run as checks
    from dlwhy.data.stored import storage
    from dlwhy.models.keras_file import archive

    path = folder / MODEL
    trained = archive.read(path, max_size=max_size) if path.is_file() else None
    task: Task | None = "regression" if trained and trained.details.task == "regression" else None
    dataset = storage.read(folder / DATA, max_size=max_size, task=task)
    codes = checks.chosen(dataset)
    found = checks.check(dataset)
    model = None if trained is None else _model(trained, dataset, folder, number_of, languages)
    kept = trained.snapshots.planned if trained and trained.snapshots else None
    train = commands.train(trained.details, snapshots=kept) if trained else ""
    return Run(
        folder=display(folder.resolve().name, _SHORT),
        name=dataset.name,
        task=dataset.task,
        facts=[*_facts(dataset)],
        columns=_columns(dataset),
        classes=_classes(dataset),
        checks=[(finding.severity, finding.code, finding.says) for finding in found],
        n_checks=len(codes),
        model=model,
        commands=[line for line in (commands.generate(dataset), train, commands.evaluate() if trained else "") if line],
        fingerprint=dataset.fingerprint,
    )


def _facts(dataset: Dataset) -> Iterator[tuple[str, Cell]]:
    yield "data.task", Word(f"task.{dataset.task}")
    yield "data.target", dataset.target_name
    yield "data.n_train", len(dataset.y_train)
    yield "data.n_test", len(dataset.y_test)
    yield "data.n_columns", len(dataset.columns)
    yield "data.n_features", dataset.n_features
    split = dataset.split
    yield "data.split", Word(f"split.{split.by if split else 'column' if dataset.split_column else 'chance'}")
    if column := split.column if split else dataset.split_column:
        yield "data.split_column", column


def _columns(dataset: Dataset) -> Table:
    rows: list[list[Cell]] = []
    at = 0
    for column in dataset.columns[:_MOST_COLUMNS]:
        width = len(column.features)
        values = dataset.X_train[:, at : at + width].astype(np.float64)
        rows.append([column.name, Word(f"kind.{column.kind}"), *_range(column, values)])
        at += width
    names = ["columns.name", "columns.kind", ">columns.least", ">columns.mean", ">columns.most", "columns.categories"]
    return Table(name="columns.table", columns=names, rows=rows, left_out=len(dataset.columns) - len(rows))


def _range(column: Column, values: "np.ndarray[Any, np.dtype[np.float64]]") -> list[Cell]:
    if column.kind == "categorical" or not len(values):
        named = ", ".join(display(name) for name in column.categories[:_MOST_NAMED])
        more = len(column.categories) - _MOST_NAMED
        return [None, None, None, f"{named} … (+{more})" if more > 0 else named]
    own = values[:, 0]
    return [*(Amount(float(each), number(float(each))) for each in (own.min(), own.mean(), own.max())), None]


def _classes(dataset: Dataset) -> Table | None:
    if dataset.task == "regression":
        return None
    counts = [np.bincount(y, minlength=dataset.n_classes) for y in (dataset.y_train, dataset.y_test)]
    rows: list[list[Cell]] = [
        [name, int(train), int(test)] for name, train, test in zip(dataset.class_names, *counts, strict=True)
    ]
    names = ["classes.name", ">classes.train", ">classes.test"]
    return Table(name="classes.table", columns=names, rows=rows[:_MOST_CLASSES], left_out=len(rows[_MOST_CLASSES:]))


def _model(trained: "Trained", dataset: Dataset, folder: Path, number_of: int, languages: Sequence[Language]) -> Model:
    from dlwhy.evaluation.evaluate import evaluate_model
    from dlwhy.figures.subject import Subject
    from dlwhy.models.diagnosis.rules import diagnose

    name, data = files.shown(folder / MODEL), files.shown(folder / DATA)
    tested = len(dataset.y_test) > 0
    found = evaluate_model(trained, dataset, split="test" if tested else "train", model=name, data=data)
    subject = Subject.from_trained(trained, dataset, model=name, data=data)
    simple = _simple(subject.dataset) if tested and len(dataset.y_train) <= _MOST_FOR_SIMPLE else {}
    gains = {each: difference(found, other) for each, other in simple.items()}
    notes = [
        *_other_data(trained, dataset),
        *found.notes,
        *(each.says for each in diagnose(trained.history, trained.details, found.outputs)),
    ]
    epochs = trained.details.epochs(trained.history)
    course = loss.course(trained.history, subject.unit, epochs=epochs, scrub=scrub.frames(subject))
    return Model(
        headline=_headline(found, tested=tested),
        compared=with_simple(gains, simple, found.rows),
        notes=[*dict.fromkeys(notes)],
        metrics=_metrics(found, tested=tested),
        classes=_by_class(found),
        confusion=_confusion(found),
        confused=[row.name for row in found.classes],
        baselines=_baselines(found, simple) if simple else None,
        layers=_layers(trained),
        training=[*_training(trained)],
        pictures=[*_pictures(subject, found, number_of, languages)],
        neurons=neurons.network(subject),
        loss=course,
        versions=trained.details.versions,
    )


def _other_data(trained: "Trained", dataset: Dataset) -> list[str]:
    """Say that a model was trained on another data set than the one beside it, if that is known."""
    from dlwhy.models.matching import was_trained_on

    known = trained.details.dataset or {}
    if known.get("fingerprint") is None or was_trained_on(trained.details, dataset):
        return []
    return [f"the model was trained on another data set ({display(known.get('name'))})"]


def _headline(found: Evaluation, *, tested: bool) -> tuple[str, dict[str, Any]]:
    main = MAIN_METRIC[found.task]
    value, *ends = (found.metrics.get(f"{main}{end}") for end in ENDS)
    written = _percent if main == "accuracy" else number
    shown = {"value": written(value), "low": written(ends[0]), "high": written(ends[1]), "rows": found.n_samples}
    return f"headline.{main}.{'test' if tested else 'train'}", shown


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{100 * value:.1f} %"


def _told(found: Evaluation, metric: str) -> str:
    """Return a metric with its interval."""
    value, low, high = (found.metrics.get(f"{metric}{end}") for end in ENDS)
    return number(value) if low is None or high is None else f"{number(value)} [{number(low)}, {number(high)}]"


def _metrics(found: Evaluation, *, tested: bool) -> Table:
    names = [name for name in METRICS[found.task] if not name.endswith(("_low", "_high"))]
    rows: list[list[Cell]] = [
        [Word(f"metric.{name}"), Amount(found.metrics.get(name), _told(found, name)), Word(f"metric_says.{name}")]
        for name in names
    ]
    name = f"metrics.{'test' if tested else 'train'}"
    return Table(name=name, columns=["metrics.name", ">metrics.value", "metrics.means"], rows=rows)


def _by_class(found: Evaluation) -> Table | None:
    if not found.classes:
        return None
    rows: list[list[Cell]] = [
        [row.name, row.n_samples, *(Amount(each, number(each)) for each in (row.precision, row.recall, row.f1))]
        for row in found.classes[:_MOST_CLASSES]
    ]
    names = ["classes.name", ">by_class.rows", ">by_class.precision", ">by_class.recall", ">by_class.f1"]
    return Table(name="by_class.table", columns=names, rows=rows, left_out=len(found.classes) - len(rows))


def _confusion(found: Evaluation) -> Table | None:
    if found.confusion is None or len(found.classes) > _MOST_IN_CONFUSION:
        return None
    rows: list[list[Cell]] = [
        [row.name, *map(int, counts)] for row, counts in zip(found.classes, found.confusion.tolist(), strict=True)
    ]
    return Table(name="confusion.table", columns=["confusion.true"], rows=rows)


def _simple(dataset: Dataset) -> dict[str, Evaluation]:
    """Evaluate the simple models on the very rows that the network is evaluated on."""
    from dlwhy.evaluation.evaluate import evaluate, groups_of
    from dlwhy.models.baselines import WORDS, fit_baselines

    found, groups = {}, groups_of(dataset, "test")
    for name, model in fit_baselines(dataset).items():
        predicted = model.predict(dataset.X_test)
        result = evaluate(dataset.y_test, predicted, task=dataset.task, class_names=dataset.class_names, groups=groups)
        found[WORDS[name]] = result if model.has_probabilities else without_probabilities(result)
    return found


def _baselines(found: Evaluation, simple: Mapping[str, Evaluation]) -> Table:
    main = MAIN_METRIC[found.task]
    rows: list[list[Cell]] = [[Word("baselines.network"), Amount(found.metrics[main], _told(found, main)), None]]
    for name, other in simple.items():
        gain = difference(found, other)
        rows.append([Said(name), Amount(other.metrics[main], _told(other, main)), Amount(gain.value, str(gain))])
    gained = f">baselines.gain_{main}"
    return Table(name="baselines.table", columns=["baselines.name", f">metric.{main}", gained], rows=rows)


def _layers(trained: "Trained") -> Table:
    from dlwhy.models.keras_file import parts

    plan = trained.plain().plan
    members = parts.count_members(plan)
    rows: list[list[Cell]] = [[layer.name, layer.kind, layer.width, layer.parameters] for layer in plan.layers]
    return Table(
        name="layers.table" if members == 1 else "layers.table_of_members",
        columns=["layers.name", "layers.kind", ">layers.outputs", ">layers.parameters"],
        rows=rows,
    )


def _training(trained: "Trained") -> Iterator[tuple[str, Cell]]:
    about = trained.details
    network, options = about.network or {}, (about.training or {}).get("options") or {}
    if about.inputs:
        yield "training.inputs", ", ".join(about.inputs)
    if network:
        yield "training.layers", "-".join(map(str, network["layers"])) or Word("training.no_layers")
        yield "training.activation", network["activation"]
    for name in ("optimizer", "learning_rate", "schedule", "batch_size"):
        if name in options:
            value = options[name]
            yield f"training.{name}", Amount(value, f"{value:g}") if isinstance(value, float) else value
    yield "training.epochs", about.epochs(trained.history)
    if about.seed is not None:
        yield "training.seed", about.seed


def _pictures(
    subject: "Subject", found: Evaluation, number_of: int, languages: Sequence[Language]
) -> Iterator[Picture]:
    from dlwhy.errors import DlwhyError
    from dlwhy.figures import kinds

    names = subject.names
    wanted = ["boundary", *(["predicted"] if found.task == "regression" else ["calibration"])]
    for kind in wanted:
        try:
            make = functools.partial(kinds.draw, [subject], [kind])
            svg = pictures.drawn(make, f"r{number_of}{kind}-", languages, names)
        except DlwhyError:  # a picture that this data set has not
            continue
        yield Picture(svg=svg, name=f"picture.{kind}")
