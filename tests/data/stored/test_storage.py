"""Data sets in files: every format gives back what was written, always the same bytes, from versions old and new."""

import dataclasses
import json
import resource
import time
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlwhy.data.dataset import Dataset
from dlwhy.data.stored import storage
from dlwhy.errors import InputOutputError, InputRefusedError, OutputBlockedError, UsageError
from tests.data.stored.samples import assert_same, datasets, small

GOLDEN = Path(__file__).parents[2] / "golden"
COMPRESSIONS: list[Any] = [0, 3, ("zlib", 9), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)]


anything = datasets(st.text(st.characters(codec="utf-8"), max_size=30))


@pytest.mark.parametrize("compress", COMPRESSIONS, ids=str)
def test_case_1_joblib_reads_back_the_same_with_each_compressor(tmp_path: Path, compress: Any) -> None:
    storage.write(small(), tmp_path / "d.joblib", compress=compress)

    read = storage.read(tmp_path / "d.joblib")

    assert_same(small(), read)
    assert read.metadata() == small().metadata()


@pytest.mark.parametrize("compress", [0, 1])
def test_npz_reads_back_the_same(tmp_path: Path, compress: int) -> None:
    storage.write(small(), tmp_path / "d.npz", compress=compress)

    read = storage.read(tmp_path / "d.npz")

    assert_same(small(), read)
    assert read.metadata() == small().metadata()


@pytest.mark.parametrize("suffix", ["joblib", "npz"])
@given(dataset=anything)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_data_set_reads_back_the_same(tmp_path: Path, suffix: str, dataset: Dataset) -> None:
    path = tmp_path / f"d.{suffix}"
    storage.write(dataset, path)

    read = storage.read(path)

    assert_same(dataset, read)
    assert read.metadata() == dataset.metadata()


def test_case_2_a_dump_names_three_classes_only(tmp_path: Path) -> None:
    from joblib.numpy_pickle import NumpyUnpickler

    names = set()

    class Recorder(NumpyUnpickler):
        def find_class(self, module: str, name: str) -> Any:
            names.add(f"{module}.{name}")
            return super().find_class(module, name)

    storage.write(small(provenance={"noise": np.float64(0.1), "sizes": (1, 2)}), tmp_path / "d.joblib")
    with (tmp_path / "d.joblib").open("rb") as handle:
        assert handle.read(2) == b"\x80\x04"
        handle.seek(0)
        Recorder("d.joblib", handle, ensure_native_byte_order=False).load()

    assert names == {"joblib.numpy_pickle.NumpyArrayWrapper", "numpy.ndarray", "numpy.dtype"}


def test_a_notebook_opens_the_files_without_dlwhy(tmp_path: Path) -> None:
    storage.write(small(), tmp_path / "d.joblib")
    storage.write(small(), tmp_path / "d.npz")

    by_joblib = joblib.load(tmp_path / "d.joblib")
    with np.load(tmp_path / "d.npz", allow_pickle=False) as by_numpy:
        assert np.array_equal(by_numpy["X_train"], small().X_train)
        assert by_numpy["format"] == by_joblib["format"] == "dlwhy.dataset/1"
    assert type(by_joblib) is dict
    assert np.array_equal(by_joblib["y_test"], small().y_test)
    assert by_joblib["metadata"]["class_names"] == ["no", "yes"]


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("layout", [">C", "<C", "<F", ">F"])
def test_case_19_other_byte_orders_and_layouts_read_the_same(tmp_path: Path, layout: str, protocol: int) -> None:
    storage.write(small(), tmp_path / "d.joblib")
    content = joblib.load(tmp_path / "d.joblib")
    for name in ("X_train", "y_train", "X_test", "y_test"):
        array = np.asarray(content[name], order=layout[1])
        content[name] = array.astype(array.dtype.newbyteorder(layout[0]), order="K")
    joblib.dump(content, tmp_path / "other.joblib", protocol=protocol)
    np.savez(tmp_path / "other.npz", **{**content, "metadata": json.dumps(content["metadata"])})

    assert_same(small(), storage.read(tmp_path / "other.joblib"))
    assert_same(small(), storage.read(tmp_path / "other.npz"))


@pytest.mark.parametrize(
    "name", ["plain.joblib", "zlib.joblib", "gzip.joblib", "stored.npz", "deflated.npz", "plain.csv"]
)
def test_case_20_files_of_earlier_versions_read_as_ever(name: str) -> None:
    """Written by dlwhy 0.1 with joblib 1.6.0, NumPy 2.4.6 and polars 2.1.0."""
    expected = small()

    read = storage.read(GOLDEN / "dataset-1" / name)

    if name.endswith(".csv"):
        assert read.feature_names == expected.feature_names
        assert read.X_train.tobytes() == expected.X_train.tobytes()
        assert read.y_test.tobytes() == expected.y_test.tobytes()
    else:
        assert_same(expected, read)
        assert read.metadata() == expected.metadata()


def test_case_20_the_layout_before_joblib_1_2_reads_the_same(tmp_path: Path) -> None:
    """Those versions did not align arrays, and so did not say how many bytes of padding there are."""
    from joblib import numpy_pickle

    storage.write(small(), tmp_path / "d.joblib")
    content = joblib.load(tmp_path / "d.joblib")

    class OldPickler(numpy_pickle.NumpyPickler):
        def _create_array_wrapper(self, array: Any) -> Any:
            wrapper = super()._create_array_wrapper(array)
            del wrapper.numpy_array_alignment_bytes
            return wrapper

    with (tmp_path / "old.joblib").open("wb") as handle:
        OldPickler(handle, protocol=3).dump(content)

    assert_same(small(), storage.read(tmp_path / "old.joblib"))


@pytest.mark.parametrize("suffix", ["joblib", "npz", "csv"])
def test_case_93_the_same_data_set_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    first, again, copy = tmp_path / f"golden.{suffix}", tmp_path / f"again.{suffix}", tmp_path / f"copy.{suffix}"
    storage.write(small(), first)
    storage.write(small(), again)
    # types that are equal but not the same object, arrays of another layout, names made anew
    other_type = np.dtype(np.float32).newbyteorder("<")
    variant = dataclasses.replace(
        storage.read(first) if suffix != "csv" else small(),
        X_train=np.asfortranarray(small().X_train).astype(other_type, order="K"),
        class_names=tuple("".join(list(name)) for name in ("no", "yes")),
    )
    storage.write(variant, copy)

    assert again.read_bytes() == first.read_bytes()
    assert copy.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("suffix", ["joblib", "npz", "csv"])
def test_case_71_a_full_disk_leaves_the_old_data_set_and_nothing_else(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"d.{suffix}"
    storage.write(small(), path)
    old = path.read_bytes()
    X = np.random.default_rng(0).random((20_000, 2), dtype=np.float32)
    larger = small(X_train=X, y_train=np.arange(20_000, dtype=np.int32) % 2)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    for size in range(0, 160_000, 20_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            with pytest.raises(InputOutputError, match="writing failed: File too large"):
                storage.write(larger, path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

        assert path.read_bytes() == old
        assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", ["joblib", "npz", "csv"])
def test_case_73_no_clobber_keeps_the_old_data_set(tmp_path: Path, suffix: str) -> None:
    storage.write(small(), tmp_path / f"d.{suffix}", no_clobber=True)

    with pytest.raises(OutputBlockedError, match="exists already"):
        storage.write(small(), tmp_path / f"d.{suffix}", no_clobber=True)


@pytest.mark.parametrize("name", ["d.txt", "d", "d.keras", "d.parquet", "d.csv.gz"])
def test_only_the_three_formats_are_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"written as \.joblib, \.npz or \.csv"):
        storage.write(small(), tmp_path / name)


@pytest.mark.parametrize("suffix", ["joblib", "npz", "csv"])
def test_the_first_bytes_tell_the_format_where_the_name_does_not(tmp_path: Path, suffix: str) -> None:
    storage.write(small(), tmp_path / f"golden.{suffix}", compress=int(suffix == "joblib"))
    (tmp_path / f"golden.{suffix}").rename(tmp_path / "golden")

    assert storage.describe(tmp_path / "golden")["format"] == suffix


@pytest.mark.parametrize(
    ("name", "hint"), [("m.keras", "-d"), ("m.h5", "-d"), ("t.parquet", "--from"), ("t.tsv", "--from")]
)
def test_other_files_are_sent_where_they_belong(tmp_path: Path, name: str, hint: str) -> None:
    (tmp_path / name).write_text("x,target\n1,2\n")

    with pytest.raises(InputRefusedError, match=hint):
        storage.read(tmp_path / name)


def test_a_data_set_is_described(tmp_path: Path) -> None:
    storage.write(small(), tmp_path / "d.npz")

    described = storage.describe(tmp_path / "d.npz")

    assert described == {
        "format": "npz",
        "name": "golden",
        "task": "binary",
        "n_train": 3,
        "n_test": 2,
        "n_features": 2,
        "features": ["width, cm", '"Größe"'],
        "target": "target",
        "classes": ["no", "yes"],
        "split": "by chance",
        "provenance": small().provenance,
        "fingerprint": small().fingerprint,
        "bytes": (tmp_path / "d.npz").stat().st_size,
    }


def test_sixty_megabytes_are_read_in_a_third_of_a_second(tmp_path: Path) -> None:
    X = np.random.default_rng(0).random((7_500_000, 2), dtype=np.float32)
    dataset = small(X_train=X, y_train=np.zeros(len(X), np.int32))
    storage.write(dataset, tmp_path / "d.joblib")

    seconds = []
    for _ in range(3):
        started = time.process_time()
        storage.read(tmp_path / "d.joblib")
        seconds.append(time.process_time() - started)

    assert min(seconds) < 0.3
