"""Data sets as CSV: what is written reads back the same, or is not written."""

import contextlib
import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlwhy.data.dataset import Column, Dataset
from dlwhy.data.stored import storage
from dlwhy.errors import DlwhyWarning, InputRefusedError
from tests.data.stored.samples import assert_same, datasets, small


def test_csv_reads_back_the_same(tmp_path: Path) -> None:
    plain = small(columns=())
    storage.write(plain, tmp_path / "plain.csv")

    read = storage.read(tmp_path / "plain.csv")

    assert_same(plain, read)
    assert read.name == "plain"


@given(dataset=datasets(st.text("=+-@'01.eNa ,;\"\n\r\tü", min_size=1, max_size=5) | st.text(max_size=8)))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_csv_reads_back_the_same_or_is_not_written(tmp_path: Path, dataset: Dataset) -> None:
    path = tmp_path / "d.csv"
    path.unlink(missing_ok=True)
    with contextlib.suppress(InputRefusedError):
        storage.write(dataset, path)
    if not path.exists():
        with pytest.raises(InputRefusedError, match=r"write \.joblib or \.npz"):
            storage.write(dataset, path)
        return

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DlwhyWarning)  # constant columns
        read = storage.read(path)

    assert read.feature_names == dataset.feature_names
    assert np.array_equal(read.X_train.view(np.int32), dataset.X_train.view(np.int32))
    assert np.array_equal(read.X_test.view(np.int32), dataset.X_test.view(np.int32))
    for part in ("y_train", "y_test"):
        assert labels(read, part) == labels(dataset, part)


def labels(dataset: Dataset, part: str) -> list[Any]:
    y = getattr(dataset, part)
    return [dataset.class_names[index] for index in y] if dataset.class_names else y.view(np.int32).tolist()


@pytest.mark.parametrize(
    "classes",
    [
        ("0", "1", "2"),
        ("-1", "0", "1"),
        ("1", "2", "3"),
        ("1.0", "2.5", "3"),
        ("01", "1", "2"),
        ("NA", "b", "nan"),
        ("'=1", "=1", "b"),
        ("'a", "'b", "'c"),
        ("+", "-", "@"),
        ("benign, or so", "x\ny", 'z"'),
    ],
    ids=str,
)
def test_classes_of_any_name_read_back_from_csv(tmp_path: Path, classes: tuple[str, ...]) -> None:
    y = np.array([0, 1, 2, 0, 1, 2], np.int32)
    X = np.arange(6, dtype=np.float32)[:, None]
    dataset = Dataset(
        X_train=X, y_train=y, X_test=X[:3], y_test=y[:3], name="d", task="multiclass", class_names=classes
    )
    storage.write(dataset, tmp_path / "d.csv")

    assert_same(dataset, storage.read(tmp_path / "d.csv"))


def test_many_classes_that_look_like_numbers_to_predict_read_back_from_csv(tmp_path: Path) -> None:
    y = np.arange(200, dtype=np.int32)
    names = tuple(str(3 * index) for index in range(200))
    X = y[:, None].astype(np.float32)
    dataset = Dataset(X_train=X, y_train=y, X_test=X, y_test=y, name="d", task="multiclass", class_names=names)
    storage.write(dataset, tmp_path / "d.csv")

    assert_same(dataset, storage.read(tmp_path / "d.csv"))


def test_case_67_text_is_protected_from_spreadsheets_and_numbers_are_not(tmp_path: Path) -> None:
    names = ("=1+1", "-1", "@x", "+a", "-b", "c")
    dataset = small(
        X_train=np.full((3, 6), -1.5, np.float32),
        X_test=np.full((2, 6), -1.5, np.float32),
        columns=tuple(Column(name=name) for name in names),
        class_names=("-1", "=2"),
    )
    storage.write(dataset, tmp_path / "d.csv")

    lines = (tmp_path / "d.csv").read_text().splitlines()
    with pytest.warns(DlwhyWarning, match="constant"):
        read = storage.read(tmp_path / "d.csv")

    assert lines[0] == "'=1+1,-1,'@x,'+a,'-b,c,target,split"
    assert lines[1] == "-1.5,-1.5,-1.5,-1.5,-1.5,-1.5,-1,train"
    assert lines[2].endswith(",'=2,train")
    assert read.feature_names == names
    assert read.class_names == ("-1", "=2")


def test_targets_of_a_regression_are_written_so_that_they_stay_one(tmp_path: Path) -> None:
    y = np.array([1, 2, 1e20], np.float32)
    dataset = small(y_train=y, y_test=y[:2], task="regression", class_names=())
    storage.write(dataset, tmp_path / "d.csv")

    text = (tmp_path / "d.csv").read_text()

    assert [line.split(",")[-2] for line in text.splitlines()[1:]] == ["1.0", "2.0", "1e+20", "1.0", "2.0"]
    assert storage.read(tmp_path / "d.csv").task == "regression"


def test_csv_without_a_split_is_split_with_a_warning_and_always_the_same(tmp_path: Path) -> None:
    rows = [f"{index}.5,{'ab'[index % 2]}" for index in range(20)]
    (tmp_path / "d.csv").write_text("\n".join(["x,target", *rows]))

    with pytest.warns(DlwhyWarning, match=r'd\.csv: no column "split", so 30 % of the rows'):
        first = storage.read(tmp_path / "d.csv")
    with pytest.warns(DlwhyWarning):
        again = storage.read(tmp_path / "d.csv")

    assert (len(first.y_train), len(first.y_test)) == (14, 6)
    assert sorted(first.y_test) == [0, 0, 0, 1, 1, 1]
    assert_same(first, again)


def test_csv_without_a_target_is_no_data_set(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("x,y\n1,2\n")

    with pytest.raises(InputRefusedError, match=r'd\.csv: no column "target", so not a data set .*--from'):
        storage.read(tmp_path / "d.csv")


def test_csv_comes_from_stdin_and_goes_to_stdout(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    import sys

    storage.write(small(), "-")
    written = capfdbinary.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(written)))

    read = storage.read("-")

    assert read.name == "stdin"
    assert read.X_train.tobytes() == small().X_train.tobytes()


def test_names_that_do_not_fit_into_csv_are_refused(tmp_path: Path) -> None:
    for columns, message in (
        ((Column(name="target"), Column(name="b")), "occurs 2 times"),
        ((Column(name="a "), Column(name="b")), "does not fit"),
        ((Column(name="a" * 201), Column(name="b")), "at most 200"),
    ):
        with pytest.raises(InputRefusedError, match=rf"d\.csv: .*{message}.* \(write \.joblib or \.npz\)"):
            storage.write(small(columns=columns), tmp_path / "d.csv")
    assert list(tmp_path.iterdir()) == []
