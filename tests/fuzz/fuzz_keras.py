"""Fuzz the check of .keras files: python tests/fuzz/fuzz_keras.py -max_total_time=60."""

import contextlib
import io
import warnings
import zipfile
from pathlib import Path

GOLDEN = Path(__file__).parent.parent / "golden"


def seeds() -> list[bytes]:
    models = sorted(GOLDEN.glob("*.keras"))
    members = [bytes([number]) + content for number, (_, content) in enumerate(_members())]
    return [*(path.read_bytes() for path in models), *members]


def check(content: bytes) -> None:
    """Check an archive, or a good one in which one member holds these bytes: past the zip checksums, that is."""
    from dlwhy.errors import DlwhyWarning, InputRefusedError
    from dlwhy.models.keras_file import archive

    if content and content[0] < len(_members()):
        content = _packed(content[0], content[1:])
    with contextlib.suppress(InputRefusedError), warnings.catch_warnings():
        warnings.simplefilter("ignore", DlwhyWarning)  # of a newer Keras
        archive.check(content, "fuzzed.keras")


def _members() -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(min(GOLDEN.glob("*.keras"))) as archive:
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
