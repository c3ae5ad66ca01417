"""Data sets in files: every format gives back what was written, always the same bytes, from versions old and new."""

import contextlib
import dataclasses
import io
import json
import resource
import time
import warnings
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlwhy.data.dataset import Column, Dataset
from dlwhy.data.stored import storage
from dlwhy.errors import DlwhyWarning, InputOutputError, InputRefusedError, OutputBlockedError, UsageError

GOLDEN = Path(__file__).parents[2] / "golden"
COMPRESSIONS: list[Any] = [0, 3, ("zlib", 9), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)]
FLOATS = arrays.from_dtype(np.dtype(np.float32), allow_nan=False, allow_infinity=False)


def small(**changes: Any) -> Dataset:
    """A data set of five rows, the one in the golden files."""
    values: dict[str, Any] = {
        "X_train": np.array([[0.1, -1.5], [3.4e38, 1e-45], [-0.0, 16777216.0]], np.float32),
        "y_train": np.array([0, 1, 1], np.int32),
        "X_test": np.array([[1 / 3, 2.0], [1e20, -7.0]], np.float32),
        "y_test": np.array([1, 0], np.int32),
        "name": "golden",
        "task": "binary",
        "columns": (Column(name="width, cm"), Column(name='"Größe"')),
        "class_names": ("no", "yes"),
        "provenance": {"generator": "none", "noise": 0.25, "seed": 42, "sizes": [3, 2], "stratify": True, "from": None},
    }
    return Dataset(**values | changes)


def assert_same(a: Dataset, b: Dataset) -> None:
    assert a.fingerprint == b.fingerprint
    for name in ("X_train", "y_train", "X_test", "y_test"):
        first, second = getattr(a, name), getattr(b, name)
        assert first.dtype == second.dtype
        assert second.dtype.isnative
        assert first.tobytes() == second.tobytes()
        assert second.flags.c_contiguous
    assert a.class_names == b.class_names


@st.composite
def datasets(draw: st.DrawFn, text: st.SearchStrategy[str]) -> Dataset:
    """Any data set of up to eight rows whose names are such text."""
    n_train, n_test, n_features = draw(st.integers(1, 5)), draw(st.integers(0, 3)), draw(st.integers(1, 4))
    n_classes = draw(st.sampled_from((0, 2, 3)))
    labels = arrays.arrays(np.int32, n_train + n_test, elements=st.integers(0, max(0, n_classes - 1)))
    y = draw(labels if n_classes else arrays.arrays(np.float32, n_train + n_test, elements=FLOATS))
    X = draw(arrays.arrays(np.float32, (n_train + n_test, n_features), elements=FLOATS))
    names = draw(st.lists(text, min_size=n_features, max_size=n_features, unique=True))
    classes = draw(st.lists(text, min_size=n_classes, max_size=n_classes, unique=True))
    return Dataset(
        X_train=X[:n_train],
        y_train=y[:n_train],
        X_test=X[n_train:],
        y_test=y[n_train:],
        name=draw(text),
        task="regression" if not n_classes else "binary" if n_classes == 2 else "multiclass",
        columns=tuple(Column(name=name) for name in names),
        class_names=tuple(classes),
        provenance=draw(st.dictionaries(text, st.none() | st.booleans() | st.integers() | FLOATS.map(float) | text)),
    )


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


def test_csv_reads_back_the_same(tmp_path: Path) -> None:
    plain = small(columns=())
    storage.write(plain, tmp_path / "plain.csv")

    read = storage.read(tmp_path / "plain.csv")

    assert_same(plain, read)
    assert read.name == "plain"


@pytest.mark.parametrize("suffix", ["joblib", "npz"])
@given(dataset=anything)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_data_set_reads_back_the_same(tmp_path: Path, suffix: str, dataset: Dataset) -> None:
    path = tmp_path / f"d.{suffix}"
    storage.write(dataset, path)

    read = storage.read(path)

    assert_same(dataset, read)
    assert read.metadata() == dataset.metadata()


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
        "provenance": small().provenance,
        "fingerprint": small().fingerprint,
        "bytes": (tmp_path / "d.npz").stat().st_size,
    }


def test_the_checksum_covers_the_name_and_the_provenance_too(tmp_path: Path) -> None:
    storage.write(small(), tmp_path / "d.joblib")
    content = joblib.load(tmp_path / "d.joblib")
    content["metadata"]["provenance"]["seed"] = 43
    joblib.dump(content, tmp_path / "d.joblib")

    with pytest.raises(InputRefusedError, match="checksum"):
        storage.read(tmp_path / "d.joblib")


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
