"""What came of a sweep, as plain data: a file that can be drawn and read without what made it."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy import files
from dlwhy.data.dataset import TASKS, Task
from dlwhy.data.values import is_number, is_text, is_whole
from dlwhy.errors import InputRefusedError
from dlwhy.text import display
from dlwhy.training.sweep.values import MOST_CELLS, ORDERED

FORMAT, KIND = 1, "sweep"
MOST_BYTES = 64 << 20
_MOST_SEEDS, _MOST_EPOCHS, _MOST_SIDE, _MOST_POINTS = 2048, 1000, 200, 2000
_LEVEL = 0.95


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Cell:
    """What came of one combination of values.

    Parameters
    ----------
    values
        As they were typed, in the order of the options.
    scores
        Of each seed, on the rows that were held out; None where the loss stopped being finite.
    curve
        The median held-out loss over seeds, at each of `Swept.epochs`; None where it is no number.
    response
        What the network of the median score predicts over the columns: nested lists (height, width, n_outputs), or
        (width, n_outputs) along one column; None if all seeds diverged.

    """

    values: tuple[str, ...]
    scores: tuple[float | None, ...]
    curve: tuple[float | None, ...]
    response: npt.NDArray[np.float32] | None

    @property
    def known(self) -> list[float]:
        """The scores of those that did not diverge."""
        return [score for score in self.scores if score is not None]


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Swept:
    """A sweep that is done.

    Parameters
    ----------
    options
        The values of each option that was swept, one or two, as they were typed.
    cells
        All combinations.
    seeds
        Of the networks of each.
    score
        ``accuracy`` or ``RMSE``.
    rows
        How many rows were held out for the scores.
    epochs
        At which a curve is known.
    data, task, class_names, target_name
        What was learnt.
    columns
        What the maps lie over, one or two.
    limits
        Of a regression's colours.
    points
        Rows, (n, 2) in a square of side 1.
    targets
        Theirs, (n,).
    n_averaged
        How many rows a prediction of the maps is the mean of; 0 if it is one.
    recipe
        What all have in common: the network and the training, JSON-like.

    """

    options: Mapping[str, tuple[str, ...]]
    cells: tuple[Cell, ...]
    seeds: tuple[int, ...]
    score: str
    rows: int
    epochs: tuple[int, ...]
    data: str
    task: Task
    class_names: tuple[str, ...]
    target_name: str
    columns: tuple[str, ...]
    limits: tuple[float, float]
    points: npt.NDArray[np.float64]
    targets: npt.NDArray[np.float64]
    n_averaged: int
    recipe: Mapping[str, Any]

    @property
    def names(self) -> tuple[str, ...]:
        """The user's own names that its picture shows, each as it is shown: also of values that are no numbers."""
        values = [value for typed in self.options.values() for value in typed if not _is_float(value)]
        every = [self.data, self.target_name, *self.class_names, *self.columns, *values]
        return tuple(dict.fromkeys(display(name, 80) for name in every))

    @property
    def best(self) -> int | None:
        """The place of the cell with the best mean, of those of which no seed diverged if there are such."""
        sign = 1 if self.score == "RMSE" else -1
        order = [
            (len(cell.scores) - len(cell.known), sign * float(np.mean(cell.known)), place)
            for place, cell in enumerate(self.cells)
            if cell.known
        ]
        return min(order)[2] if order else None

    def verdicts(self) -> list[str]:
        """Say of each cell how it compares with the best, seed by seed: ``best``, ``as good``, or what is wrong."""
        best = self.best
        return [self._verdict(place, best) for place in range(len(self.cells))]

    def _verdict(self, place: int, best: int | None) -> str:
        cell = self.cells[place]
        if best is None or not cell.known:
            return "diverges" + self._side(place, best)
        if place == best:
            return "best"
        sign = 1 if self.score == "RMSE" else -1
        pairs = zip(cell.scores, self.cells[best].scores, strict=True)
        worse = [sign * (own - other) for own, other in pairs if own is not None and other is not None]
        if len(cell.known) < len(cell.scores):
            return "some diverge" + self._side(place, best)
        if not _above_zero(worse):
            return "no worse beyond chance"
        return "worse" + self._side(place, best)

    def _side(self, place: int, best: int | None) -> str:
        """Say, of one option that is a matter of more and less, on which side of the best a cell lies."""
        names = list(self.options)
        if best is None or len(names) > 1 or names[0] not in ORDERED:
            return ""
        own, right = (float(self.cells[each].values[0]) for each in (place, best))
        return ": too small" if own < right else ": too large"

    def interval(self, cell: Cell) -> tuple[float, float, float] | None:
        """Return the mean score of a cell with its 95 % interval over seeds; None if all diverged."""
        known = cell.known
        if not known:
            return None
        mean, half = float(np.mean(known)), _half_width(known)
        low, high = max(0.0, mean - half), mean + half
        return mean, low, min(1.0, high) if self.score == "accuracy" else high

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-like values with a format version."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        cells = [
            {**vars(cell), "response": None if cell.response is None else cell.response.round(4).tolist()}
            for cell in self.cells
        ]
        arrays = {"points": self.points.round(4).tolist(), "targets": self.targets.tolist()}
        return {"kind": KIND, "format": FORMAT, **values, "cells": cells, **arrays}

    @classmethod
    def from_json(cls, values: Any) -> Self:
        """Take it back from JSON-like values, trusting nothing.

        Raises
        ------
        InputRefusedError
            If they are anything else, or of a format that this version does not know.

        """
        if not isinstance(values, dict) or values.get("kind") != KIND:
            raise InputRefusedError("not what dlwhy sweep writes")
        if values.get("format") != FORMAT:
            raise InputRefusedError(f"a sweep of another format; this dlwhy reads {FORMAT}", "upgrade dlwhy")
        fields = {key: value for key, value in values.items() if key not in ("kind", "format")}
        try:
            fields["options"] = {name: tuple(texts) for name, texts in fields["options"].items()}
            fields["cells"] = tuple(_cell(each) for each in fields["cells"])
            for name in ("seeds", "epochs", "class_names", "columns", "limits"):
                fields[name] = tuple(fields[name])
            fields["points"] = np.asarray(fields["points"], np.float64).reshape(-1, 2)
            fields["targets"] = np.asarray(fields["targets"], np.float64)
            found = cls(**fields)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputRefusedError(f"a damaged sweep ({type(error).__name__})") from error
        if not found.is_sound():
            raise InputRefusedError("a damaged sweep: its parts contradict each other")
        return found

    def is_sound(self) -> bool:
        """Return whether all parts are what they should be and fit each other."""
        texts = [*self.options, *self.class_names, *self.columns, self.data, self.target_name]
        texts += [value for each in self.options.values() for value in each]
        regression = self.task == "regression"
        outputs = len(self.class_names) if self.task == "multiclass" else 1
        sizes = (
            self.task in TASKS
            and self.score == ("RMSE" if regression else "accuracy")
            and 1 <= len(self.options) <= 2
            and 1 <= len(self.columns) <= 2
            and 1 <= len(self.seeds) <= _MOST_SEEDS
            and 1 <= len(self.epochs) <= _MOST_EPOCHS
            and len(self.limits) == 2
            and len(self.targets) == len(self.points) <= _MOST_POINTS
            and len(self.cells) == math.prod(map(len, self.options.values())) <= MOST_CELLS
        )
        numbers = all(map(is_number, self.limits)) and all(map(is_whole, (*self.seeds, *self.epochs, self.n_averaged)))
        good = bool(np.isfinite(self.points).all() and np.isfinite(self.targets).all())
        if not (sizes and numbers and good and is_whole(self.rows) and all(is_text(text, 10_000) for text in texts)):
            return False
        rising = all(a < b for a, b in zip(self.epochs, self.epochs[1:], strict=False))
        classes = regression or set(self.targets.tolist()) <= set(range(len(self.class_names)))
        ordered = [name for name in self.options if name in ORDERED]
        readable = all(_is_float(value) for name in ordered for value in self.options[name])
        return rising and classes and readable and all(self._fits(cell, outputs) for cell in self.cells)

    def _fits(self, cell: Cell, outputs: int) -> bool:
        named = len(cell.values) == len(self.options) and all(
            value in known for value, known in zip(cell.values, self.options.values(), strict=True)
        )
        numbers = all(value is None or is_number(value) for value in (*cell.scores, *cell.curve))
        most = math.inf if self.task == "regression" else 1
        numbers = numbers and all(0 <= score <= most for score in cell.known)
        whole = len(cell.scores) == len(self.seeds) and len(cell.curve) == len(self.epochs)
        response = cell.response
        if response is None:
            return named and numbers and whole and not cell.known
        shape = response.ndim == len(self.columns) + 1 and response.shape[-1] == outputs
        sides = all(1 <= side <= _MOST_SIDE for side in response.shape[:-1])
        return named and numbers and whole and shape and sides and bool(np.isfinite(response).all())


def read(path: str, *, max_size: int | None = None) -> Swept:
    """Read the file of a sweep.

    Raises
    ------
    InputRefusedError, InputUnreadableError, InputOutputError
        If it can't be read, or is something else.

    """
    import json

    content = files.read_bytes(path, limit=(max_size << 20) if max_size else MOST_BYTES)
    try:
        return Swept.from_json(json.loads(content))
    except InputRefusedError as error:
        raise InputRefusedError(f"{files.shown(path)}: {error.message}", error.hint) from error
    except (ValueError, RecursionError) as error:
        raise InputRefusedError(f"{files.shown(path)}: not what dlwhy sweep writes") from error


def _cell(values: Any) -> Cell:
    response = values["response"]
    array = None if response is None else np.asarray(response, np.float32)
    rest = {name: tuple(values[name]) for name in ("values", "scores", "curve")}
    return Cell(**rest, response=array)


def _is_float(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _above_zero(differences: Sequence[float]) -> bool:
    """Return whether the 95 % interval of the mean of paired differences lies above zero."""
    return len(differences) > 1 and float(np.mean(differences)) > _half_width(differences)


def _half_width(values: Sequence[float]) -> float:
    from scipy import stats

    n = len(values)
    if n < 2:
        return math.inf
    return float(np.std(values, ddof=1) / np.sqrt(n) * stats.t.ppf((1 + _LEVEL) / 2, n - 1))
