"""Where a model errs most: one half of the held-out rows looks for slices of rows, the other half confirms them.

Among hundreds of slices some look bad by chance. So those that one half of the rows finds are only candidates; each is
judged on the rows of the other half, which had no part in the choice: its error there is as likely too high as too low,
and of noise alone at most one model in twenty has any slice confirmed (Holm over the candidates). The second candidate
is looked for, and judged, without the rows of the first, or it would be the first once more, a little wider.
"""

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from dlwhy.data.dataset import Dataset, placed
from dlwhy.evaluation.errors import confirming, searching
from dlwhy.evaluation.errors.columns import association
from dlwhy.evaluation.errors.confirming import Rows
from dlwhy.evaluation.errors.cutting import cuts_of
from dlwhy.evaluation.errors.held_out import Array, HeldOut
from dlwhy.evaluation.errors.searching import LEAST, MOST_PAIRED, Candidate, Mask, Space
from dlwhy.evaluation.evaluate import Split
from dlwhy.evaluation.labelled import Table
from dlwhy.text import counted

if TYPE_CHECKING:
    from dlwhy.models.trained import Trained

CANDIDATES = 3
LEVEL = 0.05
_FEWEST_WRONG = 5  # in the half that looks: of fewer errors nobody can say where they are
_MOST_ROWS = 10_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Slice:
    """Rows of a kind, and how the model does on them.

    Parameters
    ----------
    conditions
        One or two, which hold for its rows: ``island = Torgersen``.
    columns
        The columns they are about.
    n_samples
        Its rows in the half that confirms.
    value, low, high
        Accuracy, or mean absolute error, on these rows, with its 95 % interval.
    elsewhere
        The same on the other rows of the half that confirms.
    p_value
        Of a test that the slice is no worse than the rest, on the half that confirms (Holm over the candidates).
    p_search
        How often exchanging errors between the rows of the half that looks makes any slice stand out as much there;
        None where rows come in groups.
    is_confirmed
        Whether `p_value` is at most 0.05.

    """

    conditions: tuple[str, ...]
    columns: tuple[str, ...]
    n_samples: int
    value: float
    low: float | None
    high: float | None
    elsewhere: float
    p_value: float
    p_search: float | None
    is_confirmed: bool

    @property
    def name(self) -> str:
        """Say which rows it has: ``island = Torgersen and mass <= 3550``."""
        return " and ".join(self.conditions)

    @property
    def interval(self) -> str:
        """Write its accuracy or error with the interval."""
        ends = "" if self.low is None or self.high is None else f" [{short(self.low)}, {short(self.high)}]"
        return f"{short(self.value)}{ends}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Slices:
    """Where a model errs most.

    Parameters
    ----------
    metric
        ``accuracy`` or ``mae``.
    n_finding, n_confirming
        Rows of the two halves.
    n_looked
        Slices that were looked at.
    slices
        The candidates, the worst first as the half that looks has it; each without the rows of those before it.
    reason
        Why nothing was looked at; empty if it was.
    notes
        What was left out, for people.

    """

    metric: str
    n_finding: int
    n_confirming: int
    n_looked: int = 0
    slices: tuple[Slice, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()

    def sentences(self) -> list[str]:
        """Say where the model errs most, or that no place is confirmed."""
        if self.reason:
            return [f"Where it errs can't be said: {self.reason}."]
        confirmed = [each for each in self.slices if each.is_confirmed]
        tried = f"{counted(self.n_looked, 'slice')} looked at on {self.n_finding} rows"
        if not confirmed:
            several = "the worst was" if len(self.slices) == 1 else f"the {len(self.slices)} worst were"
            rest = (
                f"; {several} tried on the other {self.n_confirming}" if self.slices else ", none worse than the rest"
            )
            return [f"No slice is confirmed to be worse than the rest ({tried}{rest})."]
        return [self._says(each, "Worst" if each is confirmed[0] else "Also") for each in confirmed]

    def _says(self, found: Slice, word: str) -> str:
        what = "accuracy" if self.metric == "accuracy" else "mean absolute error"
        before = self.slices.index(found)
        rest = "" if not before else ", of the other rows," if word == "Also" else ", of rows not tried before,"
        on = f"on {found.n_samples} rows that did not choose it, against {short(found.elsewhere)} elsewhere"
        return f"{word}{rest} where {found.name}: {what} {found.interval} {on}."


def worst_slices(trained: "Trained", dataset: Dataset | Table, *, split: Split = "test", seed: int = 42) -> Slices:
    """Look for rows of a kind, by one column or two, on which a model is worse than elsewhere.

    Parameters
    ----------
    trained
        The model.
    dataset
        The data set, or a table with the target.
    split
        The part of the data set: ``test``, ``train`` or ``all``.
    seed
        Seed of the halves.

    Raises
    ------
    InputRefusedError
        If model and data do not fit, or there are no rows.

    """
    return slices_of(HeldOut.of_model(trained, dataset, split), seed=seed)


def slices_of(held: HeldOut, *, seed: int = 42) -> Slices:
    """Look for slices on the rows at hand."""
    notes = []
    if len(held.y) > _MOST_ROWS:
        notes.append(f"{_MOST_ROWS} rows by chance, of {len(held.y)}")
        rows = np.random.default_rng(seed).permutation(len(held.y))[:_MOST_ROWS]
        held = held.taken(np.sort(rows))
    finding, errors = held.halves(seed), held.errors(held.y_prob, held.y)
    paired = _paired(held)
    if len(paired) < len(held.dataset.columns):
        n_columns = len(held.dataset.columns)
        notes.append(f"pairs only among the {len(paired)} of {n_columns} columns that go most with the predictions")
    nothing = Slices(
        metric="mae" if held.is_regression else "accuracy",
        n_finding=int(finding.sum()),
        n_confirming=int((~finding).sum()),
        notes=tuple(notes),
    )
    if reason := _reason(held, errors, finding):
        return dataclasses.replace(nothing, reason=reason)
    train = held.dataset.X_train
    cuts = list(cuts_of(held.dataset.columns, held.X, train if len(train) else held.X[finding]))
    space = searching.space_of(cuts, finding, paired)
    if not space.names:
        return dataclasses.replace(nothing, reason=f"no slice has {LEAST} rows in each half of {len(held.y)}")
    chosen = list(searching.worst(space, errors, finding, count=CANDIDATES, seed=seed))
    judged = [_judged(held, errors, ~finding & each.left, space.rows(each.index)) for each in chosen]
    p_values = confirming.holm([rows.p_value() for rows in judged])
    found = [_slice(space, *each) for each in zip(chosen, judged, p_values, strict=True)]
    return dataclasses.replace(nothing, slices=tuple(found), n_looked=len(space.names))


def _paired(held: HeldOut) -> list[int]:
    """Return the places of the columns by two of which rows are sliced: at most thirty, chosen without the truth."""
    columns = held.dataset.columns
    if len(columns) <= MOST_PAIRED:
        return list(range(len(columns)))
    strength = association(held.X, held.y_prob)
    most = [-float(strength[place].max()) for _, place in placed(columns)]
    return sorted(np.argsort(most, kind="stable")[:MOST_PAIRED].tolist())


def _reason(held: HeldOut, errors: Array, finding: Mask) -> str:
    """Say why there is nothing to look at, if so."""
    if reason := held.too_few(finding, 2 * LEAST):
        return reason
    if held.is_regression:
        return "" if np.ptp(errors[finding]) else "the error is the same everywhere"
    n_wrong = int(errors.sum())
    if errors[finding].sum() < _FEWEST_WRONG:
        return f"{n_wrong} of {len(errors)} rows {'is' if n_wrong == 1 else 'are'} wrong, too few to say where"
    return "" if np.ptp(errors[finding]) else "all rows are wrong"


def _judged(held: HeldOut, errors: Array, rows: Mask, inside: Mask) -> Rows:
    groups = None if held.groups is None else held.groups[rows]
    return Rows(errors=errors[rows], inside=inside[rows], groups=groups, is_regression=held.is_regression)


def _slice(space: Space, candidate: Candidate, rows: Rows, p_value: float) -> Slice:
    value, low, high = rows.score()
    return Slice(
        conditions=space.names[candidate.index],
        columns=space.columns[candidate.index],
        n_samples=int(rows.inside.sum()),
        value=value,
        low=low,
        high=high,
        elsewhere=rows.elsewhere,
        p_value=p_value,
        p_search=None if rows.groups is not None else candidate.chance,
        is_confirmed=p_value <= LEVEL,
    )


def short(value: float) -> str:
    """Write an accuracy, or an error in the unit of the target, with three or four digits."""
    if 0 < value < 0.001 or value >= 1e7:
        return f"{value:.3g}"
    return f"{value:.{3 - min(3, sum(value >= bound for bound in (10, 100, 1000)))}f}"
