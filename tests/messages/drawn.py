"""Texts of pictures, as the tests of those draw them: each picture's lines, with the user's own names in it."""

import dataclasses
import itertools

import numpy as np

from dlwhy.data.dataset import Column
from dlwhy.evaluation.errors.columns import Unit
from dlwhy.evaluation.errors.importance import LOSS
from dlwhy.figures.drawing import style, wording
from dlwhy.figures.importance import ImportanceDisplay
from dlwhy.figures.inside.gradients import GradientsDisplay
from dlwhy.figures.kinds import KINDS, draw
from dlwhy.figures.slices import SlicesDisplay
from dlwhy.figures.trainings import sweep
from dlwhy.figures.trainings.animation import Animation
from dlwhy.studies import conduct
from dlwhy.studies import figure as study_figure
from dlwhy.studies import report as reporting
from dlwhy.studies.claims.depth import arms as depth_arms
from dlwhy.studies.request import Request
from dlwhy.training.sweep.values import ORDERED, SWEPT
from tests.figures.conftest import NEEDS, trained_on
from tests.figures.inside.test_responses import silenced
from tests.figures.trainings.test_sweep import swept
from tests.messages import said
from tests.studies.claims.algorithms import given as algorithms
from tests.studies.claims.compute import given as compute
from tests.studies.claims.versatility import given as versatility

OF_CLASSES, OF_NUMBERS = ("accuracy", "confusion", "roc", "calibration"), ("predicted", "residuals")
HISTORIES = (
    {"loss": [0.9, 0.3, 0.5], "accuracy": [0.5, 0.9, 0.7]},
    {"loss": [1.0, 1e-3, np.nan], "val_loss": [1.0, 0.1, np.nan], "accuracy": [0.5, 0.9, 0.7]},
    {"loss": [np.nan] * 2, "accuracy": [np.nan] * 2},
)


def of_figure(figure):
    """Every text of a picture, but for the numbers along its axes, which are chosen when it is laid out."""
    found = []

    def kept(text):
        found.append(text)
        return text

    wording.reword(figure, kept)
    return [line for text in found for line in text.split("\n") if line]


def kinds_of(task):
    return [kind for kind in KINDS if kind not in (OF_NUMBERS if task != "regression" else OF_CLASSES)]


def of_subjects(subjects, kinds):
    with style.styled():
        return of_figure(draw(subjects, kinds)), [name for each in subjects for name in each.names]


def of_kinds(subject_of, task, n_features):
    """All kinds of a model of a task, over so many columns."""
    for kind in kinds_of(task):
        yield of_subjects([subject_of(task, n_features, **NEEDS.get(kind, {}))], [kind])


def of_hard_cases(subject_of, task):
    """Models that are not as usual: several of them, deep ones, ensembles, without test rows or a good loss."""
    subject = subject_of(task)
    other = dataclasses.replace(subject, name="other.keras")
    loss = [] if task == "regression" else ["roc", "calibration", "accuracy"]
    yield of_subjects([subject, other], ["loss", "replicas", *loss])
    details = dataclasses.replace(other.trained.details, seed=43)
    seeded = dataclasses.replace(other, trained=dataclasses.replace(other.trained, details=details))
    first = dataclasses.replace(subject.trained.details, seed=42)
    yield of_subjects(
        [dataclasses.replace(subject, trained=dataclasses.replace(subject.trained, details=first)), seeded],
        ["replicas"],
    )
    yield of_subjects([subject_of(task, 4, n_test=0, members=12)], ["boundary", "layers", "replicas"])
    yield of_subjects([subject_of(task, members=2)], ["neurons", "layers", "weights", "gradients"])
    for hidden, activation in (((4,) * 12, "sigmoid"), ((14,) * 10, "tanh"), ((), "relu"), ((3,), "relu")):
        deep = trained_on(subject.dataset, hidden, activation=activation)
        kinds = ["neurons", "layers", "weights", "gradients"]
        yield of_subjects([dataclasses.replace(subject, trained=deep)], kinds)
    yield of_subjects([silenced(silenced(subject, 1), 2)], ["neurons"])
    yield of_subjects([silenced(subject, 2)], ["neurons"])
    metrics = ["loss"] if task == "regression" else ["loss", "accuracy"]
    for history, unit in itertools.product((*HISTORIES, subject.history), ("epoch", "moment")):
        yield of_subjects([dataclasses.replace(subject, history=history, unit=unit)], metrics)
    yield of_subjects([dataclasses.replace(each, unit="moment") for each in (subject, other)], metrics)
    yield of_subjects([many(subject)], ["boundary", *(["predicted"] if task == "regression" else [])])
    yield of_subjects([grouped(subject_of(task, 6))], ["boundary", "neurons"])
    pixels = [f"pixel_{row}_{column}" for row in range(4) for column in range(4)]
    yield of_subjects([subject_of(task, 16, names=pixels)], ["neurons", "importance"])


def many(subject):
    """A subject with more rows than are drawn."""
    more = {part: np.repeat(getattr(subject.dataset, part), 90, axis=0) for part in ("X_train", "X_test")}
    more |= {part: np.repeat(getattr(subject.dataset, part), 90) for part in ("y_train", "y_test")}
    noisy = dataclasses.replace(subject, predict=lambda X: subject.predict(X - 0.1 * np.sign(X[:, -1:])))
    return dataclasses.replace(noisy, dataset=dataclasses.replace(subject.dataset, **more))


def grouped(subject):
    """A subject whose six features are those of a category with gaps, of a boolean, and of a number."""
    X = {part: np.array(getattr(subject.dataset, part)) for part in ("X_train", "X_test")}
    for rows in X.values():
        rows[:, :4] = np.eye(4, dtype=np.float32)[rows[:, :4].argmax(axis=1)]
        rows[:3, :4] = 0
        rows[:, 4] = rows[:, 4] > 0
    columns = (
        Column(name="loss", kind="categorical", categories=("red", "green", "blue"), fill="red", indicator=True),
        Column(name="depth", kind="boolean", fill=0.0),
        Column(name="epoch"),
    )
    return dataclasses.replace(subject, dataset=dataclasses.replace(subject.dataset, columns=columns, **X))


def of_displays(subject_of):
    """What displays say in outcomes that are hard to come by."""
    names = ["toy"]
    with style.styled():
        for first in (1e-6, 1e-14, 500.0, 0.4, 0.0):
            norms = np.array([[first, 0.5], [1.0, 0.5]])
            shown = GradientsDisplay(epochs=(0, 9), norms=norms, names=("layer 1", "output"), n_rows=1, title="toy")
            yield of_figure(shown.plot().ax_.figure), names
        for metric in ("accuracy", "r2"):
            yield from of_importance(subject_of, metric)
            yield of_slices(subject_of, metric)


def of_importance(subject_of, metric):
    """Importance of many columns, of twins, and where no fall can be told."""
    subject = subject_of("binary" if metric == "accuracy" else "regression", 3)
    found = ImportanceDisplay.from_subject(subject).importance
    best, *_ = found.units
    twins = dataclasses.replace(best, unit=Unit(columns=("x0", "x1", "x2", "x3"), features=(0, 1, 2, 3)))
    untold = dataclasses.replace(best, drop=dataclasses.replace(best.drop, low=-1.0, high=1.0))
    two = dataclasses.replace(best, unit=Unit(columns=("x0", "x1"), features=(0, 1)))
    for units, by_loss in itertools.product(([twins, two, *[best] * 20], [untold] * 16, [two, untold]), (False, True)):
        if by_loss and metric != "accuracy":
            continue
        shown = dataclasses.replace(found, units=units)
        shown = _told_by_loss(shown) if by_loss else shown
        yield of_figure(ImportanceDisplay(importance=shown).plot().ax_.figure), [*subject.names, "x2", "x3"]


def _told_by_loss(found):
    """The same, as if nearly all rows were of one class."""
    units = [
        dataclasses.replace(each, metric=LOSS, loss_low=0.1 if each.is_told else -0.1, loss_high=1.0)
        for each in found.units
    ]
    return dataclasses.replace(found, units=units, metric=LOSS, majority=0.9)


def of_slices(subject_of, metric):
    """Slices of all kinds of conditions, none of them confirmed."""
    subject = subject_of("binary" if metric == "accuracy" else "regression", 2, **NEEDS["slices"])
    found = SlicesDisplay.from_subject(subject).slices
    conditions = [("x0 = red",), ("x1 = 3",), ("x1 = yes", "x0 > 0.5"), ("x0 is missing", "x1 is none of training's")]
    conditions += [("0.1 < x0 <= 2", "x1 <= 1e+06")]
    slices = [dataclasses.replace(found.slices[0], conditions=each, is_confirmed=False) for each in conditions]
    return of_figure(SlicesDisplay(slices=dataclasses.replace(found, slices=slices)).plot().ax_.figure), subject.names


def of_trainings(subject_of):
    """Sweeps of one option and of two, some of whose networks diverge; and the frames of films."""
    with style.styled():
        yield from ((of_figure(sweep.draw(each)), each.names) for each in sweeps())
        for unit, history in itertools.product(("epoch", "moment"), HISTORIES):
            subject = dataclasses.replace(subject_of(history={**history, "loss": history["loss"] * 2}), unit=unit)
            film = Animation.from_subject(subject)
            yield from ((of_figure(film.frame(epoch)), subject.names) for epoch in film.moments)


def sweeps():
    for task, second in itertools.product(("binary", "multiclass", "regression"), ((), ("relu", "linear"))):
        made = swept(task, rows=("1", "2", "3"), second=second, n_averaged=30)
        yield made
        yield scored(made, [None, None], *[[0.5, 0.6]] * (len(made.cells) - 2), [None, 0.5])
        yield scored(made, *[[None, None]] * len(made.cells))
    for name in SWEPT:
        made = swept(rows=("0.1", "0.2") if name in ORDERED else ("100,100", "linear"), second=())
        one = scored(made, *[[0.5]] * len(made.cells))
        yield dataclasses.replace(one, options={name: made.options["batch_size"]}, seeds=(1,))


def scored(made, *scores):
    """A sweep whose cells have these scores."""
    cells = [
        dataclasses.replace(cell, scores=tuple(own), response=cell.response if any(own) else None)
        for cell, own in zip(made.cells, scores, strict=True)
    ]
    return dataclasses.replace(made, cells=tuple(cells))


def of_report(report):
    """Texts of the pictures of a study, and the names in it that are the user's, or the design's."""
    names = study_figure.names(report)
    with style.styled():
        yield of_figure(study_figure.draw(report)), names
        if study_figure.has_details(report):
            yield of_figure(study_figure.details(report)), names


def of_study(name, own, *, n_seeds=8, gain=0.02, sd=0.004, lost=0, budget="default"):
    """A study in one outcome."""
    extra = said.ARMS if name == "compare" else {}
    study = conduct.design(Request(claim=name, own=own, n_seeds=n_seeds, extra=extra, budget=budget))
    yield from of_report(reporting.report(study, said.results_of(study, gain, sd=sd, lost=lost)))


def of_studies_with_more_in_their_rows(results_of):
    """Gradients, frontiers, throughput, times, maps of what was learnt, and a sweep of what was carried over."""
    study = algorithms.designed("thorough", n_seeds=6)
    yield from of_report(reporting.report(study, algorithms.rows(study)))
    study = conduct.design(Request(claim="compute", n_seeds=8, budget="thorough"))
    yield from of_report(reporting.report(study, compute.results_of(study, compute.SLOPES)))
    yield from of_report(versatility.made(results_of, budget="thorough"))
    study = conduct.design(Request(claim="transfer", n_seeds=8, budget="thorough"))
    yield from of_report(reporting.report(study, results_of(study, lambda arm: 0.6)))
    study = conduct.design(Request(claim="depth", n_seeds=8, budget="quick"))
    drawn = {"map": depth_arms.class_map(depth_arms.disc()[0][:, 0] > 0)}
    results = {
        key: dataclasses.replace(each, runs=tuple(dataclasses.replace(run, extra=drawn) for run in each.runs))
        if key.startswith("rings-4: depth")
        else each
        for key, each in results_of(study, lambda arm: 0.6).items()
    }
    yield from of_report(reporting.report(study, results))
