"""Groups and times of rows are in every kind of file, and checked when they come back; other files stay the same."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from dlwhy.data import make
from dlwhy.data.dataset import Dataset
from dlwhy.data.splitting import Split
from dlwhy.data.stored import storage
from dlwhy.data.stored.record import checksum, to_record
from dlwhy.errors import InputRefusedError

FINGERPRINT = "fb02847e428371908f0d2a0090db3d2ef17f1810067fb1f5994bd038421c777d"  # of the demonstration


def with_split(by: str) -> Dataset:
    dataset = make("moons", samples=40)
    n_train = len(dataset.y_train)
    keys = np.arange(40, dtype=np.int32) // 3 if by == "group" else np.arange(40) * 0.1 - 1e9
    keys = keys if by == "time" else np.where(np.arange(40) < n_train, keys, keys + 1).astype(np.int32)
    split = Split(by=by, column='the "key", =1', train=keys[:n_train], test=keys[n_train:])  # type: ignore[arg-type]
    return dataclasses.replace(dataset, split=split)


@pytest.mark.parametrize("by", ["group", "time"])
@pytest.mark.parametrize("suffix", [".joblib", ".npz", ".csv"])
def test_every_format_gives_groups_and_times_back(by: str, suffix: str, tmp_path: Path) -> None:
    dataset = with_split(by)
    path = tmp_path / f"d{suffix}"

    storage.write(dataset, path)
    found = storage.read(path)

    assert found.split
    assert dataset.split
    assert (found.split.by, found.split.column) == (by, dataset.split.column)
    for mine, read in ((dataset.split.train, found.split.train), (dataset.split.test, found.split.test)):
        assert read.dtype == mine.dtype
        # a file of text numbers groups anew, from 0
        assert (np.diff(read) == np.diff(mine)).all() if suffix == ".csv" and by == "group" else (read == mine).all()
    assert (found.X_test == dataset.X_test).all()
    storage.write(found, tmp_path / f"again{suffix}")
    again = (tmp_path / f"again{suffix}").read_bytes()
    assert again == path.read_bytes() or suffix != ".csv"


def test_files_without_them_have_the_bytes_that_they_always_had(tmp_path: Path) -> None:
    plain = make("moons")

    assert plain.fingerprint == FINGERPRINT
    assert [*to_record(plain)] == ["format", "X_train", "y_train", "X_test", "y_test", "metadata", "sha256"]
    assert to_record(plain)["format"] == "dlwhy.dataset/1"
    assert to_record(with_split("time"))["format"] == "dlwhy.dataset/2"
    assert "split" not in plain.metadata()


def test_groups_and_times_are_part_of_the_fingerprint() -> None:
    dataset = with_split("group")
    assert dataset.split

    other = dataclasses.replace(dataset.split, train=dataset.split.train[::-1].copy())
    renamed = dataclasses.replace(dataset.split, column="other")

    prints = {each.fingerprint for each in (dataset, make("moons", samples=40), with_split("time"))}
    prints |= {dataclasses.replace(dataset, split=split).fingerprint for split in (other, renamed)}
    assert len(prints) == 5


def _arrays(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if isinstance(value, np.ndarray)}


def _sealed(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "sha256": checksum(_arrays(record), record["metadata"])}


def _crossing(record: dict[str, Any]) -> None:
    record["split_test"] = record["split_train"][: len(record["split_test"])].copy()


HOSTILE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a group on both sides": _crossing,
    "a group fewer": lambda record: record.update(split_train=record["split_train"][1:]),
    "numbers of groups that are real": lambda record: record.update(split_train=record["split_train"].astype(float)),
    "groups of two axes": lambda record: record.update(split_train=record["split_train"][:, None]),
    "a negative group": lambda record: record.update(split_train=record["split_train"] - 100),
    "no groups": lambda record: record.pop("split_train"),
    "only the groups": lambda record: record["metadata"].pop("split"),
    "another kind": lambda record: record["metadata"]["split"].update(by="moon"),
    "a kind that is a list": lambda record: record["metadata"]["split"].update(by=["group"]),
    "a column that is a number": lambda record: record["metadata"]["split"].update(column=7),
    "more to say": lambda record: record["metadata"]["split"].update(train=[1]),
    "a text": lambda record: record["metadata"].update(split="group"),
    "times that are not": lambda record: record["metadata"]["split"].update(by="time"),
    "the older format": lambda record: record.update(format="dlwhy.dataset/1"),
}


@pytest.mark.parametrize("fault", HOSTILE)
@pytest.mark.parametrize("suffix", [".joblib", ".npz"])
def test_groups_that_can_t_be_are_refused(fault: str, suffix: str, tmp_path: Path) -> None:
    record = to_record(with_split("group"))
    HOSTILE[fault](record)
    path = tmp_path / f"d{suffix}"
    if suffix == ".joblib":
        joblib.dump(_sealed(record), path)
    else:
        sealed = _sealed(record)
        texts = {"metadata": json.dumps(sealed["metadata"])}
        np.savez(path, **{**sealed, **texts})

    with pytest.raises(InputRefusedError) as caught:
        storage.read(path)
    assert caught.value.message.startswith(str(path))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_times_that_are_no_numbers_are_refused(value: float, tmp_path: Path) -> None:
    record = to_record(with_split("time"))
    record["split_train"][0] = value
    joblib.dump(_sealed(record), tmp_path / "d.joblib")

    with pytest.raises(InputRefusedError, match="the times of the train part are damaged"):
        storage.read(tmp_path / "d.joblib")


def test_a_training_row_that_is_later_is_refused(tmp_path: Path) -> None:
    record = to_record(with_split("time"))
    record["split_train"][3] = record["split_test"].max()
    joblib.dump(_sealed(record), tmp_path / "d.joblib")

    with pytest.raises(InputRefusedError, match="a training row is not earlier than all test rows"):
        storage.read(tmp_path / "d.joblib")


@pytest.mark.parametrize(
    ("cells", "message"),
    [(["1", "1"], "1 group of"), (["1", ""], "the row has no group")],
)
def test_a_csv_file_with_groups_that_can_t_be_is_refused(cells: list[str], message: str, tmp_path: Path) -> None:
    rows = ["x0,target,split,split by group: who", f"1,0,train,{cells[0]}", f"2,1,test,{cells[1]}"]
    (tmp_path / "d.csv").write_text("\n".join(rows))

    with pytest.raises(InputRefusedError, match=message):
        storage.read(tmp_path / "d.csv")


def test_what_describes_a_file_says_how_it_is_split(tmp_path: Path) -> None:
    storage.write(with_split("group"), tmp_path / "d.npz")

    assert storage.describe(tmp_path / "d.npz")["split"].startswith('by group "the "key", =1": ')
