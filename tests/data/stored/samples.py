"""Small data sets for the tests of files, and what is asserted of two."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlwhy.data.dataset import Column, Dataset
from dlwhy.data.stored import storage
from dlwhy.errors import InputRefusedError

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


def refusal(content: bytes, folder: Path, name: str = "d.joblib") -> str:
    """The message with which some bytes are refused."""
    (folder / name).write_bytes(content)
    with pytest.raises(InputRefusedError) as caught:
        storage.read(folder / name)
    assert len(str(caught.value)) < 400 + len(str(folder))
    assert "\x1b" not in str(caught.value)
    return str(caught.value)
