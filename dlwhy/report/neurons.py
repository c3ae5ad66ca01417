"""A network drawn as units and weights, each unit with a small map of what it responds to."""

import itertools

import numpy as np

from dlwhy.figures.inside.neurons import NeuronsDisplay
from dlwhy.figures.inside.responses import Stage
from dlwhy.figures.subject import Subject
from dlwhy.report import pictures
from dlwhy.report.content import Amount, Cell, Neurons, Table, Unit, Word
from dlwhy.text import number

_SIDE, _GAP, _COLUMN, _HEAD = 34.0, 8.0, 150.0, 44.0
_WIDEST = 4.0
# width of a letter, and letters of a name that are shown
_LETTER, _LONGEST = 7.4, 24
# of a stage: thinner ones are not drawn
_LEAST = 0.03
_MOST_ROWS = 30


def network(subject: Subject) -> Neurons | None:
    """Return what the units of a network respond to and the weights between them.

    None where a network can't be looked into. Columns, units and weights are those of ``dlwhy plot neurons``.
    """
    from dlwhy.errors import DlwhyError

    try:
        found = NeuronsDisplay.from_subject(subject)
    except DlwhyError:
        return None
    from dlwhy.figures.drawing import style

    stages = found.found.stages
    height = _HEAD + max(len(stage.shown) for stage in stages) * (_SIDE + _GAP)
    with style.styled():
        columns = [
            _units(stage, place, found.pictures(stage), middle=(height + _HEAD) / 2)
            for place, stage in enumerate(stages)
        ]
    pairs = zip(itertools.pairwise(columns), stages[1:], strict=True)
    return Neurons(
        width=_COLUMN * (len(stages) - 1) + _SIDE,
        height=height,
        side=_SIDE,
        units=[unit for column in columns for unit in column],
        weights=[weight for (before, after), stage in pairs for weight in _weights(before, after, stage)],
        heads=[
            (stage.name, stage.n_units, len(stage.shown), place * _COLUMN + _SIDE / 2)
            for place, stage in enumerate(stages)
        ],
        axes=found.found.axes,
        left=_room(columns[0]),
        right=_room(columns[-1]),
    )


def table(drawn: Neurons) -> Table:
    """Return the weights behind the lines, the largest first."""
    ordered = sorted(drawn.weights, key=lambda weight: -abs(weight[2]))
    rows: list[list[Cell]] = [
        [
            before,
            after,
            Amount(weight, number(weight)),
            Word(f"answers.{'yes' if after.dead else 'no'}"),
        ]
        for before, after, weight, _ in ordered[:_MOST_ROWS]
    ]
    columns = ["neurons.from", "neurons.to", ">neurons.weight", "neurons.is_dead"]
    return Table(name="neurons.table", columns=columns, rows=rows, left_out=len(ordered) - len(rows))


def _units(
    stage: Stage, place: int, maps: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", middle: float
) -> list[Unit]:
    step = _SIDE + _GAP
    top = middle - (len(stage.shown) * step - _GAP) / 2
    hidden = stage.name.startswith("layer")
    return [
        Unit(
            id=f"u{place}-{number}",
            stage=stage.name,
            number=unit + 1,
            name=stage.names[number] if stage.names else "",
            x=place * _COLUMN,
            y=top + number * step,
            image=pictures.image(np.flipud(maps[number])),
            dead=hidden and bool(stage.dead[unit]),
        )
        for number, unit in enumerate(stage.shown)
    ]


def _room(units: list[Unit]) -> float:
    """Return the room that names beside a column take, at most."""
    return 16 + _LETTER * max(min(len(unit.name), _LONGEST) for unit in units)


def _weights(before: list[Unit], after: list[Unit], stage: Stage) -> list[tuple[Unit, Unit, float, float]]:
    if stage.kernel is None:
        return []
    most = float(np.abs(stage.kernel).max(initial=0)) or 1.0
    return [
        (source, target, float(stage.kernel[i, j]), max(0.3, _WIDEST * abs(float(stage.kernel[i, j])) / most))
        for i, source in enumerate(before)
        for j, target in enumerate(after)
        if abs(float(stage.kernel[i, j])) >= _LEAST * most
    ]
