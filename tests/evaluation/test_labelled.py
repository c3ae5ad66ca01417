"""A table with its targets that is no data set: read with a model's own columns and classes."""

import dataclasses

import numpy as np
import polars as pl
import pytest

from dlwhy.data.cells.reading import Reading
from dlwhy.data.dataset import Column
from dlwhy.data.tables.cells import Source
from dlwhy.errors import DlwhyWarning, InputRefusedError
from dlwhy.evaluation import labelled
from dlwhy.evaluation.labelled import Table, as_seen_by
from dlwhy.models.details import Details

CLASSES = Details(
    task="binary",
    columns=(Column(name="x"), Column(name="town", kind="categorical", categories=("Oslo", "Rome"))),
    class_names=("no", "yes"),
    target_name="ill",
)
ROWS = {"town": ["Rome", "Oslo", "Rome"], "ill": ["yes", "no", "yes"], "x": ["1", "2.5", "3"]}


def table(**changes) -> Table:
    return Table(frame=pl.DataFrame({**ROWS, **changes}), source=Source(name="d.csv"), name="d")


def test_columns_and_classes_are_the_models() -> None:
    dataset = as_seen_by(CLASSES, table())

    np.testing.assert_array_equal(dataset.X_test, [[1, 0, 1], [2.5, 1, 0], [3, 0, 1]])
    assert dataset.y_test.tolist() == [1, 0, 1]
    assert (len(dataset.X_train), dataset.class_names, dataset.columns) == (0, CLASSES.class_names, CLASSES.columns)


def test_numbers_are_numbers() -> None:
    about = dataclasses.replace(
        CLASSES, task="regression", class_names=(), target_name="x", columns=(Column(name="y"),)
    )

    dataset = as_seen_by(about, table(y=["4", "5", "6"]))
    assert dataset.y_test.tolist() == [1, 2.5, 3]
    with pytest.raises(InputRefusedError, match=r'd\.csv:3:x: "many" is not a number'):
        as_seen_by(about, table(y=["4", "5", "6"], x=["1", "many", "3"]))


def test_rows_without_a_label_are_left_out_and_counted() -> None:
    with pytest.warns(DlwhyWarning, match=r"^d\.csv: 1 row without a label left out$"):
        dataset = as_seen_by(CLASSES, table(ill=["yes", None, "no"]))

    assert dataset.X_test[:, 0].tolist() == [1, 3]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ill": ["yes", "no", "perhaps"]}, r'd\.csv:4:ill: class "perhaps" was not in the training data of the model'),
        ({"ill": pl.Series([None] * 3, dtype=pl.String)}, "no data rows with a label"),
        ({"x": ["1", "?!", "3"]}, r'd\.csv:3:x: "\?!" is not a number'),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(changes, message) -> None:
    with pytest.raises(InputRefusedError, match=message):
        as_seen_by(CLASSES, table(**changes))


def test_a_table_without_the_target_is_refused_with_what_it_has() -> None:
    about = dataclasses.replace(CLASSES, target_name="churned")

    with pytest.raises(InputRefusedError, match='no column "churned", which the model predicts; columns: town, ill, x'):
        as_seen_by(about, table())


def test_a_file_is_a_data_set_or_a_table_by_its_columns(tmp_path) -> None:
    rows = "x,target,split\n" + "".join(f"{i},{'ab'[i % 2]},{'train' if i < 4 else 'test'}\n" for i in range(8))
    (tmp_path / "parts.csv").write_text(rows)
    (tmp_path / "rows.csv").write_text("x,ill\n1,yes\n2,no\n")

    assert len(labelled.read(str(tmp_path / "parts.csv")).y_test) == 4
    found = labelled.read(str(tmp_path / "rows.csv"), cells=Reading(na=("-",)))
    assert (found.name, found.cells.na, found.frame.height) == ("rows", ("-",), 2)


def test_a_frame_is_a_table() -> None:
    found = labelled.of_frame(pl.DataFrame({"x": [1, 2], "ill": ["no", "yes"]}))

    assert found.frame.dtypes == [pl.String, pl.String]
    assert found.name == "frame"
