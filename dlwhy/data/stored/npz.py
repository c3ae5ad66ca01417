"""Write and read records as `.npz`: NumPy's zip archive of arrays, always the same bytes for the same record."""

import json
import math
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from dlwhy.data.stored.decompression import MAX_DECODED, check_ratio, check_size
from dlwhy.data.stored.record import KEYS
from dlwhy.errors import InputRefusedError
from dlwhy.text import display

MAX_TEXT = 8 << 20  # characters of the metadata
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip archive can hold
_SHORT = 1 << 20
_ENCRYPTED = 1
_MAGIC = b"\x93NUMPY\x01\x00"
# NumPy parses this as Python; what it writes itself has always had this one form
_HEADER = re.compile(r"\{'descr': '([^']{1,30})', 'fortran_order': (True|False), 'shape': \(([0-9, ]{0,60})\), \}\s*")
_NUMBERS = re.compile(r"[<>|][fiu][1248]")
_TEXTS = ("format", "metadata", "sha256")
_TEXT = re.compile(r"[<>|]U[0-9]{1,8}")
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, MemoryError)
_HINT = "make it with `dlwhy generate -o x.npz`"


def write(record: Mapping[str, Any], handle: BinaryIO, *, compress: bool = False) -> None:
    """Write a record into an open file; texts and metadata (as JSON) as arrays of no dimension."""
    with zipfile.ZipFile(handle, "w") as archive:
        for key in next(keys for keys in KEYS if len(keys) == len(record)):
            member = zipfile.ZipInfo(f"{key}.npy", _DATE)
            member.create_system = 3  # lest it depend on the machine
            member.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
            value = json.dumps(record[key], sort_keys=True) if key == "metadata" else record[key]
            with archive.open(member, "w", force_zip64=True) as target:
                np.lib.format.write_array(target, np.asarray(value), version=(1, 0), allow_pickle=False)


def read(handle: BinaryIO, max_size: int | None = None) -> dict[str, Any]:
    """Read a record from an open seekable file, which may be from anybody.

    Every member is checked before it is read: its name, its size against `max_size` (MiB; by default the file's own
    size if nothing in it is compressed, else 256 MiB), the type and shape it claims.

    Raises
    ------
    InputRefusedError
        If it is not such an archive, damaged, or larger than the limit.

    """
    try:
        # the list of members is read at once, so it has to be short
        with zipfile.ZipFile(_ShortReads(handle)) as archive:
            members = _checked_members(archive, handle, max_size)
            keys = next(keys for keys in KEYS if len(keys) == len(members))
            return {key: _value(key, archive, members[f"{key}.npy"]) for key in keys}
    except (*_DAMAGE, KeyError, NotImplementedError, OverflowError, RuntimeError, TypeError, ValueError) as error:
        raise InputRefusedError(f"is damaged, or not an .npz file ({type(error).__name__})", _HINT) from error


class _ShortReads:
    """A file that refuses to be read in large pieces."""

    def __init__(self, handle: BinaryIO):
        self._handle = handle
        self.tell, self.seekable = handle.tell, handle.seekable

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_SET and offset < 0:
            raise ValueError("offset")  # not the OSError of a disk that fails
        return self._handle.seek(offset, whence)

    def read(self, count: int = -1) -> bytes:
        content = self._handle.read(_SHORT + 1 if count < 0 else min(count, _SHORT + 1))
        if len(content) > _SHORT:
            raise InputRefusedError("is not an .npz file of a data set: its list of members is too long", _HINT)
        return content


def _checked_members(archive: zipfile.ZipFile, handle: BinaryIO, max_size: int | None) -> dict[str, zipfile.ZipInfo]:
    members = archive.infolist()
    found = sorted(member.filename for member in members)
    wanted = [sorted(f"{key}.npy" for key in keys) for keys in KEYS]
    if found not in wanted:
        shown = ", ".join(display(name, 20) for name in found[:8])
        raise InputRefusedError(f"holds the members {shown or 'none'}; a data set has {', '.join(wanted[0])}", _HINT)
    methods = {member.compress_type for member in members}
    if not methods <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} or any(m.flag_bits & _ENCRYPTED for m in members):
        raise InputRefusedError("has members that are encrypted or compressed in a way that is not read", _HINT)
    _check_content(members, check_size(handle, max_size), max_size)
    return {member.filename: member for member in members}


def _check_content(members: list[zipfile.ZipInfo], file_size: int, max_size: int | None) -> None:
    decoded = sum(member.file_size for member in members)
    compressed = any(member.compress_type != zipfile.ZIP_STORED for member in members)
    limit = max_size << 20 if max_size is not None else MAX_DECODED if compressed else file_size
    if decoded > limit:
        raise InputRefusedError(
            f"holds {decoded >> 20} MiB of content; at most {limit >> 20} MiB are read",
            "if you trust it, raise --max-size",
        )
    if max_size is None:
        check_ratio(decoded, file_size)


def _value(key: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Any:
    with archive.open(member) as source:
        kind, fortran_order, shape = _header(source)
        _check_kind(key, kind, shape)
        values = _numbers(source, member, shape, np.dtype(kind))
    if key in _TEXTS:
        # not NumPy's own text: it lets characters through that there are not
        text = values.tobytes().decode("utf-32-be" if kind[0] == ">" else "utf-32-le").rstrip("\0")
        return json.loads(text) if key == "metadata" else text
    shaped = values.reshape(shape[::-1]).T if fortran_order else values.reshape(shape)
    return np.ascontiguousarray(shaped, dtype=shaped.dtype.newbyteorder("="))


def _header(source: IO[bytes]) -> tuple[str, bool, tuple[int, ...]]:
    if source.read(len(_MAGIC)) != _MAGIC:
        raise ValueError("magic")
    length = struct.unpack("<H", source.read(2))[0]
    match = _HEADER.fullmatch(source.read(length).decode("ascii"))
    if match is None:
        raise ValueError("header")
    return match[1], match[2] == "True", tuple(int(number) for number in match[3].split(",") if number.strip())


def _check_kind(key: str, kind: str, shape: tuple[int, ...]) -> None:
    if key in _TEXTS:
        if not _TEXT.fullmatch(kind) or shape or int(kind[2:]) > MAX_TEXT:
            raise InputRefusedError(f'"{key}" is not a text, or too long', _HINT)
    elif not _NUMBERS.fullmatch(kind) or len(shape) not in (1, 2):
        what = "Python objects" if kind.endswith("O") else f"values of the type {display(kind)}"
        raise InputRefusedError(f'array "{key}" holds {what}; only numbers and text are read', _HINT)


def _numbers(
    source: IO[bytes], member: zipfile.ZipInfo, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> npt.NDArray[Any]:
    count = math.prod(shape)
    if count * dtype.itemsize != member.file_size - source.tell():
        raise InputRefusedError(f"is damaged: {member.filename} has the shape {shape}, which does not fit its size")
    values = np.empty(count, dtype)
    view, filled = values.view(np.uint8).data, 0
    while filled < len(view):
        piece = source.read(min(_SHORT, len(view) - filled))
        if not piece:
            raise EOFError
        view[filled : filled + len(piece)] = piece
        filled += len(piece)
    if source.read(1):  # also checks the checksum
        raise ValueError("longer")
    return values
