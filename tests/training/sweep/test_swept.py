"""What came of a sweep: which values are best beyond chance, and files of it that are damaged or mean harm."""

import copy
import dataclasses
import json

import numpy as np
import pytest

from dlwhy.errors import InputRefusedError
from dlwhy.training.sweep import swept as files_of
from dlwhy.training.sweep.swept import Cell, Swept


def cell(value, *scores, response=True):
    shown = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4, 1) if response else None
    return Cell(values=(value,), scores=scores, curve=(0.7, 0.5, None), response=shown)


def made(*cells, **changes):
    """Make a sweep of the learning rate."""
    options = {"learning_rate": tuple(each.values[0] for each in cells)}
    values = {"cells": cells, "options": options, "seeds": tuple(range(len(cells[0].scores)))}
    return dataclasses.replace(PLAIN, **{**values, **changes})


PLAIN = Swept(
    options={"learning_rate": (".1",)},
    cells=(cell(".1", 0.5),),
    seeds=(0,),
    score="accuracy",
    rows=40,
    epochs=(1, 2, 3),
    data="toy",
    task="binary",
    class_names=("no", "yes"),
    target_name="target",
    columns=("x0", "x1"),
    limits=(0.0, 1.0),
    points=np.array([[0.1, 0.2], [0.5, 0.9]]),
    targets=np.array([0.0, 1.0]),
    n_averaged=0,
    recipe={"network": {}, "training": {}},
)
THREE = made(cell(".001", 0.5, 0.55, 0.52), cell(".01", 0.9, 0.93, 0.95), cell("1", 0.6, 0.99, 0.8))


def test_the_best_and_on_which_side_of_it_the_others_are() -> None:
    assert THREE.best == 1
    assert THREE.verdicts() == ["worse: too small", "best", "no worse beyond chance"]
    large = made(cell(".01", 0.9, 0.93, 0.95), cell("1", 0.5, 0.55, 0.52))
    assert large.verdicts() == ["best", "worse: too large"]
    assert made(
        cell("relu", 0.9, 0.9), cell("tanh", 0.5, 0.5), options={"activation": ("relu", "tanh")}
    ).verdicts() == [
        "best",
        "worse",
    ]


def test_an_error_is_best_where_it_is_least() -> None:
    found = made(cell(".01", 9.0, 9.3, 9.5), cell("1", 0.5, 0.55, 0.52), task="regression", score="RMSE")
    assert found.verdicts() == ["worse: too small", "best"]


def test_what_diverges_is_never_the_best() -> None:
    found = made(cell(".01", 0.6, 0.6), cell("1", None, 0.99), cell("9", None, None, response=False))
    assert found.verdicts() == ["best", "some diverge: too large", "diverges: too large"]
    assert found.interval(found.cells[2]) is None


def test_an_interval_of_accuracies_ends_at_one_and_is_that_of_student() -> None:
    mean, low, high = THREE.interval(THREE.cells[1])
    assert mean == pytest.approx(0.92667, abs=1e-4)
    assert low == pytest.approx(mean - 4.3027 * np.std([0.9, 0.93, 0.95], ddof=1) / np.sqrt(3), abs=1e-4)
    assert high == pytest.approx(0.98917, abs=1e-4)
    assert THREE.interval(THREE.cells[2])[2] == 1.0


def test_it_comes_back_from_its_file(tmp_path) -> None:
    path = tmp_path / "sweep.json"
    path.write_text(json.dumps(THREE.to_json(), allow_nan=False))
    found = files_of.read(str(path))
    assert found.to_json() == THREE.to_json()
    assert found.verdicts() == THREE.verdicts()


DAMAGED = [
    lambda d: d.update(kind="model"),
    lambda d: d.update(format=2),
    lambda d: d.pop("cells"),
    lambda d: d.update(more=1),
    lambda d: d["cells"].pop(),
    lambda d: d["cells"][0].update(scores=[0.5]),
    lambda d: d["cells"][0].update(scores=[0.5, "x", 0.5]),
    lambda d: d["cells"][0].update(scores=[0.5, 1.5, 0.5]),
    lambda d: d["cells"][0].update(curve=[]),
    lambda d: d.update(epochs=[1, 3, 2]),
    lambda d: d["cells"][0].update(response=[[[1e400]]]),
    lambda d: d["cells"][0].update(response=[[["x"]]]),
    lambda d: d["cells"][0].update(response=[[0.5]]),
    lambda d: d["cells"][0].update(response=np.zeros((300, 2, 1)).tolist()),
    lambda d: d["cells"][0].update(values=["7"]),
    lambda d: d.update(task="binary", targets=[0.0, 7.0]),
    lambda d: d.update(points=[[0.1, 0.2]]),
    lambda d: d.update(options={"learning_rate": ["x", ".01", "1"]}),
    lambda d: d.update(task="clustering"),
    lambda d: d.update(columns=["a", "b", "c"]),
    lambda d: d.update(data=7),
    lambda d: d.update(limits=[0.0]),
]


@pytest.mark.parametrize("spoil", DAMAGED, ids=map(str, range(len(DAMAGED))))
def test_a_file_that_is_damaged_is_refused_with_its_name(spoil, tmp_path) -> None:
    values = copy.deepcopy(THREE.to_json())
    spoil(values)
    path = tmp_path / "sweep.json"
    path.write_text(json.dumps(values))
    with pytest.raises(InputRefusedError, match=r"sweep\.json: ") as refused:
        files_of.read(str(path))
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 100_000, b"[1]", b'{"kind": "sweep"}'])
def test_what_is_no_sweep_at_all_is_refused(content, tmp_path) -> None:
    path = tmp_path / "sweep.json"
    path.write_bytes(content)
    with pytest.raises(InputRefusedError, match=r"sweep\.json: "):
        files_of.read(str(path))
