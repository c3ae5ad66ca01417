"""Features encoded anew are those that the cells themselves give; or they are refused."""

import warnings

import numpy as np
import polars as pl
import pytest

from dlwhy.data.dataset import Column, Dataset, DatePart
from dlwhy.data.tables.cells import Source
from dlwhy.data.tables.encoding import encode
from dlwhy.data.tables.reencoding import is_plain, reencoded
from dlwhy.errors import InputRefusedError


def month(towns, *, n=80, gaps=0.0, seed=0, low=20):
    """Give rows of text with a category, a boolean and two numbers; a share of all cells is missing."""
    rng = np.random.default_rng(seed)
    columns = {
        "town": rng.choice(towns, n),
        "age": rng.integers(low, 80, n).astype(str),
        "member": rng.choice(["yes", "no"], n),
        "pay": rng.normal(2000, 500, n).round(2).astype(str),
    }
    frame = {name: [None if rng.random() < gaps else str(cell) for cell in cells] for name, cells in columns.items()}
    return pl.DataFrame({**frame, "left": ["yes", "no"] * (n // 2)})


def data_of(frame, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Dataset.from_frame(frame, target="left", **options)


def quietly_encoded(frame, columns):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return encode(frame, columns, source=Source(name="t"))


def rows_of(frame, dataset):
    """Give the rows as the data set has them: its parts behind each other."""
    from dlwhy.data.splitting import split_rows

    y = (frame["left"] == "yes").to_numpy().astype(np.int32)
    return frame[np.concatenate(split_rows(len(frame), seed=42, test_size=0.3, y=y, class_names=("no", "yes")))]


@pytest.mark.parametrize(
    ("january", "february"),
    [
        (month(["a", "b", "c"], gaps=0.2), month(["a", "b", "c"], gaps=0.2, seed=1, low=50)),
        (month(["a", "b", "c"], gaps=0.2), month(["a", "b", "d"], gaps=0.3, seed=2)),
        (month(["a", "b", "c"], gaps=0.2), month(["c", "a"], gaps=0.1, seed=3)),
        (month(["a", "b", "c"], gaps=0.2), month(["d", "e"], seed=4)),
        (month(["a", "b", "c"]), month(["b", "z", "a"], seed=5)),
    ],
    ids=["other medians", "another category", "fewer", "none of them", "no gaps"],
)
def test_features_are_those_of_the_cells_themselves(january, february):
    wanted, dataset = data_of(january).columns, data_of(february)

    made = reencoded((dataset.X_train, dataset.X_test), dataset.columns, wanted)

    expected = quietly_encoded(rows_of(february, dataset), wanted)
    np.testing.assert_array_equal(np.concatenate(made.parts), expected)
    assert [len(part) for part in made.parts] == [len(dataset.X_train), len(dataset.X_test)]


def test_what_was_done_is_counted():
    january, february = month(["a", "b"], gaps=0.2), month(["a", "z"], gaps=0.2, seed=1, low=50)
    dataset = data_of(february)

    made = reencoded((dataset.X_train, dataset.X_test), dataset.columns, data_of(january).columns)

    assert made.filled["age"] == february["age"].null_count()
    assert made.unknown == {"town": int((february["town"] == "z").sum())}


def test_features_of_a_csv_file_are_categories_by_their_names():
    columns = (Column(name="town", kind="categorical", categories=("a", "b", "c")), Column(name="age"))
    given = tuple(Column(name=name) for name in ("age", "town=c", "town=d", "town=a"))
    X = np.array([[30, 1, 0, 0], [40, 0, 1, 0], [50, 0, 0, 1]], np.float32)

    made = reencoded((X,), given, columns, exact=False)

    assert made.parts[0].tolist() == [[0, 0, 1, 30], [0, 0, 0, 40], [1, 0, 0, 50]]
    assert made.unknown == {"town": 1}


def test_and_the_other_way_round():
    columns = tuple(Column(name=name) for name in ("age", "age missing", "town=c", "town=x"))
    town = Column(name="town", kind="categorical", categories=("a", "c"))
    X = np.array([[1, 0, 30], [0, 1, 40]], np.float32)

    made = reencoded((X,), (town, Column(name="age")), columns)

    assert made.parts[0].tolist() == [[30, 0, 0, 0], [40, 0, 1, 0]]


def test_a_scale_of_ones_own():
    wanted = (Column(name="t", fill=1e9 + 5, indicator=True, center=1e9, scale=10.0),)
    given = (Column(name="t", fill=1e9 + 7, indicator=True, center=1e9 + 2, scale=2.0),)
    X = np.array([[1.5, 0], [2.5, 1]], np.float32)  # 1e9 + 5, and a gap

    assert reencoded((X,), given, wanted).parts[0].tolist() == [[0.5, 0], [0.5, 1]]


@pytest.mark.parametrize(
    ("given", "wanted", "message"),
    [
        (Column(name="a"), Column(name="b"), 'no column "b"; columns: a'),
        (Column(name="a"), Column(name="a", kind="boolean"), "taken for numbers, by the model for yes and no"),
        (Column(name="a", fill=1.0), Column(name="a", fill=2.0), "do not tell which cells were missing"),
        (Column(name="a", fill=1.0), Column(name="a", fill=1.0, indicator=True), "do not tell which cells"),
        (Column(name="a", fill=1.0, indicator=True), Column(name="a"), "1 missing cells; none was missing where"),
        (Column(name="a", na=("-9",)), Column(name="a"), "other texts mark a missing cell"),
        (
            Column(name="a", date=DatePart(of="d", form="iso", part="days", first="2020-01-01")),
            Column(name="a", date=DatePart(of="d", form="iso", part="days", first="2020-02-01")),
            "not counted from the same day",
        ),
        (
            Column(name="a", kind="categorical", categories=("other", "x"), other="other"),
            Column(name="a", kind="categorical", categories=("x", "y")),
            "of which the model may know some",
        ),
    ],
)
def test_what_the_features_no_longer_tell_is_refused(given, wanted, message):
    X = np.ones((1, len(given.features)), np.float32)

    with pytest.raises(InputRefusedError, match=message):
        reencoded((X,), (given,), (wanted,))


def test_a_column_that_the_model_does_not_know_is_refused():
    with pytest.raises(InputRefusedError, match='column "b" is none of the model'):
        reencoded((np.ones((1, 2), np.float32),), (Column(name="a"), Column(name="b")), (Column(name="a"),))


def test_plain_columns():
    assert is_plain((Column(name="a"), Column(name="b", kind="boolean")))
    assert not is_plain((Column(name="a", fill=0.0),))
    assert not is_plain((Column(name="a", kind="categorical", categories=("x",)),))
