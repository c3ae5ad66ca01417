"""Arrays as a file describes them."""

from pathlib import Path

import pytest

from tests.data.hostile import (
    array,
    integer,
    pickled,
    text,
)
from tests.data.stored.samples import refusal


@pytest.mark.parametrize(
    "shape",
    [
        integer(-1) + b"\x85",
        b"\x88\x85",
        b"(" + b"K\x01" * 33 + b"t",
        integer(10**30) + b"K\x00\x86",
        b")",
        b"]",
        b"N",
        text("x") + b"\x85",
    ],
    ids=["negative", "boolean", "33 dimensions", "beyond all bounds", "none", "a list", "None", "text"],
)
def test_case_11_impossible_shapes_are_refused(tmp_path: Path, shape: bytes) -> None:
    refusal(pickled(array(shape)) + bytes(64), tmp_path)
