"""Fuzz the reader of study rows: python tests/fuzz/fuzz_records.py -max_total_time=60."""

import contextlib
import tempfile
from pathlib import Path

PRINT = "0" * 64


def _arm():  # type: ignore[no-untyped-def]
    from dlwhy.studies.arms.simple import Simple
    from dlwhy.studies.plan.study import Arm, Task

    return Arm(name="an arm", task=Task(name="a task", role="real", draw="rings"), recipe=Simple(model="svm"))


def _written(folder: Path) -> Path:
    """Write the rows of an arm, and give the folder that they are in."""
    from dlwhy.studies.bench import records
    from dlwhy.studies.plan.study import Outcome, Run

    (folder / "runs").mkdir(exist_ok=True)
    runs = [
        Run(seed=seed, metrics={"accuracy": 0.9, "train_accuracy": None}, extra={"probes": [0.5, 0.9]})
        for seed in (1, 2)
    ]
    records.write(folder, "depth", _arm(), Outcome(runs=tuple(runs), rates={"0.01": 0.8}), fingerprint=PRINT)
    return next(path for path in (folder / "runs").iterdir() if not path.name.startswith("."))


def seeds() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        made = _written(Path(folder))
        return [b"1" + (made / "1.json").read_bytes(), b"2" + (made / "arm.json").read_bytes()]


def _resealed(content: bytes) -> bytes:
    """Give a JSON object the digest that fits, as somebody would who knows of it: what is behind is to be reached."""
    import json

    from dlwhy.studies.plan.study import digest

    try:
        value = json.loads(content)
        value.pop("sha256", None)
        return json.dumps({**value, "sha256": digest(value)}).encode()
    except (ValueError, TypeError, AttributeError, RecursionError):
        return content


def check(content: bytes) -> None:
    """Put the content in the place of a row, or, if it begins with 2, of the arm's facts; read and summarize.

    Anything but an outcome that can be summarized, or a refusal, is a fault.
    """
    from dlwhy.errors import InputRefusedError, InputUnreadableError
    from dlwhy.studies import report as reporting
    from dlwhy.studies.bench import records

    with tempfile.TemporaryDirectory() as folder:
        made = _written(Path(folder))
        (made / ("arm.json" if content[:1] == b"2" else "1.json")).write_bytes(_resealed(content[1:]))
        with contextlib.suppress(InputRefusedError, InputUnreadableError):
            outcome = records.read(Path(folder), fingerprint=PRINT)
            assert outcome is not None
            reporting.summary(_arm(), outcome, alpha=0.05)


if __name__ == "__main__":
    import harness

    harness.fuzz(check, seeds())
