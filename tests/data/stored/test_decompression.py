"""What is packed is unpacked up to a limit."""

import io
import lzma
import zlib

import pytest

from dlwhy.data.stored.decompression import Content
from dlwhy.errors import InputRefusedError


@pytest.mark.parametrize("packed", [zlib.compress(bytes(2 << 20)), lzma.compress(bytes(2 << 20))], ids=["zlib", "xz"])
def test_content_never_passes_the_limit(packed: bytes) -> None:
    content = Content(io.BytesIO(packed), max_size=1)

    with pytest.raises(InputRefusedError, match="larger than 1 MiB"):
        content.fill(memoryview(bytearray(2 << 20)))
    with pytest.raises(InputRefusedError, match="larger than 1 MiB"):
        Content(io.BytesIO(packed), max_size=1).read(2 << 20)
    assert Content(io.BytesIO(packed), max_size=2).read(2 << 20) == bytes(2 << 20)
