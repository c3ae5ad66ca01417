"""What travels with a model survives its file, and is believed no further than it can be checked."""

import json

import pytest

from dlwhy.data.dataset import Column
from dlwhy.errors import InputRefusedError
from dlwhy.models.details import Details
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
