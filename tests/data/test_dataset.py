"""What a data set is: its columns, its fingerprint, and what is refused."""

import dataclasses
import json

import numpy as np
import pytest

from dlwhy.data.dataset import Column, Dataset, DatePart, NumberForm, column_as_json, columns_from_json, placed
from dlwhy.data.splitting import Split
from dlwhy.errors import InputRefusedError

COLUMNS = (
    Column(name="age", fill=40.0, indicator=True),
    Column(name="town", kind="categorical", categories=("Oslo", "Rome"), fill="Rome", na=("?",), keep_na=True),
    Column(name="member", kind="boolean"),
    Column(name="at", center=1.7e9, scale=1e5),
    Column(name="price", form=NumberForm(decimal=",", before="€")),
    Column(name="day month", date=DatePart(of="day", form="iso", part="month")),
)


def data(**changes) -> Dataset:
    X = np.arange(12, dtype=np.float32).reshape(6, 2)
    y = np.array([0, 1, 0, 1, 0, 1], np.int32)
    fields = {"X_train": X[:4], "y_train": y[:4], "X_test": X[4:], "y_test": y[4:], "name": "d", "task": "binary"}
    return Dataset(**{**fields, "class_names": ("a", "b"), **changes})


def test_features_and_their_places_follow_from_the_columns() -> None:
    assert [feature for column in COLUMNS for feature in column.features] == [
        "age",
        "age missing",
        "town=Oslo",
        "town=Rome",
        "member",
        "at (from 1700000000 in steps of 100000)",
        "price",
        "day month",
    ]
    places = {column.name: (place.start, place.stop) for column, place in placed(COLUMNS)}
    assert (places["age"], places["town"], places["member"], places["day month"]) == ((0, 2), (2, 4), (4, 5), (7, 8))
    assert list(placed(())) == []


def test_columns_come_back_from_json() -> None:
    assert columns_from_json(json.loads(json.dumps([*map(column_as_json, COLUMNS)]))) == COLUMNS
    assert column_as_json(Column(name="x")) == {"name": "x", "kind": "numeric"}  # ten thousand of them take no room


@pytest.mark.parametrize(
    "damage",
    [
        {"kind": "text"},
        {"fill": "a"},
        {"categories": ["a"]},
        {"scale": 1.0},
        {"center": 0.0, "scale": -1.0},
        {"indicator": 1},
        {"other": "a"},
        {"unknown": 1},
        {"name": 5},
    ],
)
def test_a_column_that_can_not_be_is_refused(damage) -> None:
    with pytest.raises((ValueError, TypeError)):
        columns_from_json([{"name": "x", "kind": "numeric", **damage}])


def test_the_fingerprint_is_of_the_content_and_not_of_the_name() -> None:
    assert data().fingerprint == data(name="other", provenance={"seed": 1}).fingerprint
    changed = data().X_train.copy()
    changed[0, 0] = 7
    others = [data(X_train=changed), data(class_names=("b", "a")), data(columns=(Column(name="u"), Column(name="v")))]
    assert len({one.fingerprint for one in (data(), *others)}) == 4


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"task": "ranking"}, "the task is not"),
        ({"y_train": np.zeros(3, np.int32)}, "do not fit together"),
        ({"X_train": np.zeros((4, 3), np.float32)}, "X_test has 2 features, 3 are named"),
        ({"y_test": np.zeros(2, np.float64)}, "float32 and int32 expected"),
        ({"X_test": np.full((2, 2), np.nan, np.float32)}, "not finite"),
        ({"y_test": np.array([0, 2], np.int32)}, "a class that is not among the 2"),
        ({"class_names": ()}, "contradict|not among"),
        ({"class_names": ("a", "b", "c")}, "3 class names do not fit the task binary"),
    ],
)
def test_what_does_not_fit_is_refused(changes, message) -> None:
    with pytest.raises(InputRefusedError, match=message):
        data(**changes)


def test_how_it_is_split_is_said() -> None:
    groups = Split(by="group", column="who", train=np.arange(4, dtype=np.int32), test=np.arange(4, 6, dtype=np.int32))

    assert data().how_split == "by chance"
    assert data(provenance={"split_column": "part"}).how_split == 'by its column "part"'
    assert data(split=groups).how_split == 'by group "who": 6 groups, 4 for training and 2 for testing'


def test_arrays_and_metadata_make_the_same_again() -> None:
    one = data(columns=(Column(name="u", fill=1.0), Column(name="v")))

    assert Dataset.from_parts(one.arrays(), one.metadata()).fingerprint == one.fingerprint
    broken = {**one.metadata(), "class_names": [1, 2]}
    with pytest.raises(InputRefusedError, match="damaged"):
        Dataset.from_parts(one.arrays(), broken)
    assert dataclasses.replace(one, name="e").columns == one.columns
