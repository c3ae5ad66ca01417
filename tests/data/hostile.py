"""Files that were made to do harm, and a little language to write pickles in."""

import functools
import io
import lzma
import os
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from dlwhy.data.dataset import Dataset
from dlwhy.data.stored import storage


class Calls:
    """Pickles as the call of a function."""

    def __init__(self, function: Callable[..., Any], *arguments: Any):
        self.call = (function, arguments)

    def __reduce__(self) -> Any:
        return self.call


def small() -> Dataset:
    rng = np.random.default_rng(0)
    X, y = rng.random((12, 2), dtype=np.float32), np.arange(12, dtype=np.int32) % 2
    return Dataset(
        X_train=X[:8], y_train=y[:8], X_test=X[8:], y_test=y[8:], name="d", task="binary", class_names=("a", "b")
    )


@functools.cache
def good(suffix: str = "joblib", compress: Any = 0) -> bytes:
    """The bytes of a good file."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"d.{suffix}"
        storage.write(small(), path, compress=compress)
        return path.read_bytes()


def record(**changes: Any) -> dict[str, Any]:
    """What a good file holds, with changes."""
    return {**joblib.load(io.BytesIO(good())), **changes}


def dumped(value: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    joblib.dump(value, stream, **options)
    return stream.getvalue()


# --- a little language to write pickles in


def text(value: str) -> bytes:
    content = value.encode()
    return pickle.BINUNICODE + struct.pack("<I", len(content)) + content


def name(dotted: str) -> bytes:
    module, _, attribute = dotted.rpartition(".")
    return text(module) + text(attribute) + pickle.STACK_GLOBAL


def integer(value: int) -> bytes:
    content = value.to_bytes(32, "little", signed=True)
    return pickle.LONG1 + bytes([len(content)]) + content


ORDER = b"(K\x03" + text("<") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00t"


def number_type(code: str = "f4", state: bytes = ORDER) -> bytes:
    return name("numpy.dtype") + text(code) + b"\x89\x88\x87R" + state + b"b"


def array(shape: bytes, *, described: bytes | None = None, subclass: str = "numpy.ndarray", more: bytes = b"") -> bytes:
    """The description of an array that is called X_train in a dict."""
    return b"".join(
        (
            pickle.EMPTY_DICT,
            text("X_train"),
            name("joblib.numpy_pickle.NumpyArrayWrapper") + b")\x81}(",
            text("subclass") + name(subclass),
            text("shape") + shape,
            text("order") + text("C"),
            text("dtype") + (described or number_type()),
            more,
            b"ub",
        )
    )


def pickled(body: bytes) -> bytes:
    return b"\x80\x04" + body + b"."


def zeros(header: bytes, mebibytes: int) -> bytes:
    """Zlib's compression of a header and many zeros, quickly made: one block of zeros again and again."""
    packer = zlib.compressobj(9)
    start = packer.compress(header) + packer.flush(zlib.Z_FULL_FLUSH)
    packer.compress(bytes(1 << 20))
    packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + block * mebibytes + packer.flush()


def npz(members: dict[str, bytes], *, twice: str = "") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
        if twice:
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr(twice, members[twice])
    return stream.getvalue()


@functools.cache
def members() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(good("npz"))) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def npz_bomb() -> bytes:
    """An archive of 1.2 MB with a member of 1.2 GB."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for member, content in members().items():
            if member != "X_train.npy":
                archive.writestr(member, content)
        header = members()["X_train.npy"][:128].replace(b"(8, 2), }  ", b"(150000000, 2), }")[:128]
        packed = zeros(header, 1145)[2:]  # without zlib's own header
        archive.writestr("X_train.npy", packed)
        info = archive.getinfo("X_train.npy")
        info.compress_type, info.file_size = zipfile.ZIP_DEFLATED, len(header) + (1145 << 20)
    return stream.getvalue()


def billion_laughs() -> bytes:
    body = text("lol") + pickle.MEMOIZE
    for level in range(40):
        body += b"(" + (b"h" + bytes([level])) * 10 + b"t" + pickle.MEMOIZE
    return pickled(body)


def nested(opcode: bytes, count: int) -> bytes:
    return pickled(opcode * count + pickle.TUPLE1 * (count - 1))


def hostile(mark: Path) -> dict[str, bytes | Callable[[], bytes]]:
    """Files, by name, of which none may be read; several would create `mark` if anything in them were run."""
    evil = Calls(os.system, f"touch {mark}")
    objects = np.array([evil], object)
    plain = dumped(record(X_test=evil))
    token = name("joblib.numpy_pickle.NumpyArrayWrapper")
    pointer = name("numpy.dtype") + text("O8") + b"\x89\x88\x87R"
    field = b"}" + text("a") + pointer + b"K\x00\x86s"
    hidden_pointer = b"(K\x03" + text("|") + b"N(" + text("a") + b"t" + field + b"K\x08K\x01K\x10t"
    return {
        "case_3_system.joblib": plain,
        "case_3_alone.joblib": dumped(evil),
        "case_3_protocol_2.joblib": dumped(record(X_test=evil), protocol=2),
        "case_3_eval.joblib": dumped(record(X_test=Calls(eval, f"open({str(mark)!r}, 'w')"))),
        "case_3_getattr.joblib": dumped(record(X_test=Calls(getattr, "x", "upper"))),
        "case_3_load.joblib": dumped(record(X_test=Calls(np.load, str(mark)))),
        "case_3_runstring.joblib": pickled(name("numpy.testing._private.utils.runstring") + text("1") + b"}\x86R"),
        "case_3_legacy.joblib": pickled(name("joblib.numpy_pickle_compat.NDArrayWrapper") + b")\x81}b"),
        "case_3_dotted.joblib": pickled(
            text("joblib.numpy_pickle") + text("os.system") + b"\x93" + text("true") + b"\x85R"
        ),
        "case_3_zf.joblib": b"ZF0x12                " + zlib.compress(plain),
        "case_3_protocol_0.joblib": pickle.dumps(evil, protocol=0),
        "case_4_zlib.joblib": zlib.compress(plain),
        "case_4_gzip.joblib": zlib.compress(plain, wbits=31),
        "case_4_xz.joblib": lzma.compress(plain),
        "case_5_objects.joblib": dumped(record(X_test=objects)),
        "case_5_objects_alone.joblib": dumped(objects),
        "patched_class.joblib": pickled(token + b"}" + text("read_array") + b"Nsb"),
        "called_wrapper.joblib": pickled(token + b")R"),
        "made_array.joblib": pickled(name("numpy.ndarray") + b"M\x00\x10" + text("u1") + b"\x86\x81"),
        "hidden_pointer.joblib": pickled(array(b"K\x01\x85", described=number_type("V16", hidden_pointer))) + b"A" * 16,
        "fields.joblib": pickled(array(b"K\x01\x85", described=number_type("f8", hidden_pointer))) + b"A" * 16,
        "case_9_shape.joblib": pickled(array(integer(10**12) + b"\x85")) + bytes(64),
        "case_9_shape_of_two.joblib": pickled(array(integer(10**9) + integer(10**9) + b"\x86")) + bytes(64),
        "case_9_lie.joblib": pickled(array(integer(200_000_000) + b"\x85")) + bytes(64),
        "case_9_lie_compressed.joblib": zlib.compress(pickled(array(integer(60_000_000) + b"\x85")) + bytes(64)),
        "case_10_zeros.joblib": lambda: zeros(pickled(array(integer(1 << 29) + b"\x85"))[:-1], 2048),
        "case_10_zeros_in_bounds.joblib": lambda: zeros(pickled(array(integer(60_000_000) + b"\x85"))[:-1], 2048),
        "case_10_after_the_end.joblib": lambda: zeros(pickled(b"N"), 2048),
        "case_10_nothing_but_marks.joblib": lambda: zlib.compress(b"\x80\x04" + b"(" * (200 << 20)),
        "huge_frame.joblib": b"\x80\x04\x95" + struct.pack("<Q", 1 << 62) + b"N.",
        "huge_bytes.joblib": b"\x80\x05\x96" + struct.pack("<Q", 1 << 62),
        "huge_text.joblib": b"\x80\x04X" + struct.pack("<I", (1 << 32) - 1),
        "much_text.joblib": lambda: zlib.compress(b"\x80\x04" + (text("\U0001f600" + "x" * 1_000_000)) * 60),
        "many_values.joblib": lambda: zlib.compress(b"\x80\x04" + b"N" * (14 << 20)),
        "billion_laughs.joblib": billion_laughs(),
        "deep.joblib": nested(b"N", 900_000),
        "cycle.joblib": pickled(b"]\x94h\x00a"),
        "long_search.joblib": pickled(b"N" * 300_000 + number_type() + (ORDER + b"b") * 40_000),
        "laughing_name.joblib": billion_laughs()[:-1] + text("x") + b"\x93.",
        "greedy_xz.joblib": b"\x5d\x00\xff\xff\xff" + lzma.compress(plain, lzma.FORMAT_ALONE)[5:],
        "case_16_pickle.npz": plain,
        "case_16_objects.npz": npz({**members(), "X_test.npy": npy(objects)}),
        "case_18_bomb.npz": npz_bomb,
        "many_members.npz": lambda: npz({f"{index}.npy": b"" for index in range(30_000)}),
    }


def npy(value: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, value, allow_pickle=True)
    return stream.getvalue()
