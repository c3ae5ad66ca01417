"""Fuzz the reader of .npz files: python tests/fuzz/fuzz_npz.py -max_total_time=60."""

import contextlib
import io
import zipfile
from pathlib import Path

STORED = Path(__file__).parent.parent / "golden" / "dataset-1" / "stored.npz"


def seeds() -> list[bytes]:
    return [STORED.read_bytes(), *(bytes([number]) + content for number, (_, content) in enumerate(_members()))]


def check(content: bytes) -> None:
    """Read an archive, or a good one in which one member holds these bytes: past the zip checksums, that is."""
    from dlwhy.data.stored import npz
    from dlwhy.data.stored.record import from_record
    from dlwhy.errors import InputRefusedError

    if content and content[0] < len(_members()):
        content = _packed(content[0], content[1:])
    with contextlib.suppress(InputRefusedError):
        from_record(npz.read(io.BytesIO(content)))


def _members() -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(STORED) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def _packed(number: int, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for place, (name, good) in enumerate(_members()):
            archive.writestr(name, content if place == number else good)
    return stream.getvalue()


if __name__ == "__main__":
    import harness

    harness.fuzz(check, seeds())
