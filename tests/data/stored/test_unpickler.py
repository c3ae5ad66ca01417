"""Files that were made to do harm, or were harmed: refused with exit code 65, nothing run, little memory taken."""

import contextlib
import io
import json
import lzma
import os
import pickle
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_iris

from dlwhy.data.dataset import Dataset
from dlwhy.data.stored import storage, unpickler
from dlwhy.data.stored.decompression import Content
from dlwhy.data.stored.record import checksum
from dlwhy.errors import InputRefusedError, InputUnreadableError
from tests.data.hostile import (
    Calls,
    array,
    dumped,
    good,
    hostile,
    name,
    npz_bomb,
    number_type,
    pickled,
    record,
    small,
    text,
)
from tests.data.stored.samples import refusal

# reads each file named on the command line, and tells what came of it; SIGKILL and SIGSEGV leave lines out
CHILD = """
import json, pathlib, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
from dlwhy.data.stored import storage
from dlwhy.errors import DlwhyError

def memory(field):
    return int(pathlib.Path("/proc/self/status").read_text().split(field + ":")[1].split()[0])

for path in sys.argv[1:]:
    pathlib.Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before, started, code, message = memory("VmRSS"), time.process_time(), 0, ""
    try:
        storage.read(path)
    except DlwhyError as error:
        code, message = error.exit_code, str(error)
    seconds = time.process_time() - started
    print(json.dumps([code, message, seconds, (memory("VmHWM") - before) / 1024]), flush=True)
"""


class Verdict(NamedTuple):
    """What came of reading one file in a child process."""

    code: int
    message: str
    seconds: float
    mebibytes: float


@pytest.fixture(scope="module")
def mark(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mark") / "MARK"


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory, mark: Path) -> dict[str, Verdict]:
    """What comes of each hostile file in a child process with 4 GB and 20 seconds at the most for each."""
    folder = tmp_path_factory.mktemp("hostile")
    names = []
    for file_name, content in hostile(mark).items():
        (folder / file_name).write_bytes(content() if callable(content) else content)
        names.append(file_name)
    # watched for coverage it would take five times as long
    env = {name: value for name, value in os.environ.items() if "COV" not in name}
    command = [sys.executable, "-c", CHILD, *names]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    return {key: Verdict(*json.loads(line)) for key, line in zip(names, done.stdout.splitlines(), strict=True)}


HOSTILE = list(hostile(Path("MARK")))


@pytest.mark.parametrize("file", HOSTILE)
def test_a_hostile_file_is_refused_in_a_child(verdicts: dict[str, Verdict], mark: Path, file: str) -> None:
    verdict = verdicts[file]

    assert verdict.code == 65
    assert verdict.message.startswith(f"{file}: ")
    assert len(verdict.message) < 400
    assert verdict.seconds < 8
    assert verdict.mebibytes < 300
    assert not mark.exists()


@pytest.mark.parametrize("file", [file for file in HOSTILE if file.startswith(("case_9", "case_18", "huge"))])
def test_cases_9_and_18_what_is_only_claimed_takes_no_memory(verdicts: dict[str, Verdict], file: str) -> None:
    assert verdicts[file].seconds < 4  # under 1 without coverage watching
    assert verdicts[file].mebibytes < 50


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("case_3_system.joblib", "wants the Python object posix.system; such files are never run (save plain arrays"),
        ("case_3_protocol_2.joblib", "wants the Python object posix.system"),
        ("case_3_eval.joblib", "wants the Python object builtins.eval"),
        ("case_3_legacy.joblib", "wants the Python object joblib.numpy_pickle_compat.NDArrayWrapper"),
        ("case_4_zlib.joblib", "wants the Python object posix.system"),
        ("case_4_gzip.joblib", "wants the Python object posix.system"),
        ("case_4_xz.joblib", "wants the Python object posix.system"),
        ("case_5_objects.joblib", 'array "X_test" holds Python objects; only numbers and text are read'),
        ("case_9_shape.joblib", 'array "X_train" of shape (1000000000000,) needs 4000000000000 bytes'),
        ("case_10_zeros_in_bounds.joblib", "compressed by more than 200 times"),
        ("case_16_objects.npz", 'array "X_test" holds Python objects; only numbers and text are read'),
        ("case_16_pickle.npz", "not an .npz file"),
        ("case_18_bomb.npz", "holds 1145 MiB of content; at most 256 MiB are read"),
    ],
)
def test_a_refusal_says_what_was_found(verdicts: dict[str, Verdict], file: str, message: str) -> None:
    assert verdicts[file].message.startswith(f"{file}: {message}") or message in verdicts[file].message


def test_the_hostile_files_would_do_harm_if_they_were_loaded(tmp_path: Path) -> None:
    """A control: otherwise the tests above might show nothing."""
    files = hostile(tmp_path / "MARK")
    for file in ("case_3_system.joblib", "case_4_xz.joblib", "case_5_objects.joblib", "case_3_protocol_0.joblib"):
        (tmp_path / file).write_bytes(files[file])
        joblib.load(tmp_path / file)

        assert (tmp_path / "MARK").exists()
        (tmp_path / "MARK").unlink()
    with zipfile.ZipFile(io.BytesIO(npz_bomb())) as bomb, bomb.open("X_train.npy") as member:
        assert member.read(10 << 20)[-(1 << 20) :] == bytes(1 << 20)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (lambda: record(X_test=np.array([1, "a"], object)), 'array "X_test" holds Python objects'),
        (lambda: (small().X_train, small().y_train), "holds a tuple, not a data set"),
        (lambda: {"X": small().X_train, "y": small().y_train}, "holds a dict of X, y, not a data set"),
        (dict, "holds a dict of nothing"),
        (load_iris, "wants the Python object sklearn.utils._bunch.Bunch"),
        (lambda: Calls(io.StringIO, "x"), "wants the Python object _io.StringIO"),
        (lambda: record(metadata={"name": np.float64(1)}), "wants the Python object numpy._core.multiarray.scalar"),
        (lambda: record(X_test=np.zeros((2, 2), np.complex64)), 'array "X_test" is of the type c8'),
        (lambda: record(X_test=np.zeros((2, 2), "M8[s]")), 'array "X_test" is of the type M8'),
        (lambda: record(X_test=np.zeros((2, 2, 2))), 'array "X_test" has the shape (2, 2, 2), which is not read'),
        (lambda: record(X_test=np.array(1.0)), 'array "X_test" has the shape ()'),
        (lambda: record(X_test=np.ma.ones(3)), "numpy.ma"),
        (lambda: record(metadata={1: 2}), "a key that is not text"),
        (lambda: record(metadata={"name": b"x"}), "opcode"),
        (
            lambda: record(format="dlwhy.dataset/3"),
            "has the format dlwhy.dataset/3; this dlwhy reads dlwhy.dataset/1 and dlwhy.dataset/2",
        ),
        (lambda: record(format="\x1b]0;x\x07"), "holds a dict of format, X_train"),
        (lambda: record(extra=1), "missing or unknown"),
        (lambda: record(X_test=None), '"X_test" is not an array'),
        (lambda: record(metadata={"a": float("inf")}), "finite"),
        (lambda: record(metadata={"a": "\ud800"}), "damaged (UnicodeDecodeError)"),
        (lambda: record(metadata=[]), "checksum"),
        (lambda: record(sha256="0" * 64), "checksum"),
        (lambda: record(X_test=small().X_test + 1), "checksum"),
    ],
)
def test_cases_6_7_8_what_is_no_data_set_is_named(tmp_path: Path, value: Callable[[], Any], message: str) -> None:
    shown = refusal(dumped(value(), protocol=4), tmp_path)

    assert message in shown
    assert shown.endswith(")")  # there is a hint


def test_case_7_a_table_of_pandas_is_named(tmp_path: Path) -> None:
    frame = pickled(text("pandas.core.frame") + text("DataFrame") + b"\x93)\x81}b")

    shown = refusal(frame, tmp_path)

    assert "wants the Python object pandas.core.frame.DataFrame; such files are never run" in shown
    assert "save plain arrays, .npz or CSV" in shown


@pytest.mark.parametrize(("suffix", "compress"), [("joblib", 0), ("joblib", 3), ("joblib", ("xz", 3)), ("npz", 0)])
def test_case_12_a_truncated_file_is_refused_wherever_it_ends(tmp_path: Path, suffix: str, compress: Any) -> None:
    content = good(suffix, compress)
    places = sorted({int(place) for place in np.linspace(0, len(content) - 1, 300)})

    assert len(places) > 250
    for place in places:
        refusal(content[:place], tmp_path, f"d.{suffix}")


@pytest.mark.parametrize("suffix", ["joblib", "npz"])
def test_case_13_a_flipped_byte_is_refused_or_changes_nothing(tmp_path: Path, suffix: str) -> None:
    content, expected = good(suffix), small()
    path, refused, places = tmp_path / f"d.{suffix}", 0, range(0, len(good(suffix)), 3)
    for place in places:
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1 :])
        try:
            read = storage.read(path)
        except InputRefusedError:
            refused += 1
        else:
            assert read.fingerprint == expected.fingerprint
            assert read.metadata() == expected.metadata()

    assert refused > 0.6 * len(places)


def test_case_13_every_flipped_byte_of_an_array_is_told_as_damage(tmp_path: Path) -> None:
    content = good()
    start = content.index(small().X_train.tobytes())
    for place in range(start, start + small().X_train.nbytes):
        shown = refusal(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :], tmp_path)

        assert "does not fit its checksum" in shown


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"x0,x1,target\n1,2,3\n", "is not a file of joblib"),
        (zlib.compress(b"x0,target\n1,2\n", wbits=31), "is not a file of joblib"),
        (b"\x80\x09N.", "is not a file of joblib"),
        (b"\x80", "ends early"),
        (b"\x80\x04N.N", "something follows the end"),
        (zlib.compress(b"\x80\x04N.") + b"N", "something follows the end"),
        (zlib.compress(b"\x80\x04N.N"), "something follows the end"),
        (lzma.compress(b"\x80\x04N.") * 2, "something follows the end"),
        (zlib.compress(b"\x80\x04" + bytes(50))[:-3] + b"abc", "can't be decompressed"),
        (b"BZh9" + bytes(50), "can't be decompressed"),
        (b"\x80\x04.", "damaged (IndexError)"),
        (b"\x80\x04h\x07.", "damaged (KeyError)"),
        (b"\x80\x04c" + b"x" * 300, "very long name"),
        (b"\x80\x04N" + pickle.TUPLE2 + b".", "damaged (IndexError)"),
        (b"\x80\x04}N" + pickle.SETITEMS + b".", "damaged (IndexError)"),
        (b"\x80\x04N" + pickle.POP + b".", "opcode 0x30"),
        (pickled(name("numpy.ndarray")), "description of an array"),
        (pickled(name("numpy.ndarray") + b"}b"), "changes an object"),
        (pickled(name("numpy.ndarray") + b")R"), "calls a function"),
        (pickled(name("numpy.ndarray") + b")\x81"), "makes an object"),
        (pickled(name("numpy.dtype") + b")R"), "damaged (TypeError)"),
        (pickled(name("numpy.dtype") + b"K\x01K\x01K\x01\x87R"), "damaged (TypeError)"),
        (pickled(array(b"K\x01\x85", subclass="numpy.dtype")), "is not a plain array"),
        (pickled(array(b"K\x01\x85", more=text("x") + b"N")), "damaged (TypeError)"),
        (
            pickled(array(b"K\x01\x85", described=number_type("f4", b"(K\x03" + text("?") + b"NNNNNNt"))),
            "damaged (ValueError)",
        ),
        (pickled(array(b"K\x01\x85", more=text("numpy_array_alignment_bytes") + b"K\x10")) + bytes(9), "damaged"),
        (pickled(b"N)" + pickle.STACK_GLOBAL), "damaged (TypeError)"),
        (pickled(text("os") + text("\x1b[2J\u202e") + pickle.STACK_GLOBAL), r"os.\x1b[2J\u202e"),
    ],
)
def test_case_14_what_joblib_did_not_write_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    assert message in refusal(content, tmp_path)


def test_case_15_only_regular_files_are_read_and_the_others_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.joblib")
    (tmp_path / "folder.joblib").mkdir()
    started = time.perf_counter()

    for path in (tmp_path / "fifo.joblib", "/dev/zero", tmp_path / "folder.joblib"):
        with pytest.raises(InputUnreadableError, match="not a regular file"):
            storage.read(path)
    with pytest.raises(InputUnreadableError, match="No such file"):
        storage.read(tmp_path / "absent.joblib")

    assert time.perf_counter() - started < 1


def test_max_size_bounds_a_file_and_raises_the_limits_of_a_compressed_one(tmp_path: Path) -> None:
    X = np.zeros((9 << 20, 1), np.float32)
    dataset = Dataset(X_train=X, y_train=X[:, 0], X_test=X[:1], y_test=X[:1, 0], name="zeros", task="regression")
    for file, compress in (("zeros.joblib", 9), ("zeros.npz", 9), ("plain.joblib", 0), ("plain.npz", 0)):
        storage.write(dataset, tmp_path / file, compress=compress)
        assert storage.read(tmp_path / file, max_size=100).n_features == 1
        with pytest.raises(InputRefusedError, match="--max-size"):
            storage.read(tmp_path / file, max_size=60)
        if compress:
            with pytest.raises(InputRefusedError, match="more than 200 times"):
                storage.read(tmp_path / file)
    with pytest.raises(InputRefusedError, match="larger than 1 MiB"):
        storage.read(_csv(tmp_path / "d.csv"), max_size=1)


def _csv(path: Path) -> Path:
    path.write_text("x,target\n" + "1,2\n" * 300_000)
    return path


@pytest.mark.parametrize("suffix", ["joblib", "npz", "csv"])
def test_case_21_reading_opens_the_one_file_and_nothing_else(tmp_path: Path, suffix: str) -> None:
    storage.write(small(), tmp_path / f"d.{suffix}", compress=int(suffix != "csv"))
    script = f"""
import sys
from dlwhy.data.stored import storage
storage.read("d.{suffix}")  # imports what it needs
seen = []
sys.addaudithook(lambda event, arguments: seen.append((event, *map(str, arguments[:1]))))
storage.read("d.{suffix}")
print([event for event in seen if not event[-1].isdecimal() and event[0].split(".")[0] in
       ("open", "socket", "subprocess", "os", "import", "exec", "compile", "ctypes", "pickle", "shutil", "glob")])
"""

    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)

    opened = {"csv": 2}.get(suffix, 1)  # once to look at its size
    assert done.stdout.strip() == str([("open", f"d.{suffix}")] * opened)


def test_a_file_is_not_trusted_because_its_checksum_fits(tmp_path: Path) -> None:
    """Who makes the file can make the checksum too."""
    for metadata, message in (
        ({"name": 5}, "damaged"),
        ({"class_names": ["a", 5]}, "damaged"),
        ({"class_names": ["a"]}, "a class that is not among"),
        ({"columns": [{"name": "x", "kind": "numeric"}]}, "2 features, 1 are named"),
        ({"columns": [{"name": "x", "evil": 1}]}, "damaged"),
        ({"columns": 5}, "damaged"),
        ({"task": "regression"}, "float32"),
        ({"task": ["binary"]}, "damaged"),
        ({"provenance": 5}, "damaged"),
        ({"more": 5}, "damaged"),
    ):
        content = record()
        content["metadata"] |= metadata
        content["sha256"] = checksum({key: content[key] for key in content if key[1] == "_"}, content["metadata"])

        assert message in refusal(dumped(content), tmp_path)


def test_values_that_are_not_finite_are_refused_although_the_checksum_fits(tmp_path: Path) -> None:
    content = record()
    content["X_train"][3, 1] = np.nan
    content["sha256"] = checksum({key: content[key] for key in content if key[1] == "_"}, content["metadata"])

    assert "not finite numbers" in refusal(dumped(content), tmp_path)


@given(st.binary(max_size=300))
@settings(max_examples=300)
def test_random_bytes_behind_the_protocol_never_raise_anything_else(content: bytes) -> None:
    value = None
    with contextlib.suppress(InputRefusedError):
        value = unpickler.load(Content(io.BytesIO(b"\x80\x04" + content)))

    assert isinstance(value, dict | list | tuple | str | int | float | bool | np.ndarray | None)
