"""The course of a training as lines with a read-out, and as a table."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.figures.history import spans_decades
from dlwhy.report.content import Amount, Cell, Loss, Scrub, Table
from dlwhy.text import finite, number

_WIDTH, _HEIGHT = 640.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 80.0, 626.0, 12.0, 258.0
_MOST_TICKS = 6
_MOST_POINTS, _MOST_ROWS, _MOST_READINGS = 400, 40, 1000


def course(
    history: Mapping[str, Sequence[float]],
    unit: str = "epoch",
    *,
    epochs: int | None = None,
    scrub: Scrub | None = None,
) -> Loss | None:
    """Return how the loss fell; None if nothing is known of it.

    Parameters
    ----------
    history
        Values, one an epoch, of ``loss`` and perhaps ``val_loss``.
    unit
        What a value is of, ``epoch`` or ``moment``.
    epochs
        Number of epochs that were trained; by default one a value.
    scrub
        The boundary at moments of the training.

    """
    train = [*history.get("loss", ())]
    held_out = [*history.get("val_loss", ())] or None
    values = np.array([value for value in (*train, *(held_out or ())) if math.isfinite(value)])
    if not train or not len(values):
        return None
    least = values.min()
    is_log = bool(least > 0) and spans_decades("loss", values)
    low, high = (least, values.max()) if is_log else (min(0.0, least), values.max())
    high = high if high > low else low + 1.0

    def up(value: float) -> float:
        share = math.log(value / low) / math.log(high / low) if is_log else (value - low) / (high - low)
        return _BOTTOM - share * (_BOTTOM - _TOP)

    lines = [("loss.train", train), *([("loss.held_out", held_out)] if held_out else [])]
    n = len(train)
    return Loss(
        unit=unit,
        train=train,
        held_out=held_out,
        epochs=n if epochs is None else epochs,
        paths=[(name, _path(line, up)) for name, line in lines],
        ticks_x=[(_across(epoch, n), f"{epoch:g}") for epoch in dict.fromkeys([1.0, *_ticks(1, n, integer=True)])],
        ticks_y=[(up(value), f"{value:g}") for value in _ticks(low, high, is_log=is_log)],
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        right=_RIGHT,
        top=_TOP,
        bottom=_BOTTOM,
        is_log=is_log,
        scrub=scrub,
    )


def table(loss: Loss) -> Table:
    """Return the numbers behind the lines, at most forty of them, evenly taken."""
    n = len(loss.train)
    places = sorted({round(place) for place in np.linspace(0, n - 1, min(n, _MOST_ROWS)).tolist()})

    def row(place: int) -> list[Cell]:
        held_out = [Amount(loss.held_out[place], number(loss.held_out[place]))] if loss.held_out else []
        return [place + 1, Amount(loss.train[place], number(loss.train[place])), *held_out]

    columns = [f">loss.{loss.unit}", ">loss.train", *([">loss.held_out"] if loss.held_out else [])]
    return Table(name="loss.table", columns=columns, rows=[row(place) for place in places], left_out=n - len(places))


def readings(loss: Loss) -> dict[str, Any]:
    """Return what the page's slider reads off, JSON-like: at most a thousand moments, evenly taken.

    Returns
    -------
    readings
        Lists of one length: ``at``, the epoch or moment; ``train`` and ``heldOut``, the loss, None where there is none;
        ``x``, the place in the picture; and ``frame``, the snapshot that shows the network as it was then.

    """
    n = len(loss.train)
    places = sorted({round(place) for place in np.linspace(0, n - 1, min(n, _MOST_READINGS)).tolist()})
    # the untrained start has no loss
    before = [-1] if loss.scrub and loss.scrub.epochs[0] == 0 else []
    told = [*before, *places]

    def values(line: Sequence[float]) -> list[float | None]:
        return [None if place < 0 else finite(float(f"{line[place]:.5g}")) for place in told]

    epochs = [(place + 1) * loss.epochs / n for place in told]
    moments = loss.scrub.epochs if loss.scrub else [0]
    return {
        "at": [place + 1 for place in told],
        "train": values(loss.train),
        "heldOut": values(loss.held_out) if loss.held_out else None,
        "x": [round(_across(max(place, 0) + 1, n), 1) for place in told],
        "frame": np.maximum(np.searchsorted(moments, epochs, side="right") - 1, 0).tolist(),
    }


def _across(epoch: float, n: int) -> float:
    return (_LEFT + _RIGHT) / 2 if n == 1 else _LEFT + (epoch - 1) / (n - 1) * (_RIGHT - _LEFT)


def _path(values: Sequence[float], up: Callable[[float], float]) -> str:
    n = len(values)
    places = sorted({round(place) for place in np.linspace(0, n - 1, min(n, _MOST_POINTS)).tolist()})
    drawn = [(place, values[place]) for place in places if math.isfinite(values[place])]
    return "M" + "L".join(f"{_across(place + 1, n):.1f} {up(value):.1f}" for place, value in drawn)


def _ticks(low: float, high: float, *, is_log: bool = False, integer: bool = False) -> list[float]:
    """Return round numbers between two ends, as Matplotlib would."""
    from matplotlib.ticker import LogLocator, MaxNLocator

    locator = LogLocator() if is_log else MaxNLocator(_MOST_TICKS, integer=integer)
    return [float(value) for value in locator.tick_values(low, high) if low <= value <= high]
