"""What a user may say of a file, where that is not left to its bytes; and on which lines its rows stand."""

import codecs
import contextlib
import dataclasses
from typing import Literal

import numpy as np
import numpy.typing as npt

from dlwhy.errors import UsageError, check_one_of
from dlwhy.text import display

Format = Literal["csv", "tsv", "parquet", "json", "jsonl"]
FORMATS: tuple[Format, ...] = ("csv", "tsv", "parquet", "json", "jsonl")
_DELIMITERS = {"tab": "\t", "\\t": "\t", "blank": " ", "comma": ",", "semicolon": ";", "pipe": "|"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Form:
    """How a file is read; what is None is recognised.

    Parameters
    ----------
    format
        One of `FORMATS`.
    delimiter
        What stands between two fields of a text: one ASCII character, or ``tab``, or ``blank`` for any number of them.
    encoding
        The encoding of a text, by a name that Python knows.
    header
        Whether the first line of a text holds the names of the columns; without, they are called ``column 1`` and so
        on.

    """

    format: Format | None = None
    delimiter: str | None = None
    encoding: str | None = None
    header: bool | None = None

    def __post_init__(self) -> None:
        if self.format is not None:
            check_one_of("--format", self.format, FORMATS)
        if self.delimiter is not None:
            object.__setattr__(self, "delimiter", _DELIMITERS.get(self.delimiter.lower(), self.delimiter))
            _check_delimiter(str(self.delimiter))
        if self.encoding is not None:
            object.__setattr__(self, "encoding", _known_encoding(self.encoding))


FORM_NAMES = frozenset(field.name for field in dataclasses.fields(Form))


@dataclasses.dataclass(frozen=True)
class Lines:
    """The lines of a file on which its rows stand, as an editor counts them; filled in while they are read."""

    first_rows: list[int] = dataclasses.field(default_factory=lambda: [0])  # of each piece; the last: of the next one
    pieces: list[int | npt.NDArray[np.intp]] = dataclasses.field(default_factory=list)  # the lines, or the first

    def add(self, n_rows: int, lines: int | npt.NDArray[np.intp]) -> None:
        """Take up the lines of the next rows: of each, or of the first if no other line is between them."""
        self.first_rows.append(self.first_rows[-1] + n_rows)
        self.pieces.append(lines)

    def of(self, row: int) -> int:
        """Return the line of a row, which is counted from 0; of those that were never read, the row."""
        piece = int(np.searchsorted(self.first_rows, row, side="right")) - 1
        if piece >= len(self.pieces):
            return row + 1
        lines, place = self.pieces[piece], row - self.first_rows[piece]
        return lines + place if isinstance(lines, int) else int(lines[place])


def _check_delimiter(delimiter: str) -> None:
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter.isalnum() or delimiter in '"\r\n\0.-+_':
        raise UsageError(
            f"--delimiter must be one character such as ; or |, or tab or blank (got {display(repr(delimiter), 20)})"
        )


def _known_encoding(name: str) -> str:
    with contextlib.suppress(LookupError, ValueError):
        known = codecs.lookup(name).name
        # neither bytes to bytes nor something that is no encoding of texts
        if "a,1\n".encode(known).decode(known) == "a,1\n" and known not in ("idna", "punycode", "utf-7"):
            return known
    raise UsageError(
        f"--encoding: no encoding {display(name, 40)}", "such as utf-8, cp1252, latin-1, gbk, shift-jis, utf-16"
    )
