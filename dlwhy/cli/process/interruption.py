"""A signal while a training runs: the first ends it after the epoch in hand, the second at once."""

import contextlib
import dataclasses
import signal
from collections.abc import Iterator
from types import FrameType

from dlwhy.cli.process import signals
from dlwhy.cli.show.console import Output


@dataclasses.dataclass
class Interruption:
    """Which signal asked the training to end, if one did."""

    number: int | None = None


@contextlib.contextmanager
def graceful(out: Output) -> Iterator[Interruption]:
    """Note signals instead of ending, while the block runs."""
    interruption = Interruption()

    def heard(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        if interruption.number is not None:
            signals.leave(number)
        interruption.number = number
        # a signal may come while this very thread writes to stderr: then nothing can be said
        with contextlib.suppress(RuntimeError):
            out.note("dlwhy: ending with a whole epoch; once more to leave at once")

    before = signals.handle(heard)
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
