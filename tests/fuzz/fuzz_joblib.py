"""Fuzz the reader of .joblib files: python tests/fuzz/fuzz_joblib.py -max_total_time=60."""

import contextlib
import io
from pathlib import Path

GOLDEN = Path(__file__).parent.parent / "golden" / "dataset-1"


def seeds() -> list[bytes]:
    return [path.read_bytes() for path in sorted(GOLDEN.glob("*.joblib"))]


def check(content: bytes) -> None:
    """Read some bytes; anything but a data set or a refusal is a fault."""
    from dlwhy.data.stored import unpickler
    from dlwhy.data.stored.decompression import Content
    from dlwhy.data.stored.record import from_record
    from dlwhy.errors import InputRefusedError

    with contextlib.suppress(InputRefusedError):
        from_record(unpickler.load(Content(io.BytesIO(content))))


if __name__ == "__main__":
    import harness

    harness.fuzz(check, seeds())
