"""What a model looks at: how much worse it gets when a column's values are shuffled between rows.

Permutation importance (Breiman, Random forests, Machine Learning 45, 2001) on rows that the model was not trained on.
It says what the model leans on, not what is true of the world; and of columns that tell each other nothing one by one,
which is why such twins are permuted together.
"""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset
from dlwhy.errors import InputRefusedError
from dlwhy.evaluation.comparison import Difference
from dlwhy.evaluation.errors.columns import Unit, association, units_of
from dlwhy.evaluation.errors.held_out import Array, HeldOut, half_width
from dlwhy.evaluation.evaluate import Split
from dlwhy.evaluation.labelled import Table
from dlwhy.evaluation.results import MAIN_METRIC
from dlwhy.text import finite, listed, some

if TYPE_CHECKING:
    from dlwhy.models.trained import Trained

_MOST_ROWS, _MOST_UNITS = 10_000, 200
# rows asked for each column: permutations make up for few rows
_ASKED, _FEWEST, _MOST = 20_000, 5, 50
_MOST_VALUES = 1_000_000_000  # asked in all, where that leaves two thousand rows a column
# Bonett and Price, Adjusted Wald confidence interval for a difference of binomial proportions based on paired data,
# Journal of Educational and Behavioral Statistics 37 (2012): a row more on either side, so that few are not none
_ADDED = 2.0
_NAMED = 5
_ROUNDING = 1e-6
# share of the rows in one class above which accuracy is no measure: who always says that class loses little of it
_ONE_SIDED = 0.8
LOSS = "loss"


@dataclasses.dataclass(frozen=True, kw_only=True)
class UnitImportance:
    """What a column, or twins, are worth to a model.

    Parameters
    ----------
    unit
        The columns that were permuted together.
    drop
        By how much accuracy, or R², falls; its 95 % interval is of what other rows like these and other permutations
        would change, with the model as it is.
    loss, loss_low, loss_high
        By how much the cross-entropy (nats), or the mean squared error, rises, with its 95 % interval.
    is_used
        Whether any prediction changed at all.
    metric
        What tells of it: that of the drop, or `LOSS`.

    """

    unit: Unit
    drop: Difference
    loss: float
    loss_low: float | None
    loss_high: float | None
    is_used: bool
    metric: str

    @property
    def worth(self) -> tuple[float, float | None, float | None]:
        """Give the change in the metric that tells of it, with the ends of its interval."""
        if self.metric == LOSS:
            return self.loss, self.loss_low, self.loss_high
        return self.drop.value or 0.0, self.drop.low, self.drop.high

    @property
    def is_told(self) -> bool:
        """Whether the model is told to get worse."""
        low = self.worth[1]
        return low is not None and low > 0

    @property
    def change(self) -> str:
        """Write what tells of it, with its interval: points of accuracy, R², or nats."""
        if self.metric != LOSS:
            return self.fall
        ends = [f"{value:.3f}" for value in (self.loss_low, self.loss_high) if value is not None]
        return f"{self.loss:.3f}" + (f" [{', '.join(ends)}]" if ends else "")

    @property
    def fall(self) -> str:
        """Write the drop with its interval: in points, or in R²."""
        if self.drop.metric == "accuracy" or self.drop.value is None:
            return str(self.drop).removeprefix("+")
        ends = [f"{value:.3f}" for value in (self.drop.low, self.drop.high) if value is not None]
        return f"{self.drop.value:.3f}" + (f" [{', '.join(ends)}]" if ends else "")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Importance:
    """What a model looks at.

    Parameters
    ----------
    units
        The columns, the most important first.
    metric
        What tells of it: ``accuracy``, ``r2``, or `LOSS` where more than four fifths of the rows are of one class.
    majority
        Share of the rows that are of the most frequent class; None of numbers.
    n_samples
        Rows that were looked at.
    n_permutations
        How often each column was permuted.
    notes
        What was left out, for people.

    """

    units: tuple[UnitImportance, ...]
    metric: str
    majority: float | None
    n_samples: int
    n_permutations: int
    notes: tuple[str, ...] = ()

    def sentences(self) -> list[str]:
        """Say what the model looks at most, and where nothing is seen."""
        told = [each for each in self.units if each.is_told]
        rest = [each.unit.name for each in self.units if not each.is_told]
        if not told:
            how = f"with any one column's values shuffled between {self.n_samples} rows, no {self.change} can be told"
            is_used = any(each.is_used for each in self.units)
            head = "Which columns it looks at can't be told" if is_used else "Looks at no column"
            return [f"{head}: {how}{self._why}."]
        (most, *others), unit = told, " points" if self.metric == "accuracy" else ""
        by = {each.unit.name: each.change.replace(" [", f"{unit} [") for each in told}
        whose = "its" if len(most.unit.columns) == 1 else "their"
        verb = "rises" if self.metric == LOSS else "falls"
        said = f"Looks at {most.unit.name} most: with {whose} values shuffled between rows, {self.what} {verb} by "
        said += by[most.unit.name]
        if others:
            also = [f"{each.unit.name} ({by[each.unit.name]})" for each in others]
            said += f"; then {some(also, _NAMED - 1)}"
        none = [f"No {self.change.split()[0]} can be told for {listed(rest, _NAMED)}."] if rest else []
        return [f"{said}{self._why}.", *none]

    @property
    def what(self) -> str:
        """Name the metric."""
        return {"accuracy": "accuracy", LOSS: "log loss"}.get(self.metric, "R²")

    @property
    def change(self) -> str:
        """Name what is bad: a fall in accuracy or R², a rise in loss."""
        return f"{'rise' if self.metric == LOSS else 'fall'} in {self.what}"

    @property
    def one_sided(self) -> str:
        """Say why accuracy does not tell; empty where it does."""
        if self.majority is None or self.metric != LOSS:
            return ""
        return f"{100 * self.majority:.0f} % of the rows are of one class"

    @property
    def _why(self) -> str:
        return f" (not told by accuracy, since {self.one_sided})" if self.one_sided else ""


def permutation_importance(
    trained: "Trained", dataset: Dataset | Table, *, split: Split = "test", seed: int = 42
) -> Importance:
    """Exchange each column's values between the rows of a part of a data set, and see how much worse a model gets.

    Parameters
    ----------
    trained
        The model.
    dataset
        The data set, or a table with the target.
    split
        The part of the data set: ``test``, ``train`` or ``all``.
    seed
        Seed of the permutations.

    Raises
    ------
    InputRefusedError
        If model and data do not fit, or there are not at least two rows.

    """
    return importance_of(HeldOut.of_model(trained, dataset, split), seed=seed)


def importance_of(held: HeldOut, *, seed: int = 42) -> Importance:
    """Compute importances on the rows at hand, of at most 10 000 rows and 200 columns."""
    if len(held.y) < 2:
        raise InputRefusedError("1 row: at least 2 are needed to shuffle values between rows")
    rng, notes = np.random.default_rng(seed), []
    train = held.dataset.X_train
    units = units_of(held.dataset.columns, train if len(train) else held.X)
    notes += [_told_by(unit) for unit in units if unit.told_by][:_NAMED]
    if len(units) > _MOST_UNITS:
        notes.append(f"of {len(units)} columns only the {_MOST_UNITS} that go most with the predictions are shuffled")
        units = _foremost(units, held)
    most_rows = min(_MOST_ROWS, max(2000 // _FEWEST, _MOST_VALUES // (_FEWEST * len(units) * held.X.shape[1])))
    if len(held.y) > most_rows:
        notes.append(f"{most_rows} rows by chance, of {len(held.y)}")
        held = held.taken(np.sort(rng.permutation(len(held.y))[:most_rows]))
    n = len(held.y)
    fitting = _MOST_VALUES // (n * len(units) * held.X.shape[1])
    n_permutations = int(np.clip(min(_ASKED // n, fitting), _FEWEST, _MOST))
    donors = np.stack([_donors(n, rng) for _ in range(n_permutations)])
    majority = None if held.is_regression else float(np.bincount(held.y).max() / n)
    metric = LOSS if majority is not None and majority > _ONE_SIDED else MAIN_METRIC[held.dataset.task]
    found = [_importance(held, unit, donors, metric) for unit in units]
    return Importance(
        units=tuple(sorted(found, key=lambda each: (-each.worth[0], -each.loss))),
        metric=metric,
        majority=majority,
        n_samples=n,
        n_permutations=n_permutations,
        notes=tuple(notes),
    )


def _told_by(unit: Unit) -> str:
    others = some(unit.told_by, 3)
    return f"{unit.name} can be told from {others}, so that its values shuffled alone show little of what it is worth"


def _donors(n: int, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Return of which other row each row gets its values, (n,): a random cycle, so that none keeps its own."""
    order = rng.permutation(n)
    donors = np.empty(n, np.intp)
    donors[order] = np.roll(order, 1)
    return donors


def _importance(held: HeldOut, unit: Unit, donors: npt.NDArray[np.intp], metric: str) -> UnitImportance:
    count = len(donors)
    places = list(unit.features)
    asked = np.tile(held.X, (count, 1))
    asked[:, places] = held.X[donors.ravel()][:, places]
    y = np.tile(held.y, count)
    before = np.tile(held.y_prob, (count, *[1] * (held.y_prob.ndim - 1)))
    y_prob = held.predict(asked)
    same = np.abs(y_prob - before) <= _ROUNDING * np.abs(before).max()  # a product of other shape rounds otherwise
    y_prob = np.where(same, before, y_prob)
    rise = _of_rows(held.losses(y_prob, y) - held.losses(before, y), donors)
    if held.is_regression:
        drop = _drop_in_r2(rise, held)
    else:
        wrong = _of_rows(held.errors(y_prob, y) - held.errors(before, y), donors)
        drop = float(wrong.mean()), half_width(wrong, held.groups, added=_ADDED)
    half = half_width(rise, held.groups)
    return UnitImportance(
        unit=unit,
        drop=_difference(*drop, held),
        loss=float(rise.mean()),
        loss_low=finite(rise.mean() - half),
        loss_high=finite(rise.mean() + half),
        is_used=not same.all(),
        metric=metric,
    )


def _of_rows(rises: Array, donors: npt.NDArray[np.intp]) -> Array:
    """Return what each row adds to the mean rise, (n,): as the row that is asked about, and as the one that gives.

    The mean rise is a mean over pairs of rows; both parts of a pair are drawn with the rows. A row's part is the mean
    over its own pairs, so that what is left to the choice of permutations is in the spread as well, twice even.
    """
    count, n = donors.shape
    taking = rises.reshape(count, n).mean(axis=0)
    giving = np.bincount(donors.ravel(), rises, minlength=n) / count
    return np.asarray(taking + giving - rises.mean())


def _drop_in_r2(rise: Array, held: HeldOut) -> tuple[float, float]:
    """Return the drop in R² and half the length of its interval (delta method); NaN where there is no R²."""
    y = held.y.astype(np.float64)
    squared = (y - y.mean()) ** 2
    variance = float(squared.mean())
    if not np.ptp(y):
        return np.nan, np.inf
    drop = float(rise.mean()) / variance
    return drop, half_width((rise - drop * squared) / variance, held.groups)


def _difference(value: float, half: float, held: HeldOut) -> Difference:
    return Difference(
        value=finite(value),
        low=finite(value - half),
        high=finite(value + half),
        metric=MAIN_METRIC[held.dataset.task],
        n_samples=len(held.y),
    )


def _foremost(units: Sequence[Unit], held: HeldOut) -> list[Unit]:
    """Return the units whose features go most with the predictions, in order."""
    strength = association(held.X, held.y_prob)
    order = sorted(range(len(units)), key=lambda index: -float(strength[list(units[index].features)].max()))
    return [units[index] for index in sorted(order[:_MOST_UNITS])]
