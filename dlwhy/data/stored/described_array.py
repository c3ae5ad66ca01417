"""Arrays as `joblib.dump` describes them, read from the description and the bytes behind it, without NumPy's own help.

What stands for a class here has nothing of the class: a token can't be called, a description is plain data.
"""

import dataclasses
import enum
import math
import re
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.data.stored.decompression import Content
from dlwhy.errors import InputRefusedError
from dlwhy.text import display

HINT = "save plain arrays, .npz or CSV"
_NUMBERS = re.compile(r"[fiu][248]|[iu]1")
_MAX_LENGTH = 1 << 40  # of one axis, so that no product overflows
_KEYS = {"subclass", "shape", "order", "dtype"}
_MORE_KEYS = {"allow_mmap", "numpy_array_alignment_bytes"}  # the second since joblib 1.2


class Token(enum.Enum):
    """What stands for a class."""

    NDARRAY = "numpy.ndarray"
    DTYPE = "numpy.dtype"
    WRAPPER = "joblib.numpy_pickle.NumpyArrayWrapper"


@dataclasses.dataclass
class Header:
    """Stands for joblib's `NumpyArrayWrapper`, the description of one array; `done` once the array has been read."""

    done: bool = False


@dataclasses.dataclass
class NumberType:
    """Stands for a `numpy.dtype` of plain numbers."""

    dtype: np.dtype[Any]

    @classmethod
    def of(cls, arguments: Any, array: str) -> Self:
        """Take what `numpy.dtype` would be called with: ``("f4", False, True)``."""
        if type(arguments) is not tuple or len(arguments) != 3 or type(arguments[0]) is not str:
            raise TypeError
        if arguments[0] == "O8":
            raise InputRefusedError(f"{array} holds Python objects; only numbers and text are read", HINT)
        if arguments[1:] != (False, True) or not _NUMBERS.fullmatch(arguments[0]):
            raise InputRefusedError(f"{array} is of the type {display(arguments[0])}; only numbers are read", HINT)
        return cls(np.dtype(arguments[0]))

    def set_byte_order(self, state: Any, array: str) -> None:
        """Take the state of a `numpy.dtype`; of a plain number's, only the byte order says anything."""
        if type(state) is not tuple or len(state) != 8 or state[0] != 3 or state[2:5] != (None, None, None):
            raise InputRefusedError(f"{array} is of a type that is not read; only numbers are", HINT)
        if state[1] not in ("<", ">", "|", "="):
            raise ValueError
        self.dtype = self.dtype.newbyteorder(state[1])


def read_array(content: Content, state: Mapping[str, Any], array: str) -> npt.NDArray[Any]:
    """Read the array that follows its description, in C order and native byte order.

    Parameters
    ----------
    content
        The file, at the end of the description.
    state
        The attributes of the `NumpyArrayWrapper`.
    array
        The array's name, for messages.

    Raises
    ------
    InputRefusedError
        If it is not a plain array of numbers, or needs more bytes than can follow.

    """
    if not _KEYS <= set(state) <= _KEYS | _MORE_KEYS:
        raise TypeError
    described, order = state["dtype"], state["order"]
    if state["subclass"] is not Token.NDARRAY or type(described) is not NumberType or order not in ("C", "F"):
        raise InputRefusedError(f"{array} is not a plain array", HINT)
    shape = _checked_shape(state["shape"], array)
    if state.get("numpy_array_alignment_bytes") is not None:
        _skip_padding(content)
    values = _numbers(content, shape, described.dtype, array)
    shaped = values.reshape(shape) if order == "C" else values.reshape(shape[::-1]).T
    return np.ascontiguousarray(shaped, dtype=described.dtype.newbyteorder("="))


def _checked_shape(shape: Any, array: str) -> tuple[int, ...]:
    if type(shape) is not tuple or any(type(length) is not int for length in shape):
        raise TypeError
    if not 1 <= len(shape) <= 2 or not all(0 <= length <= _MAX_LENGTH for length in shape):
        raise InputRefusedError(f"{array} has the shape {display(shape)}, which is not read", HINT)
    return shape


def _skip_padding(content: Content) -> None:
    if content.read(content.read(1)[0]).strip(b"\xff"):
        raise ValueError


def _numbers(content: Content, shape: tuple[int, ...], dtype: np.dtype[Any], array: str) -> npt.NDArray[Any]:
    count = math.prod(shape)
    if count * dtype.itemsize > content.left:
        raise InputRefusedError(
            f"{array} of shape {shape} needs {count * dtype.itemsize} bytes; at most {content.left} can follow",
            "make the file again; or, if it is compressed and you trust it, raise --max-size",
        )
    # memory that is not written to costs nothing, so a shape that lies is found out for free
    values = np.empty(count, dtype)
    content.fill(values.view(np.uint8).data)
    return values
