"""What travels with a model survives its file, and is believed no further than it can be checked."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlwhy.data.dataset import Column
from dlwhy.errors import InputRefusedError
from dlwhy.models.details import Details
from dlwhy.models.history import history_csv, read_history_csv
from dlwhy.models.network import NetworkSpec

FULL = Details(
    task="multiclass",
    columns=(
        Column(name="age", fill=31.5, indicator=True),
        Column(name="town", kind="categorical", categories=("a", "b"), fill="a"),
    ),
    class_names=("x", "y", "z"),
    target_name="grade",
    network=NetworkSpec().to_json(),
    training={"options": {"epochs": 3}},
    dataset={"name": "d", "fingerprint": "f"},
    seed=1,
    engine="xla",
    threads=2,
    versions={"keras": "3"},
)


@pytest.mark.parametrize(
    "details", [FULL, Details(task="regression", columns=(Column(name="x"),))], ids=["full", "bare"]
)
def test_details_survive_json(details: Details) -> None:
    assert Details.from_json(json.loads(json.dumps(details.to_json()))) == details


def test_features_and_outputs_follow_from_columns_and_classes() -> None:
    assert FULL.feature_names == ("age", "age missing", "town=a", "town=b")
    assert FULL.n_outputs == 3
    assert Details(task="binary", columns=(), class_names=("a", "b")).n_outputs == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "has format 2; this dlwhy reads 1"),
        ({"task": "ranking"}, "the task is not one of"),
        ({"task": None}, "damaged: task"),
        ({"task": "binary"}, "3 class names do not fit the task binary"),
        ({"class_names": ["x", "x", "y"]}, "do not fit"),
        ({"class_names": ["x", "y", 3]}, "damaged: class_names"),
        ({"class_names": "xyz"}, "damaged: class_names"),
        ({"columns": {}}, "damaged: columns"),
        ({"columns": [7]}, "damaged"),
        ({"columns": [{"kind": "numeric"}]}, "damaged"),
        ({"network": {"layers": [0]}}, "--layers"),
        ({"network": []}, "damaged: network"),
        ({"training": 5}, "damaged: training"),
        ({"seed": -1}, "damaged: seed"),
        ({"seed": True}, "damaged: seed"),
        ({"threads": "2"}, "damaged: threads"),
        ({"engine": 1}, "damaged: engine"),
        ({"versions": {"keras": 3}}, "damaged: versions"),
        ({"versions": None}, "damaged: versions"),
        ({"later": 1}, "damaged"),
    ],
    ids=lambda value: "" if isinstance(value, str) else str(value)[:40],
)
def test_details_that_can_not_be_are_refused(change: dict, message: str) -> None:
    with pytest.raises(InputRefusedError, match=r".*") as refused:
        Details.from_json({**FULL.to_json(), **change})

    assert message in refused.value.message


@pytest.mark.parametrize("missing", ["format", "task", "columns"])
def test_details_need_these(missing: str) -> None:
    values = FULL.to_json()
    del values[missing]

    with pytest.raises(InputRefusedError):
        Details.from_json(values)


names = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,39}", fullmatch=True)


@given(st.integers(0, 5).flatmap(lambda n: st.dictionaries(names, st.lists(st.floats(), min_size=n, max_size=n))))
def test_a_history_survives_csv(history: dict[str, list[float]]) -> None:
    read = read_history_csv(history_csv(history))

    assert set(read) == set(history)
    for name, values in history.items():
        assert [repr(value) for value in read[name]] == [repr(value) for value in values]


def test_a_history_has_a_row_an_epoch() -> None:
    history = {"val_loss": [0.5, math.nan], "loss": [1.0, 1e-9], "accuracy": [0.25, 1 / 3]}

    text = history_csv(history)

    assert text == "epoch,accuracy,loss,val_loss\n1,0.25,1.0,0.5\n2,0.3333333333333333,1e-09,nan\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "loss\n1\n",
        "epoch,loss,loss\n1,1,1\n",
        "epoch,=cmd\n1,1\n",
        "epoch,loss\n1\n",
        "epoch,loss\n1,1,1\n",
        "epoch,loss\n2,1\n",
        "epoch,loss\n1,1\n3,1\n",
        "epoch,loss\n1,abc\n",
        "epoch,loss\n1,\n",
        "epoch," + ",".join(f"m{i}" for i in range(65)) + "\n",
    ],
)
def test_a_history_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputRefusedError, match=r"history\.csv"):
        read_history_csv(text)
