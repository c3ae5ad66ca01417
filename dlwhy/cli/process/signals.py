"""Signals that end the program, quietly, with the exit code that a shell expects.

Ctrl-C (SIGINT) ends it with 130, SIGTERM with 143, a lost connection (SIGHUP) with 129; one that was ignored from the
start, as `nohup` and background jobs have it, stays ignored.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from dlwhy import files
from dlwhy.errors import EndedBySignal

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_A_MOMENT = 0.01  # seconds
_IMPORTS = "<frozen importlib"
_CURSOR = b"\x1b[?25h\x1b[0m\r\n"
_last_words: list[Callable[[], object]] = []


def listen() -> None:
    """Have a signal end the program: by an exception that tidies up, or at once while something is imported."""
    handle(end)
    sys.unraisablehook = again


def handle(handler: Callable[[int, FrameType | None], object]) -> "dict[signal.Signals, signal._HANDLER]":
    """Set the handler of each ending signal that is not ignored, and give the handlers before by number."""
    heard = [number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    return {number: signal.signal(number, handler) for number in heard}


def end(number: int, frame: FrameType | None) -> None:
    """Handle a signal by the end of the program."""
    if _in_import(frame):
        # imported modules may catch everything, and go on
        leave(number)
    raise EndedBySignal(number)


def leave(number: int) -> None:
    """End the program at once; finished outputs are whole, unfinished ones are removed, and last words are said."""
    files.discard_unfinished()
    _show_cursor()
    for say in _last_words:
        say()
    os._exit(128 + number)


def _show_cursor() -> None:
    """Give a terminal back its cursor, which a bar may have hidden, and its colours."""
    if sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") not in (None, "dumb"):
        with contextlib.suppress(OSError, ValueError):
            os.write(sys.stderr.fileno(), _CURSOR)


@contextlib.contextmanager
def last_words(say: Callable[[], object]) -> Iterator[None]:
    """Have something said if a signal ends the block, whichever way."""
    _last_words.append(say)
    try:
        yield
    except EndedBySignal:
        say()
        raise
    finally:
        _last_words.remove(say)


def again(lost: "sys.UnraisableHookArgs") -> None:
    """Send a signal again that Python swallowed, since it came while an object was being cleared away."""
    if isinstance(lost.exc_value, EndedBySignal):
        # in a moment: raised in here it would be swallowed as well
        timer = threading.Timer(_A_MOMENT, os.kill, (os.getpid(), lost.exc_value.number))
        timer.daemon = True
        timer.start()
    else:
        sys.__unraisablehook__(lost)


def _in_import(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith(_IMPORTS):
            return True
        frame = frame.f_back
    return False
