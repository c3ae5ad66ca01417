"""Quotes out of place: which can be read in one way only, and are put right, and which are refused."""

import dataclasses
import re

import numpy as np
import numpy.typing as npt

_NEWLINE, _RETURN, _QUOTE = b'\n\r"'

BLANKS = "left out blanks round fields in quotes"
INSIDE = "took quotes inside a field that does not begin with one for text"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Misplaced:
    """The first quote that does not enclose a whole field."""

    position: int
    says: str
    hint: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Requoted:
    """Text whose quotes were put right, and what was done for that, with the byte where it was done first."""

    data: bytes
    done: dict[str, int]


def misplaced(data: bytes, quotes: npt.NDArray[np.intp], delimiter: int) -> Misplaced | None:
    """Return the first quote that leaves open how the text is split; None if each encloses a whole field.

    Parameters
    ----------
    data
        Text that begins with a record.
    quotes
        The places of its quotes.
    delimiter
        What parts its fields.

    """
    if not len(quotes):
        return None
    octets = np.frombuffer(b"\n%b\n\n" % data, np.uint8)  # so that each quote has something round it
    opening, closing = quotes[::2], quotes[1::2]
    before = np.isin(octets[opening], (delimiter, _NEWLINE, _QUOTE), invert=True)
    ended = (octets[closing + 2] == _RETURN) & (octets[closing + 3] == _NEWLINE)
    behind = np.isin(octets[closing + 2], (delimiter, _NEWLINE, _QUOTE), invert=True) & ~ended
    if before.any() and not behind[: before.argmax()].any():
        return Misplaced(
            position=int(opening[before.argmax()]),
            says="a quote inside a field",
            hint='enclose the whole field in quotes, and write "" for each inside',
        )
    if behind.any():
        return Misplaced(
            position=int(opening[behind.argmax()]),
            says="a quote is opened here and not closed where the field ends",
            hint='write "" for each quote inside a field that is enclosed in quotes',
        )
    return None


def requoted(data: bytes, delimiter: str) -> Requoted:
    """Enclose fields with a quote inside, and take the blanks off round fields that are enclosed.

    A quote encloses only where it begins a field: that is how all programs read which let one stand inside at all. A
    field that begins with a quote and goes on behind the next one, as in ``"5" pipe"``, may have been meant in several
    ways and is left as it is.

    Parameters
    ----------
    data
        Text that begins with a record; what is behind its last line is left as it is.
    delimiter
        What parts its fields.

    """
    done: dict[str, int] = {}
    d = re.escape(delimiter)
    field = re.compile(
        rf' *+(?P<quoted>"(?:[^"]++|"")*+") *+(?=[{d}\r\n]|\Z)'  # enclosed
        rf'| *+"(?:[^"]++|"")*+(?:"[^{d}\r\n]*+|\Z)'  # begins with a quote, and is nothing whole
        rf'|(?P<inside>[^"{d}\r\n]++"[^{d}\r\n]*+)'.encode()
    )

    def put_right(found: re.Match[bytes]) -> bytes:
        if found["inside"]:
            done.setdefault(INSIDE, found.start())
            return b'"%b"' % found["inside"].replace(b'"', b'""')
        if found["quoted"] and found["quoted"] != found[0]:
            done.setdefault(BLANKS, found.start())
            return found["quoted"]
        return found[0]

    whole = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
    return Requoted(data=field.sub(put_right, data[:whole]) + data[whole:], done=done)
