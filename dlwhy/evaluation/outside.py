"""Numbers that lie far outside what a model was trained on: another unit, a slipped column, a mark of missing cells."""

import warnings
from collections import Counter

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Column, FloatArray
from dlwhy.errors import DlwhyWarning
from dlwhy.models.front import deviation
from dlwhy.models.keras_file.schema import PlainNetwork
from dlwhy.text import display

# standard deviations of the training rows; even a long tail seldom reaches so far
_FAR = 20.0
_SHARE = 0.001  # of the rows
_SHOWN = 3


class Outside:
    """Counts, chunk by chunk, the numbers of each column that no training row was near to.

    Parameters
    ----------
    columns
        How the features were made.
    network
        The model's; one that does not scale its features knows nothing of them, and nothing is counted.
    source
        How to name the table in messages.

    """

    def __init__(self, columns: tuple[Column, ...], network: PlainNetwork, source: str) -> None:
        self._source, self._n_rows = source, 0
        self._counts: Counter[str] = Counter()
        self._examples: dict[str, float] = {}
        places = np.cumsum([0, *(len(column.features) for column in columns)])[:-1].tolist()
        # of a column that is scaled in float64 the feature is no number that a person would know
        self._places = {
            column.name: place
            for column, place in zip(columns, places, strict=True)
            if column.kind == "numeric" and column.scale is None
        }
        self._scale = _scale(network, sum(len(column.features) for column in columns))

    def look(self, X: FloatArray) -> None:
        """Look at the next rows, (n, n_features)."""
        if self._scale is None or not self._places:
            return
        self._n_rows += len(X)
        names, places = list(self._places), list(self._places.values())
        mean, spread = (values[places] for values in self._scale)
        far = np.abs(X[:, places] - mean) > np.float32(_FAR) * spread
        for index in np.flatnonzero(far.any(axis=0)):
            self._counts[names[index]] += int(far[:, index].sum())
            self._examples.setdefault(names[index], float(X[far[:, index].argmax(), places[index]]))

    def warn(self) -> None:
        """Warn of the columns where that is more than a stray value."""
        found = [(name, count) for name, count in self._counts.most_common() if count >= _SHARE * self._n_rows]
        if not found or self._scale is None:
            return
        said = []
        for name, count in found[:_SHOWN]:
            mean, spread = (float(values[self._places[name]]) for values in self._scale)
            usual = f"{self._examples[name]:.6g} where training had {mean:.4g} ± {spread:.2g}"
            said.append(f"{display(name)} in {count} of {self._n_rows} rows ({usual})")
        more = f", and {len(found) - _SHOWN} more columns" if len(found) > _SHOWN else ""
        mark = f"{self._examples[found[0][0]]:.6g}"
        warnings.warn(
            f"{self._source}: far outside the training data: {', '.join(said)}{more} "
            f"(check the column and its unit; --na {mark} if it marks a missing cell)",
            DlwhyWarning,
            stacklevel=2,
        )


def _scale(network: PlainNetwork, n_features: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]] | None:
    """Return mean and standard deviation of the training rows' features, each (n_features,), if the model has them."""
    for layer, weights in zip(network.plan.layers, network.weights, strict=True):
        if layer.kind == "Normalization":
            given = weights or [np.array(layer.settings[key], np.float32) for key in ("mean", "variance")]
            mean, variance = (np.ravel(np.asarray(values, np.float32)) for values in given[:2])
            return (mean, deviation(variance)) if len(mean) == n_features else None
    return None
