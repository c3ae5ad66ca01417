"""What stands in front of the first layer, fitted on training rows: scales, a smooth clip, piecewise-linear bins."""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import SMALLEST_DEVIATION, FloatArray
from dlwhy.models.keras_file import parts

if TYPE_CHECKING:
    import keras  # a name for annotations, nothing is imported

IndexArray = npt.NDArray[np.int32]
Scale = tuple[list[float], list[float]]

# beyond about so many spreads from the centre a clipped feature hardly grows
CLIP = 3.0
# what bins take: so many rows each, and in all; with fewer they brought nothing
ROWS_A_BIN, LEAST_ROWS = 100, 1000
# more distinct values than these make a feature numeric enough for bins
_FEW_VALUES = 10
# in spreads: narrower bins would lose too many of float32's digits
_NARROWEST = 0.03
# how far the first bin is open below, and the last above, in widths of theirs
_OPEN_BELOW, _OPEN_ABOVE = -2.0, 3.0
_VALUES_A_PIECE = 1 << 20


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Bins:
    """T pieces of a piecewise-linear encoding; each is ``relu(slope·x + low) - relu(slope·x + high)``.

    That rises from 0 to 1 within its bin (Gorishniy, Rubachev, Babenko 2022, "On Embeddings for Numerical Features").

    Parameters
    ----------
    columns
        The feature that each is of, (T,).
    slopes, low, high
        What it computes with, (T,) float32.

    """

    columns: IndexArray
    slopes: FloatArray
    low: FloatArray
    high: FloatArray

    def __len__(self) -> int:
        return len(self.columns)

    def apply(self, plain: FloatArray) -> FloatArray:
        """(n, n_features) scaled features -> (n, T)."""
        sloped = plain[:, self.columns] * self.slopes
        found: FloatArray = np.maximum(sloped + self.low, 0)
        found -= np.maximum(sloped + self.high, 0)
        return found

    def kernel(self, n_features: int) -> FloatArray:
        """Return the slopes as a matrix, (n_features, T)."""
        matrix = np.zeros((n_features, len(self)), np.float32)
        matrix[self.columns, np.arange(len(self))] = self.slopes
        return matrix


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Front:
    """How raw features become what the first layer takes.

    Parameters
    ----------
    scale
        What is taken off each feature, and the square of what it is divided by: mean and variance, or their likes.
    clips
        Whether scaled features are clipped smoothly, 3·tanh(x / 3).
    bins
        A piecewise-linear encoding that stands beside them; None for none.

    """

    scale: Scale
    clips: bool = False
    bins: Bins | None = None

    @property
    def width(self) -> int:
        """Units that the first layer takes."""
        return len(self.scale[0]) + (len(self.bins) if self.bins else 0)

    def apply(self, X: FloatArray) -> FloatArray:
        """(n, n_features) -> (n, width) float32, as the layers of a model do it."""
        plain = self.scaled(X)
        return plain if self.bins is None else np.concatenate([plain, self.bins.apply(plain)], axis=1)

    def scaled(self, X: FloatArray) -> FloatArray:
        """(n, n_features) -> the same, scaled and clipped."""
        mean, variance = np.array(self.scale, np.float32)
        plain: FloatArray = (X - mean) / deviation(variance)
        if self.clips:
            plain = np.float32(CLIP) * np.tanh(plain * np.float32(1 / CLIP))
        return plain


def deviation(variance: FloatArray) -> FloatArray:
    """Return what Keras' Normalization divides by, for float32 variances of any shape."""
    return np.maximum(np.sqrt(variance), np.float32(SMALLEST_DEVIATION))


def of_model(model: "keras.Model") -> Front | None:
    """Read off a Keras model what stands in front of its first layer; None if nothing does."""
    layers = {layer.name: layer for layer in model.layers}
    normalization = next((each for each in model.layers if type(each).__name__ == "Normalization"), None)
    if normalization is None:
        return None
    mean, variance = (np.ravel(np.asarray(value)).tolist() for value in (normalization.mean, normalization.variance))
    bins = None
    if parts.KNOTS_LOW in layers:
        (kernel, low), (_, high) = (layers[name].get_weights() for name in (parts.KNOTS_LOW, parts.KNOTS_HIGH))
        columns = np.abs(kernel).argmax(axis=0).astype(np.int32)
        bins = Bins(columns=columns, slopes=kernel[columns, np.arange(len(low))], low=low, high=high)
    return Front(scale=(mean, variance), clips=parts.CLIP in layers, bins=bins)


def fitted(X_train: FloatArray, normalize: str = "auto", *, bins: int = 0, binned: Sequence[int] = ()) -> Front | None:
    """Fit what stands in front of a network on training rows, (n_train, n_features); None if nothing is needed.

    Parameters
    ----------
    X_train
        Training features.
    normalize
        See `scale_of`; ``robust`` also clips.
    bins, binned
        How many bins each of these features gets.

    """
    scale = robust_scale_of(X_train) if normalize == "robust" else scale_of(X_train, normalize)
    if not (bins and binned):
        return None if scale is None else Front(scale=scale, clips=normalize == "robust")
    width = X_train.shape[1]
    plain = Front(scale=scale or ([0.0] * width, [1.0] * width), clips=normalize == "robust")
    return dataclasses.replace(plain, bins=_bins(plain.apply(X_train), bins, binned))


def bins_of(wanted: int, n_train: int) -> int:
    """Return how many bins so many training rows carry, at most those wanted."""
    return min(wanted, n_train // ROWS_A_BIN) if n_train >= LEAST_ROWS else 0


def numeric(X_train: FloatArray) -> tuple[int, ...]:
    """Return the features that have more than ten distinct values: those that bins say anything about."""
    return tuple(place for place, values in enumerate(X_train.T) if len(np.unique(values)) > _FEW_VALUES)


def scale_of(X_train: FloatArray, normalize: str = "auto") -> Scale | None:
    """Mean and variance of each feature, for a network that is to scale them; None if none is needed.

    Parameters
    ----------
    X_train
        Training features, (n_train, n_features).
    normalize
        ``always``, ``never``, or ``auto``: unless the features are scaled already, that is every mean within ±1 and
        every standard deviation from 0.1 to 3. A constant feature has none, and gets the variance 1.

    """
    if normalize == "never" or not len(X_train):
        return None
    mean, variance = _moments(X_train)
    # the mean of a float32 constant is off by rounding: what is left of it is no spread
    constant = variance <= (1e-6 * mean) ** 2
    spread = np.sqrt(variance)
    scaled = (np.abs(mean) <= 1) & (constant | ((spread >= 0.1) & (spread <= 3)))
    if normalize == "auto" and scaled.all():
        return None
    return _as_list(mean), _as_list(np.where(constant, 1.0, variance))


def robust_scale_of(X_train: FloatArray) -> Scale:
    """Return median and squared quartile range of each feature.

    Where the quartiles agree, half the range stands in, so that the two values of an indicator are 2 apart; a constant
    feature gets 1.
    """
    X = X_train.astype(np.float64)
    low, median, high = np.quantile(X, (0.25, 0.5, 0.75), axis=0)
    spread = np.where(high > low, high - low, np.ptp(X, axis=0) / 2)
    return _as_list(median), _as_list(np.square(np.where(spread > 0, spread, 1.0)))


def _bins(plain: FloatArray, count: int, columns: Sequence[int]) -> Bins:
    """Fit `count` bins to each of some scaled features, between quantiles; where those agree, some stay empty."""
    parts = [_bins_of_one(plain[:, column].astype(np.float64), count) for column in columns]
    slopes, low, high = (np.concatenate([part[i] for part in parts]).astype(np.float32) for i in range(3))
    return Bins(columns=np.repeat(np.array(columns, np.int32), count), slopes=slopes, low=low, high=high)


def _bins_of_one(values: npt.NDArray[np.float64], count: int) -> tuple[Any, Any, Any]:
    """Return slopes, low and high of the bins of one feature, (count,) each; those of an empty bin are 0."""
    edges = _apart(np.quantile(values, np.linspace(0, 1, count + 1)))
    slopes, low, high = np.zeros((3, count))
    widths = np.diff(edges)
    used = len(widths)
    bottom, top = np.zeros(used), np.ones(used)
    bottom[:1], top[-1:] = _OPEN_BELOW, _OPEN_ABOVE
    slopes[:used] = 1 / widths
    low[:used] = -edges[:-1] / widths - bottom
    high[:used] = -edges[:-1] / widths - top
    return slopes, low, high


def _apart(edges: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Leave out edges that are too near to the one before."""
    kept = [edges[0]]
    for edge in edges[1:]:
        if edge - kept[-1] >= _NARROWEST:
            kept.append(edge)
    return np.array(kept)


def _moments(X: FloatArray) -> tuple[Any, Any]:
    """Mean and variance of each feature in float64, without a float64 copy of the data."""
    mean = X.mean(axis=0, dtype=np.float64)
    rows = max(1, _VALUES_A_PIECE // X.shape[1])
    squares = sum(np.square(X[i : i + rows] - mean).sum(axis=0) for i in range(0, len(X), rows))
    return mean, squares / len(X)


def _as_list(values: Any) -> list[float]:
    return [float(value) for value in np.minimum(values, np.finfo(np.float32).max).astype(np.float32)]
