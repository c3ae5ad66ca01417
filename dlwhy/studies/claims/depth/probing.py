"""Looking into networks: linear probes behind each layer, linear pieces of what a network computes, its classes."""

import itertools
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.studies.arms.hidden import layers
from dlwhy.studies.findings import statistics
from dlwhy.studies.tasks.draws import Draw
from dlwhy.training.stack.fit import Replicas

_MOST_TEST = 2000
_REGION_UNITS = 48
_REGION_NETS = 12
_LINE_POINTS = 8001
_MAP_CELLS = 61


def accuracies(replicas: Replicas, index: int, draw: Draw) -> list[float]:
    """Fit a linear probe at the input and behind each hidden layer of one network (Alain & Bengio 2016).

    Parameters
    ----------
    replicas, place
        The networks, and which of them: dense layers with ReLU, without anything between.
    draw
        The probe is fitted on activations of its training rows, standardised, and scored on held-out rows.

    Returns
    -------
    accuracies
        Of the probes from the input to the last hidden layer, depth + 1.

    """
    y, y_test = draw.y_train, draw.y_test[:_MOST_TEST]
    parts = (draw.X_train, draw.X_test[:_MOST_TEST])
    behind = zip(*(layers(replicas.shape, replicas.weights, index, X) for X in parts), strict=True)
    return [_probe(train, y, test, y_test) for train, test in (parts, *behind)]


def regions(*, alpha: float = 0.05) -> dict[str, Any]:
    """Count linear pieces along lines through untrained ReLU networks of equal units (Hanin & Rolnick 2019).

    Returns
    -------
    counts
        ``units`` of each network, on 2 inputs, and under ``random`` by depth ``[depth, mean pieces, ci_low, ci_high]``.

    """
    rng = np.random.default_rng(0)
    counts = []
    for depth in (1, 2, 3, 4, 6):
        pieces = [_pieces(rng, depth, _REGION_UNITS // depth) for _ in range(_REGION_NETS)]
        found = statistics.paired_effect(pieces, alpha=alpha)
        counts.append([float(depth), found.effect, found.ci_low, found.ci_high])
    return {"units": _REGION_UNITS, "random": counts}


def tent_pieces() -> list[list[int]]:
    """Count linear pieces of the tent map composed k times, as a network of two units a layer computes it: 2^k."""
    x = np.linspace(0, 1, 4097)
    counts = []
    values = x
    for k in range(1, 7):
        values = 2 * np.maximum(values, 0) - 4 * np.maximum(values - 0.5, 0)
        slopes = np.sign(np.diff(values))
        counts.append([k, 1 + sum(bool(a != b) for a, b in itertools.pairwise(slopes))])
    return counts


def disc() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return the cells of a map of the unit disc, from the top left on, (n·n, 2), and which lie inside, (n, n)."""
    side = np.linspace(-1, 1, _MAP_CELLS)
    across, up = np.meshgrid(side, side[::-1])
    return np.column_stack([across.ravel(), up.ravel()]), np.hypot(across, up) <= 1


def class_map(classes: npt.NDArray[Any]) -> list[str]:
    """Return the classes, 0 or 1, of all cells of `disc` as lines of characters, blank outside."""
    _, inside = disc()
    return ["".join(line) for line in np.where(inside, classes.reshape(inside.shape).astype(int).astype(str), " ")]


def _pieces(rng: np.random.Generator, depth: int, width: int) -> int:
    line = np.linspace(-3, 3, _LINE_POINTS)[:, None] * rng.standard_normal(2) / np.sqrt(2)
    signs, inputs = [], line
    for _ in range(depth):
        kernel = rng.standard_normal((inputs.shape[1], width)) * np.sqrt(2 / inputs.shape[1])
        inputs = inputs @ kernel + rng.standard_normal(width) * 0.1
        signs.append(inputs > 0)
        inputs = np.maximum(inputs, 0)
    pattern = np.concatenate(signs, axis=1)
    return 1 + int((pattern[1:] != pattern[:-1]).any(axis=1).sum())


def _probe(train: Any, y: npt.NDArray[Any], test: Any, y_test: npt.NDArray[Any]) -> float:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(train, y)
    return float(model.score(test, y_test))
