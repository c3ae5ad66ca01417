"""All printing: results to stdout, everything for people to stderr."""

import contextlib
import contextvars
import os
import shutil
import sys
import textwrap
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Literal, Self, TextIO

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from dlwhy.cli.options import Common
from dlwhy.errors import DlwhyError, DlwhyNote, DlwhyWarning
from dlwhy.files import write_stdout
from dlwhy.text import display, inert, json_text, unbroken

# characters of a column of words, however narrow the terminal
_FEWEST = 10
# whether commands say what may come next: within a lesson, the lesson does
_HINTS = contextvars.ContextVar("hints", default=True)


@contextlib.contextmanager
def without_hints() -> Iterator[None]:
    """Keep commands from saying what may come next, while the block runs."""
    token = _HINTS.set(False)
    try:
        yield
    finally:
        _HINTS.reset(token)


class Output:
    """Where one command prints.

    Parameters
    ----------
    quiet
        Print nothing on stderr but errors.
    as_json
        The result on stdout is one JSON object, not text for people.

    """

    def __init__(self, *, quiet: bool = False, as_json: bool = False):
        self.quiet = quiet
        self.as_json = as_json
        self.stderr = Console(stderr=True, quiet=quiet, highlight=False, soft_wrap=True)
        if quiet:
            warnings.simplefilter("ignore", DlwhyWarning)

    @classmethod
    def of(cls, options: Common) -> Self:
        """Print as a command's options have it."""
        return cls(quiet=options.quiet, as_json=options.as_json)

    def note(self, text: str) -> None:
        """Print a line for people on stderr, broken between words as `paragraph` is; controls are shown as escapes."""
        self.stderr.print(Text(_flowing(inert(text), sys.stderr)))

    def next(self, text: str) -> None:
        """Say in a line what may be done next: to people at a terminal, nowhere else."""
        if not self.as_json and _is_terminal(sys.stderr) and _HINTS.get():
            self.note(f"next: {text}")

    def text(self, text: str) -> None:
        """Print text on stdout, with a newline behind it; what a terminal would obey in it is shown as an escape."""
        write_stdout(f"{inert(text)}\n".encode(errors="backslashreplace"))

    def paragraph(self, text: str, *, indent: str = "", to_read: bool = False) -> None:
        """Print text on stdout: on a terminal words are not cut at its edge, in a file it is one line, for `grep`.

        Who sets COLUMNS has lines so wide in a file, too; text that is there `to_read`, such as an explanation, has
        lines of 80 there if COLUMNS is not set.
        """
        self.text(_filled(text, indent) if to_read else _flowing(text, sys.stdout, indent))

    def sentence(self, text: str) -> None:
        """Print words on stdout in lines as wide as a table may be, in its encoding."""
        lines = inert(_folded(text, self.width))
        write_stdout(f"{lines}\n".encode(sys.stdout.encoding or "utf-8", errors="backslashreplace"))

    def item(self, text: str) -> None:
        """Print one item of a list."""
        self.paragraph(f"- {text}", indent="  ")

    def json(self, value: Any) -> None:
        """Print a JSON object on stdout; numbers that are not finite become null."""
        write_stdout(json_text(value).encode())

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "") -> None:
        """Print a table for people on stdout; columns whose name starts with ">" are aligned to the right."""
        # light, so that numbers stand out: a line below the names and nothing else
        table = Table(
            title=Text(inert(title)) if title else None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
        )
        for column in columns:
            justify: Literal["left", "right"] = "right" if column.startswith(">") else "left"
            name, is_number = Text(inert(column.removeprefix(">"))), justify == "right"
            table.add_column(name, justify=justify, overflow="fold", no_wrap=is_number)
        shown = [[inert(cell) for cell in row] for row in rows]
        for row in shown:
            table.add_row(*map(Text, row))
        console = Console(highlight=False)
        console.width = max(console.width, _narrowest(columns, shown))
        with console.capture() as captured:
            console.print(table)
        lines = "\n".join(line.rstrip() for line in captured.get().splitlines()).strip("\n")
        write_stdout(f"{lines}\n\n".encode(sys.stdout.encoding or "utf-8", errors="backslashreplace"))

    def drawn(self, draw: Callable[[Console], Text]) -> None:
        """Print a drawing on stdout, as large and as colourful as what a console shows there."""
        console = Console(highlight=False)
        with console.capture() as captured:
            console.print(draw(console), no_wrap=True, overflow="crop")
        write_stdout(captured.get().encode(sys.stdout.encoding or "utf-8", errors="backslashreplace"))

    @property
    def width(self) -> int:
        """Give how many characters a table on stdout may be wide."""
        return Console().width

    @contextlib.contextmanager
    def progress(self, *columns: Any) -> Iterator[Progress | None]:
        """Show a Rich progress bar while the block runs, or give None where no bar belongs (no terminal, quiet)."""
        # not Rich's own idea of a terminal: FORCE_COLOR makes it draw bars into files
        if self.quiet or self.stderr.is_dumb_terminal or not sys.stderr.isatty():
            yield None
            return
        with Progress(*columns, console=self.stderr, transient=False, expand=True) as bar:
            yield bar

    def steps(self, total: int) -> Callable[[int, str], None]:
        """Give a function of (work done, text) that notes the text each time another tenth of `total` is done.

        It stands in for the progress bar where `progress` gives None.
        """
        told = 0

        def tell(done: int, text: str) -> None:
            nonlocal told
            tenths = done * 10 // max(total, 1)
            if tenths > told:
                told = tenths
                self.note(text)

        return tell


def show_warnings() -> None:
    """Show each `DlwhyWarning` as one line on stderr, once, and no warning of a library."""
    told: set[str] = set()

    def show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        if issubclass(category, DlwhyWarning) and str(message) not in told:
            told.add(str(message))
            kind = "note" if issubclass(category, DlwhyNote) else "warning"
            text = _on_terminal(f"dlwhy: {kind}: {message}", sys.stderr)
            Console(stderr=True, highlight=False, soft_wrap=True).print(Text(text))

    warnings.showwarning = show
    warnings.simplefilter("ignore")
    warnings.simplefilter("always", DlwhyWarning)


def show_error(error: DlwhyError) -> None:
    """Print an error as one line on stderr."""
    _to_stderr(_on_terminal(" ".join(f"dlwhy: error: {error}".splitlines()), sys.stderr))


def show_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print the traceback of a bug on stderr, with nothing in it that a terminal would obey; for `sys.excepthook`."""
    for line in "".join(traceback.format_exception(kind, error, trace)).splitlines():
        _to_stderr(display(line, 1000))
    _to_stderr("dlwhy: this is a bug of dlwhy's, not of your input; please report it")


def flush() -> None:
    """Write out what is still held back of stdout and stderr."""
    for stream in (sys.stderr, sys.stdout):
        if stream is not None:
            stream.flush()


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _on_terminal(text: str, stream: TextIO | None, indent: str = "") -> str:
    """Break a text between words, if it goes to a terminal."""
    return _filled(text, indent) if _is_terminal(stream) else text


def _flowing(text: str, stream: TextIO | None, indent: str = "") -> str:
    """Break a text between words, if it goes to a terminal, or the user has said how wide lines are."""
    wide = os.environ.get("COLUMNS", "")
    return _filled(text, indent) if wide.isdecimal() and int(wide) else _on_terminal(text, stream, indent)


def _filled(text: str, indent: str) -> str:
    width = shutil.get_terminal_size().columns
    return _folded(text, width, subsequent_indent=indent, break_long_words=False)


def _folded(text: str, width: int, **how: Any) -> str:
    """Break a text into lines between words, but not before the sign that belongs to a number."""
    return textwrap.fill(unbroken(text), width, break_on_hyphens=False, **how).replace("\N{NO-BREAK SPACE}%", " %")


def _to_stderr(line: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def _narrowest(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return how wide a table must be at least: numbers are not cut, and a column of words is still seen."""
    needed = 3 * len(columns)
    for place, column in enumerate(columns):
        texts = [column.removeprefix(">"), *(row[place] for row in rows)]
        longest = max(cell_len(line) for text in texts for line in text.split("\n"))
        needed += longest if column.startswith(">") else min(longest, _FEWEST)
    return needed
