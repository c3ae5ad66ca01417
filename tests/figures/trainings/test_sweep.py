"""The picture of a sweep: a curve and a map for each combination, the best of them framed."""

import dataclasses

import numpy as np
import pytest

from dlwhy.errors import UsageError
from dlwhy.figures.drawing import style
from dlwhy.figures.trainings import sweep
from dlwhy.training.sweep.swept import Cell, Swept
from tests.figures.legible import faults, texts, title_of
from tests.figures.test_legible import LONG


def swept(task="binary", rows=("1", "2"), second=("relu", "tanh"), **changes) -> Swept:
    """Make a sweep of two options, or of one if there is no second."""
    outputs = 3 if task == "multiclass" else 1
    keys = [(row, column) for row in rows for column in second] or [(row,) for row in rows]
    rng = np.random.default_rng(0)
    shown = rng.uniform(0, 1, (len(keys), 12, 15, outputs)).astype(np.float32)
    cells = tuple(
        Cell(values=key, scores=(0.5 + 0.01 * n, 0.52 + 0.01 * n), curve=(1.0, 0.1, 10.0**-n), response=shown[n])
        for n, key in enumerate(keys)
    )
    options = {"batch_size": tuple(rows), **({"activation": tuple(second)} if second else {})}
    values = {
        "options": options,
        "cells": cells,
        "seeds": (1, 2),
        "score": "RMSE" if task == "regression" else "accuracy",
        "rows": 40,
        "epochs": (1, 2, 3),
        "data": "toy",
        "task": task,
        "class_names": {"binary": ("no", "yes"), "multiclass": ("a", "b", "c"), "regression": ()}[task],
        "target_name": "target",
        "columns": ("x0", "x1"),
        "limits": (0.0, 1.0),
        "points": rng.uniform(0, 1, (30, 2)),
        "targets": rng.integers(2, size=30).astype(float),
        "n_averaged": 0,
        "recipe": {},
    }
    return Swept(**{**values, **changes})


def test_a_curve_and_a_map_for_each_combination_and_the_best_is_named() -> None:
    figure = sweep.draw(swept())
    curves, maps = figure.axes

    assert [line.get_label() for line in curves.lines] == ["1 · relu", "1 · tanh", "2 · relu", "2 · tanh"]
    assert curves.lines[3].get_ydata().tolist() == [1.0, 0.1, 0.001]
    assert curves.lines[0].get_color()[:3].tolist() == curves.lines[1].get_color()[:3].tolist()
    assert curves.lines[0].get_linestyle() != curves.lines[1].get_linestyle()
    assert title_of(curves).startswith("toy: best with batch size 2 and activation tanh, held-out accuracy 0.540")
    assert len(maps.images) == 4
    framed = [line.get_linewidth() > 1 for line in maps.lines]
    assert framed == [False, False, False, True]
    assert any(text.startswith("2 · tanh: 0.540") and text.endswith("best") for text in texts(figure))


def test_what_diverged_has_an_empty_map() -> None:
    made = swept(second=())
    lost = dataclasses.replace(made.cells[1], scores=(None, None), curve=(None, None, None), response=None)
    figure = sweep.draw(dataclasses.replace(made, cells=(made.cells[0], lost)))
    assert any(text.replace("\n", " ") == "2: diverged diverges: too large" for text in texts(figure))


@pytest.mark.parametrize("look", ["light", "dark", "large"])
@pytest.mark.parametrize(
    ("task", "rows", "columns"),
    [("binary", ("1", "2"), ("relu", "tanh", "elu")), ("multiclass", "1234", ()), ("regression", "12", ())],
    ids=str,
)
def test_all_texts_can_be_read(task, rows, columns, look) -> None:
    names = {"data": LONG, "target_name": LONG, "columns": (LONG, f"{LONG} 2")}
    classes = tuple(f"{LONG} {number}" for number in range({"binary": 2, "multiclass": 3}.get(task, 0)))
    with style.styled(look):
        assert faults(sweep.draw(swept(task, rows, columns, class_names=classes, **names))) == []


def test_many_maps_have_room() -> None:
    many = tuple("12345678")
    with style.styled():
        assert (
            faults(sweep.draw(swept(rows=many, second=("relu", "tanh", "elu", "selu", "gelu", "mish", "silu")))) == []
        )


def test_too_small_a_size_is_refused() -> None:
    with style.styled(), pytest.raises(UsageError, match="--size 2x2: too small to read"):
        sweep.draw(swept(), (2, 2))
