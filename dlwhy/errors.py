"""What can go wrong: exceptions with one clear message, a hint and an exit code."""

import contextlib
import contextvars
import errno
import functools
import json
import re
import shlex
from collections.abc import Callable, Collection, Iterator
from typing import ClassVar, ParamSpec, TypeVar

from dlwhy.text import display

P = ParamSpec("P")
R = TypeVar("R")

# what every library that gets a number takes
MAX_WHOLE = 2**31 - 1
# arguments in Python that have another name than the option
_ARGUMENTS = {"data": "dataset", "dir": "folder", "init-from": "base", "no-stratify": "stratify=False"}
_NO_MEMORY = ("failed to map segment", "cannot allocate memory", "can't start new thread")


# whether a function is called from Python, where options are arguments
_from_python: contextvars.ContextVar[bool] = contextvars.ContextVar("from_python", default=False)


class DlwhyWarning(UserWarning):
    """Something a user should know that does not stop the work; the command line shows it as one line."""

    def __init__(self, text: str = ""):
        super().__init__(_as_arguments(text) if _from_python.get() else text)


class DlwhyNote(DlwhyWarning):
    """What was decided about the user's data, and which option decides otherwise: shown like a warning, as a note."""


class DlwhyError(Exception):
    """An error that is the input's or the surroundings' fault: one line for the user, never a traceback.

    Parameters
    ----------
    message
        What is wrong, and where: ``data.csv:17:x1: value is not a finite number``. Foreign text in it must have
        passed through `dlwhy.text.display`.
    hint
        What to do about it; shown in brackets behind the message.
    cure
        An option with what it does, if it helps against others of the kind, too: where several are told at once, each
        cure is told once.

    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "", *, cure: str = ""):
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UsageError(DlwhyError):
    """An option has a value that can't be, or two options exclude each other."""

    exit_code = 2


class UnusableResultError(DlwhyError):
    """The work ran, but its result is of no use: training diverged."""

    exit_code = 3


class GateError(DlwhyError):
    """A gate that the user set did not hold."""

    exit_code = 4


class InputRefusedError(DlwhyError):
    """The content of an input is damaged, dangerous, or not what it should be."""

    exit_code = 65


class InputUnreadableError(DlwhyError):
    """An input is missing, unreadable, or not a regular file."""

    exit_code = 66


class OutputBlockedError(DlwhyError):
    """An output can't be created."""

    exit_code = 73


class InputOutputError(DlwhyError):
    """Reading or writing failed midway."""

    exit_code = 74


class BusyError(DlwhyError):
    """Another process holds what this one needs, memory for instance."""

    exit_code = 75


class EndedBySignal(BaseException):
    """A signal asked the program to end; not an `Exception`, so that nothing swallows it on the way out."""

    def __init__(self, number: int):
        super().__init__(number)
        self.number = number


def check_whole(option: str, value: object, *, least: int, most: int = MAX_WHOLE) -> None:
    """Refuse what is no whole number between two bounds; none may be so large that a library takes it for another.

    Raises
    ------
    UsageError
        If it is not.

    """
    if not isinstance(value, int) or not least <= value <= most:
        raise UsageError(f"{option} must be a whole number from {least} to {most} (got {display(value)})")


def check_one_of(option: str, value: object, known: Collection[str]) -> None:
    """Refuse what is none of the values that an option may have.

    Raises
    ------
    UsageError
        If it is none.

    """
    if value not in known:
        raise UsageError(f"{option} must be one of {', '.join(known)} (got {display(value)})")


@contextlib.contextmanager
def naming(name: str) -> Iterator[None]:
    """Put a file's name in front of what is wrong with its content."""
    try:
        yield
    except InputRefusedError as error:
        raise InputRefusedError(f"{name}: {error.message}", error.hint) from error


def is_lack_of_memory(error: BaseException) -> bool:
    """Return whether an exception, of whatever library, means that there is too little memory."""
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    # of the dynamic loader, and of Python's threads, for which a lack of memory is no kind of its own
    return isinstance(error, ImportError | RuntimeError) and any(sign in str(error) for sign in _NO_MEMORY)


def in_python(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function's errors and warnings name its arguments, not the options of the command line."""

    @functools.wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        before = _from_python.set(True)
        try:
            return function(*args, **kwargs)
        except DlwhyError as error:
            error.message, error.hint = _as_arguments(error.message), _as_arguments(error.hint)
            error.args = (error.message,)
            raise
        finally:
            _from_python.reset(before)

    return called


def _as_arguments(text: str) -> str:
    """Write ``--learning-rate`` as ``learning_rate``, ``--drop id`` as ``drop=["id"]``; not in a whole command."""
    if re.search(r"\bdlwhy [a-z]", text):
        return text
    # as the shell would read it; a comma or semicolon behind it goes on with the sentence
    word = r"((?:'[^']*'|\"'\"|[^\s'\"(),;]|[,;](?=[^\s)]))+)"
    one = r"--(drop|na|category|number|keep-na-text|keep)"
    text = re.sub(rf"{one} (?!and\b){word}(?: --\1 {word})*", _as_argument, text)
    return re.sub(
        r"(?<![\w-])--([a-z][a-z0-9-]*)", lambda found: _ARGUMENTS.get(found[1], found[1].replace("-", "_")), text
    )


def _as_argument(found: re.Match[str]) -> str:
    try:
        values = shlex.split(found[0])[1::2]
    except ValueError:
        values = [found[2]]
    return f"{found[1].replace('-', '_')}={json.dumps(values, ensure_ascii=False)}"
