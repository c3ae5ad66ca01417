"""A signal while a training runs: it ends after the epoch in hand, or at once where nothing would be kept of it."""

import contextlib
import dataclasses
import os
import signal
import threading
from collections.abc import Callable, Iterator
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


@contextlib.contextmanager
def at_once(say: Callable[[], object]) -> Iterator[None]:
    """Let a signal end the program with these words while the block runs, whatever the main thread waits for.

    Python hands a signal to the main thread, and a compiler keeps that one for seconds: another one listens.
    """
    heard, tell = os.pipe()
    os.set_blocking(tell, False)
    before = signals.handle(lambda *_: None)
    wakeup = signal.set_wakeup_fd(tell)
    threading.Thread(target=_leave_when_told, args=(heard, frozenset(before)), daemon=True).start()
    try:
        with signals.last_words(say):
            yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(tell)  # which ends the thread


def _leave_when_told(heard: int, ending: frozenset[int]) -> None:
    """Read the numbers of signals as they come, until there are no more to come."""
    with open(heard, "rb", buffering=0) as numbers:
        while told := numbers.read(1):
            if told[0] in ending:
                signals.leave(told[0])
