"""What a linear model can read off each layer of a network, and off the same network before any training."""

import dataclasses
import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset
from dlwhy.errors import InputRefusedError
from dlwhy.figures.choosing import evenly, reference
from dlwhy.figures.inside.anatomy import Anatomy, spread_out
from dlwhy.figures.subject import Subject
from dlwhy.models import forward
from dlwhy.models.keras_file.schema import LayerPlan, PlainNetwork
from dlwhy.models.spec import NetworkSpec
from dlwhy.text import display

FloatArray = npt.NDArray[np.float32]
MOST_LAYERS = 4
_UNTRAINED = 3  # random networks, whose probes are averaged
_MOST_ROUNDS = 200
_FIXED = {"random_normal": 0.05, "truncated_normal": 0.044, "random_uniform": 0.05 / math.sqrt(3)}


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """The rows as a layer gives them out."""

    name: str  # ``input``, ``layer 1``, ``output``
    n_units: int
    points: npt.NDArray[np.float64]  # (n_points, 2): the first two principal components; of one unit itself, and 0
    score: float | None  # accuracy, or R², of a linear model on the test rows; None without any
    untrained: float | None  # the same of networks with random weights, their mean; None where there are none


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Views:
    """All that are drawn, in order."""

    views: tuple[View, ...]
    y: npt.NDArray[Any]  # (n_points,): class indices or values
    n_test: int  # rows that the probes are judged on
    n_left_out: int  # hidden layers that are not drawn


def views_of(subject: Subject, anatomy: Anatomy) -> Views:
    """Push rows through a network, and probe each layer; at most two thousand rows of either part.

    Raises
    ------
    InputRefusedError
        If there are no rows.

    """
    dataset = subject.dataset
    if not len(reference(dataset)):
        raise InputRefusedError(f"{display(dataset.name)} has no rows to draw")
    train, test = evenly(dataset.X_train), evenly(dataset.X_test)
    chosen = spread_out(len(anatomy.hidden), MOST_LAYERS)
    layers = [anatomy.hidden[place] for place in chosen]
    bare = anatomy.network.without_last_activation()
    places = [anatomy.entry, *(layer.end for layer in layers), len(bare.plan.layers) - 1]
    given = forward.inside(bare, anatomy.details.inputs_of(np.concatenate([train, test])), places)
    scores = _scores(given, dataset, len(train))
    untrained = _untrained(subject, anatomy, bare, places)
    names = ["input", *(layer.name for layer in layers), "output"]
    views = [
        View(name=name, n_units=found.shape[1], points=_plane(found), score=score, untrained=reference_)
        for name, found, score, reference_ in zip(names, given, scores, untrained, strict=True)
    ]
    return Views(
        views=tuple(views),
        y=np.concatenate([evenly(dataset.y_train), evenly(dataset.y_test)]),
        n_test=len(test),
        n_left_out=len(anatomy.hidden) - len(chosen),
    )


def _plane(found: FloatArray) -> npt.NDArray[np.float64]:
    """Return the first two principal components, (n, 2), each the way round that its largest loading is positive."""
    centred = found.astype(np.float64) - found.mean(axis=0, dtype=np.float64)
    if centred.shape[1] < 2:
        return np.column_stack([centred[:, 0], np.zeros(len(centred))])
    if centred.shape[1] == 2:
        return np.asarray(centred)
    directions = np.linalg.svd(centred, full_matrices=False)[2][:2]
    signs = np.sign(directions[np.arange(len(directions)), np.abs(directions).argmax(axis=1)])
    flat = centred @ (directions * signs[:, np.newaxis]).T
    return np.column_stack([flat, np.zeros((len(flat), 2 - flat.shape[1]))])


def _scores(given: Sequence[FloatArray], dataset: Dataset, n_train: int) -> list[float | None]:
    """Return what a linear model reads off each layer: fitted on training rows, judged on test rows."""
    y_train, y_test = evenly(dataset.y_train), evenly(dataset.y_test)
    regression = dataset.task == "regression"
    told = len(y_test) > 1 and len(y_train) > 1 and (regression or len(np.unique(y_train)) > 1)
    if not told:
        return [None] * len(given)
    return [_probe(found[:n_train], y_train, found[n_train:], y_test, regression=regression) for found in given]


def _probe(
    X_train: FloatArray, y_train: npt.NDArray[Any], X_test: FloatArray, y_test: npt.NDArray[Any], *, regression: bool
) -> float:
    """Return accuracy or R² of a linear model on the test rows."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), Ridge() if regression else LogisticRegression(max_iter=_MOST_ROUNDS))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a few rounds more would change nothing that is shown
        model.fit(X_train.astype(np.float64), y_train)
    return float(model.score(X_test.astype(np.float64), y_test))


def _untrained(subject: Subject, anatomy: Anatomy, bare: PlainNetwork, places: Sequence[int]) -> list[float | None]:
    """Return the mean scores of networks of the same shape with random weights; the input needs none."""
    nothing: list[float | None] = [None] * len(places)
    details = subject.trained.details if subject.trained else None
    if details is None or details.network is None or not len(subject.dataset.y_test):
        return nothing
    spec, train = NetworkSpec.from_json(details.network), evenly(subject.dataset.X_train)
    rows = details.inputs_of(np.concatenate([train, evenly(subject.dataset.X_test)]))
    own = {layer.dense for layer in anatomy.hidden}
    found = []
    for seed in range(_UNTRAINED):
        network = dataclasses.replace(bare, weights=_random(bare, own, spec.initializer, seed))
        found.append(_scores(forward.inside(network, rows, places[1:-1]), subject.dataset, len(train)) if own else [])
    if not own or found[0][0] is None:
        return nothing
    return [None, *(float(np.mean(each)) for each in np.array(found, np.float64).T), None]


def _random(network: PlainNetwork, own: set[int], initializer: str, seed: int) -> list[list[FloatArray]]:
    """Return weights as they are before training: those of the hidden layers drawn, normalizations that do nothing."""
    rng = np.random.default_rng(seed)
    found = []
    for place, (layer, weights) in enumerate(zip(network.plan.layers, network.weights, strict=True)):
        if place in own:
            kernel = _kernel(initializer, weights[0].shape, rng)
            found.append([kernel, *(np.zeros_like(bias) for bias in weights[1:])])
        elif layer.kind in ("BatchNormalization", "LayerNormalization"):
            found.append([np.full_like(each, value) for each, value in zip(weights, _fresh(layer), strict=True)])
        else:
            found.append(list(weights))
    return found


def _fresh(layer: LayerPlan) -> list[float]:
    """Return what the weights of a normalization start with, in Keras' order."""
    affine = [value for key, value in (("scale", 1.0), ("center", 0.0)) if layer.settings.get(key, True)]
    return [*affine, 0.0, 1.0] if layer.kind == "BatchNormalization" else affine


def _kernel(initializer: str, shape: tuple[int, ...], rng: np.random.Generator) -> FloatArray:
    """Draw a kernel with the spread that Keras' initializer of that name gives; of `orthogonal`, one that is."""
    n_in, n_out = shape
    if initializer == "orthogonal":
        square = rng.normal(size=(max(shape), min(shape)))
        columns = np.linalg.qr(square)[0]
        return np.asarray(columns if n_in >= n_out else columns.T, np.float32)
    by_fan = {"glorot": 2 / (n_in + n_out), "he": 2 / n_in, "lecun": 1 / n_in}
    kind = initializer.partition("_")[0]
    spread = math.sqrt(by_fan[kind]) if kind in by_fan else _FIXED[initializer]
    if initializer.endswith("uniform"):
        end = math.sqrt(3) * spread
        return rng.uniform(-end, end, shape).astype(np.float32)
    return rng.normal(0, spread, shape).astype(np.float32)
