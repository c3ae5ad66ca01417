"""A data set as a record of plain values with a checksum, which `.joblib` and `.npz` files hold; and back."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset
from dlwhy.errors import InputRefusedError
from dlwhy.text import display

# by format: the second has the groups or times of rows, which the first knows nothing of
ARRAYS: Mapping[str, tuple[str, ...]] = {
    "dlwhy.dataset/1": ("X_train", "y_train", "X_test", "y_test"),
    "dlwhy.dataset/2": ("X_train", "y_train", "X_test", "y_test", "split_train", "split_test"),
}
KEYS = tuple(("format", *arrays, "metadata", "sha256") for arrays in ARRAYS.values())
_HINT = "a data set of dlwhy's own is made by `dlwhy generate`; save other data as CSV and import them with --from"


def to_record(dataset: Dataset) -> dict[str, Any]:
    """Return a data set as a dict: `format`, the arrays, `metadata` of plain values, and `sha256` of them all.

    The same data set gives the same record, whichever way it was made: no NumPy scalar, no array of another layout.
    """
    arrays = {name: _plain(array) for name, array in dataset.arrays().items()}
    metadata = json.loads(_as_json(dataset.metadata()))
    form = next(form for form, names in ARRAYS.items() if len(names) == len(arrays))
    return {"format": form, **arrays, "metadata": metadata, "sha256": checksum(arrays, metadata)}


def from_record(record: Any) -> Dataset:
    """Make a data set from such a dict, trusting nothing of it.

    Raises
    ------
    InputRefusedError
        If it is something else, of a newer format, or its checksum does not fit.

    """
    _check_keys(record)
    arrays = {name: record[name] for name in ARRAYS[record["format"]]}
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            raise InputRefusedError(f'"{name}" is not an array', _HINT)
    metadata = record["metadata"]
    if not isinstance(metadata, dict) or checksum(arrays, metadata) != record["sha256"]:
        raise InputRefusedError("is damaged: its content does not fit its checksum", "make it again, or copy it again")
    return Dataset.from_parts(arrays, metadata)


def checksum(arrays: Mapping[str, npt.NDArray[Any]], metadata: Mapping[str, Any]) -> str:
    """SHA-256 of the arrays, with their types and shapes, and of all metadata, as hexadecimal digits."""
    digest = hashlib.sha256(_as_json(metadata).encode())
    for name, values in arrays.items():
        array = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
        digest.update(f"\n{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.data)
    return digest.hexdigest()


def _as_json(metadata: Mapping[str, Any]) -> str:
    try:
        text = json.dumps(metadata, sort_keys=True, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (TypeError, ValueError) as error:
        message = "its description holds something other than plain text and finite numbers"
        raise InputRefusedError(message, _HINT) from error
    return text


def _plain(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    # as a view with NumPy's own dtype object: pickle writes an equal dtype of another identity a second time
    return np.ascontiguousarray(array).view(np.dtype(array.dtype.type))


def _check_keys(record: Any) -> None:
    if not isinstance(record, dict):
        raise InputRefusedError(f"holds a {type(record).__name__}, not a data set", _HINT)
    version = record.get("format")
    if not isinstance(version, str) or not version.startswith("dlwhy.dataset/"):
        keys = ", ".join(display(key, 20) for key in list(record)[:6])
        raise InputRefusedError(f"holds a dict of {keys or 'nothing'}, not a data set", _HINT)
    if version not in ARRAYS:
        known = " and ".join(ARRAYS)
        raise InputRefusedError(f"has the format {display(version)}; this dlwhy reads {known}", "upgrade dlwhy")
    if set(record) != {"format", *ARRAYS[version], "metadata", "sha256"}:
        raise InputRefusedError("is damaged: a part of the data set is missing or unknown", "make it again")
