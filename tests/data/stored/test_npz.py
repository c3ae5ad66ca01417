"""Archives of arrays: other members, other sizes and lies about them are refused."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.data.hostile import (
    members,
    npy,
    npz,
)
from tests.data.stored.samples import refusal


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (lambda: npz({**members(), "extra.npy": b""}), "holds the members"),
        (lambda: npz({key: value for key, value in members().items() if key != "y_test.npy"}), "holds the members"),
        (lambda: npz(members(), twice="y_test.npy"), "holds the members"),
        (lambda: npz({**members(), "../x.npy": b""}), "../x.npy"),
        (lambda: npz({**members(), "\x1b[2J.npy": b""}), r"\x1b[2J.npy"),
        (lambda: npz({}), "holds the members none"),
        (lambda: npz({**members(), "X_train.npy": b"not an array"}), "damaged"),
        (lambda: npz({**members(), "X_train.npy": members()["X_train.npy"] + b"x"}), "does not fit its size"),
        (lambda: npz({**members(), "X_train.npy": members()["X_train.npy"][:-1]}), "does not fit its size"),
        (lambda: npz({**members(), "X_train.npy": npy(np.zeros((8, 2), "M8[s]"))}), "values of the type <M8[s]"),
        (lambda: npz({**members(), "X_train.npy": npy(np.zeros((8, 2), "f4,f4"))}), "damaged"),
        (lambda: npz({**members(), "metadata.npy": npy(np.array(3))}), '"metadata" is not a text'),
        (lambda: npz({**members(), "metadata.npy": npy(np.array(["x"]))}), '"metadata" is not a text'),
        (lambda: npz({**members(), "metadata.npy": npy(np.array("{"))}), "damaged"),
        (lambda: npz({**members(), "metadata.npy": npy(np.array("[" * 100_000))}), "damaged"),
        (lambda: npz({**members(), "metadata.npy": npy(np.array("[1]"))}), "checksum"),
        (lambda: npz({**members(), "sha256.npy": npy(np.array("0"))}), "checksum"),
        (lambda: npz({**members(), "format.npy": npy(np.array("x")).replace(b"x\0\0\0", b"xxxx")}), "damaged"),
        (lambda: npz({**members(), "format.npy": npy(np.array("\ud800"))}), "damaged"),
        (lambda: _patched("flag_bits", 1), "encrypted"),
        (lambda: _patched("compress_type", zipfile.ZIP_LZMA), "compressed in a way that is not read"),
        (lambda: _patched("file_size", 1 << 40), "MiB of content; at most"),
        (lambda: _patched("file_size", 150), "damaged"),
        (lambda: _patched("CRC", 1), "damaged, or not an .npz file (BadZipFile)"),
        (lambda: _patched("header_offset", 1), "damaged"),
    ],
)
def test_case_17_archives_of_other_members_or_sizes_are_refused(
    tmp_path: Path, changed: Callable[[], bytes], message: str
) -> None:
    assert message in refusal(changed(), tmp_path, "d.npz")


def _patched(field: str, value: int) -> bytes:
    """A good archive whose list of members lies about one."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for member, content in members().items():
            archive.writestr(member, content)
        setattr(archive.getinfo("X_train.npy"), field, value)
    return stream.getvalue()
