"""How far a model's probabilities are too sure, or not sure enough: what one temperature for all would bring.

Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks (ICML 2017): the logits are divided by a
number T, chosen so that the log loss is least. Predicted classes stay as they are. Each half of the rows is scored with
the temperature of the other, so that no row has a say in what it is scored with.
"""

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset
from dlwhy.errors import UsageError
from dlwhy.evaluation.calibration import BINS, bin_of, events
from dlwhy.evaluation.errors.held_out import Array, HeldOut, half_width
from dlwhy.evaluation.evaluate import Split
from dlwhy.evaluation.labelled import Table
from dlwhy.text import display, finite, number

if TYPE_CHECKING:
    from dlwhy.models.trained import Trained

_COLDEST, _HOTTEST = 0.05, 20.0
_ENDS = {
    _COLDEST: "on a half of the rows sharper is always better, as where none is wrong",
    _HOTTEST: "on a half of the rows flatter is always better, as where the model knows nothing",
}
_FEWEST_ROWS = 20
_RESAMPLES = 500
_MOST_BLOCKS = 10_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Temperature:
    """What dividing the logits by one number brings.

    Parameters
    ----------
    n_samples
        Rows.
    temperature
        That number, from all rows: above 1 where the model is too sure of itself. None where it can't be told.
    of_halves
        The same from each half of the rows.
    loss, loss_scaled
        Log loss as it is, and with the temperature of the other half.
    change, change_low, change_high
        The second less the first, with its 95 % interval over rows.
    ece, ece_low, ece_high, ece_scaled, ece_scaled_low, ece_scaled_high
        The expected calibration error of both, with 95 % intervals (basic bootstrap over rows, which takes off what
        few rows in a bin add).
    reason
        Why there is none; empty if there is.

    """

    n_samples: int
    loss: float
    temperature: float | None = None
    of_halves: tuple[float, float] | None = None
    loss_scaled: float | None = None
    change: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    ece: float | None = None
    ece_low: float | None = None
    ece_high: float | None = None
    ece_scaled: float | None = None
    ece_scaled_low: float | None = None
    ece_scaled_high: float | None = None
    reason: str = ""

    def sentences(self) -> list[str]:
        """Say whether the model is too sure, and what the temperature brings."""
        if self.temperature is None or self.change is None or self.of_halves is None:
            return [f"No temperature can be told: {self.reason}."]
        log_loss = f"log loss {number(self.loss)} -> {number(self.loss_scaled)}"
        ends = "" if self.change_low is None else f" [{number(self.change_low, '+')}, {number(self.change_high, '+')}]"
        change = f"{number(self.change, '+')}{ends}"
        if self.change_high is None or self.change_high >= 0:
            one, other = self.of_halves
            how = f"each half of the rows at that of the other, {one:.3g} and {other:.3g}"
            return [f"No gain from a temperature can be told: {log_loss} ({change}), {how}."]
        sure = "too sure of itself" if self.temperature > 1 else "not sure enough of itself"
        error = f"calibration error {number(self.ece)} -> {number(self.ece_scaled)}"
        return [f"It is {sure}: {log_loss} at temperature {self.temperature:.3g} ({change}); {error}."]


def temperature(trained: "Trained", dataset: Dataset | Table, *, split: Split = "test", seed: int = 42) -> Temperature:
    """Find the temperature of a model's logits, and what it brings on rows that did not choose it.

    Parameters
    ----------
    trained
        The model.
    dataset
        The data set, or a table with the target.
    split
        The part of the data set: ``test``, ``train`` or ``all``.
    seed
        Seed of the halves and the bootstrap.

    Raises
    ------
    UsageError
        If the task is regression.
    InputRefusedError
        If model and data do not fit, or there are no rows.

    """
    held = HeldOut.of_model(trained, dataset, split)
    if held.is_regression:
        raise UsageError(f"temperature: for classes only; {display(held.dataset.name)} is a regression")
    return temperature_of(trained.logits(held.X), held, seed=seed)


def temperature_of(logits: npt.NDArray[Any], held: HeldOut, *, seed: int = 42) -> Temperature:
    """Find the temperature of logits, (n,) or (n, n_classes), as `Trained.logits` gives them."""
    wide = logits.astype(np.float64)
    first = held.halves(seed)
    untold = Temperature(n_samples=len(held.y), loss=float(_losses(wide, held.y).mean()))
    if reason := held.too_few(first, _FEWEST_ROWS):
        return dataclasses.replace(untold, reason=reason)
    one, other, every = (_best(wide[rows], held.y[rows]) for rows in (first, ~first, slice(None)))
    for end, why in _ENDS.items():
        if any(np.isclose(found, end, rtol=0.02) for found in (one, other)):
            return dataclasses.replace(untold, reason=why)
    of_rows = np.where(first, other, one)
    scaled = wide / (of_rows if wide.ndim == 1 else of_rows[:, np.newaxis])
    untold = dataclasses.replace(untold, temperature=every, of_halves=(one, other))
    return _compared(untold, held, wide, scaled, seed=seed)


def _compared(known: Temperature, held: HeldOut, logits: Array, scaled: Array, *, seed: int) -> Temperature:
    """Add what the probabilities are worth as they are, and at each row's temperature, that of the other half."""
    change = _losses(scaled, held.y) - _losses(logits, held.y)
    half = half_width(change, held.groups)
    before, after = (_calibration_error(each, held, seed) for each in (logits, scaled))
    return dataclasses.replace(
        known,
        loss_scaled=known.loss + float(change.mean()),
        change=float(change.mean()),
        change_low=finite(change.mean() - half),
        change_high=finite(change.mean() + half),
        ece=before[0],
        ece_low=before[1],
        ece_high=before[2],
        ece_scaled=after[0],
        ece_scaled_low=after[1],
        ece_scaled_high=after[2],
    )


def _best(logits: Array, y: npt.NDArray[Any]) -> float:
    """Return the temperature at which the log loss is least, within the range."""
    from scipy.optimize import minimize_scalar

    # convex in 1 / T
    ends = 1 / _HOTTEST, 1 / _COLDEST
    found = minimize_scalar(lambda inverse: _losses(logits * inverse, y).mean(), bounds=ends, method="bounded")
    return float(1 / found.x)


def _losses(logits: Array, y: npt.NDArray[Any]) -> Array:
    """Return the cross-entropy of each row, (n,)."""
    from scipy.special import log_softmax

    if logits.ndim == 1:
        return np.logaddexp(0, np.where(y == 1, -logits, logits))
    return np.asarray(-log_softmax(logits, axis=1)[np.arange(len(y)), y])


def _calibration_error(logits: Array, held: HeldOut, seed: int) -> tuple[float, float | None, float | None]:
    """Return the expected calibration error with its interval, where whole groups are resampled.

    Few rows in a bin make the error of a sample larger than it is, and that of a resample larger still: the basic
    interval, 2 * error - quantile, takes that off. It begins at 0 where probabilities that are right would show as much
    once in forty times.
    """
    from scipy.special import expit, softmax

    confidence, right = events(
        held.y, expit(logits) if logits.ndim == 1 else softmax(logits, axis=1), task=held.dataset.task
    )
    bins = bin_of(confidence)
    single = np.arange(len(bins)) % _MOST_BLOCKS  # of very many rows, some from all over stay together
    blocks = single if held.groups is None else np.unique(held.groups, return_inverse=True)[1]
    n = int(blocks.max()) + 1
    # of each group, or row, by how much predictions exceed what came true, in each bin; and its rows
    excess = np.bincount(blocks * BINS + bins, confidence - right, minlength=n * BINS).reshape(n, BINS)
    sizes = np.bincount(blocks)

    def error(counts: npt.NDArray[Any]) -> float:
        return float(np.abs(counts @ excess).sum() / (counts @ sizes))

    found = error(np.ones(n))
    if n < 2:
        return found, None, None
    rng = np.random.default_rng(seed)
    resampled = [error(np.bincount(rng.integers(n, size=n), minlength=n)) for _ in range(_RESAMPLES)]
    low, high = np.quantile(resampled, (0.025, 0.975))
    by_chance = [_error_by_chance(confidence, bins, rng) for _ in range(_RESAMPLES)]
    is_told = found > np.quantile(by_chance, 0.975)
    return found, float(max(0.0, 2 * found - high)) if is_told else 0.0, float(max(found, 2 * found - low))


def _error_by_chance(confidence: Array, bins: npt.NDArray[np.int64], rng: np.random.Generator) -> float:
    """Return the calibration error of as many rows if what is predicted came true as often as it is predicted."""
    excess = np.bincount(bins, confidence - (rng.random(len(bins)) < confidence), minlength=BINS)
    return float(np.abs(excess).sum() / len(bins))
