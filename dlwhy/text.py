"""How foreign text and numbers leave us: shown on a terminal, put into a spreadsheet, written as JSON."""

import difflib
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# a number, in Python's regular expressions and in those of Polars
NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
# how text begins that a spreadsheet would run
FORMULA = r"^[=+\-@\t\r]"
# all but the line ends and tabs that a cell of a table may well hold
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
# controls, formatting marks (bidi, zero-width, tags), surrogates, line and paragraph separators
_UNSAFE_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")
# letters that are drawn as nothing
_FILLERS = "\u115f\u1160\u3164\uffa0"


def display(text: object, limit: int = 60) -> str:
    r"""Make foreign text safe to print: nothing in it reaches a terminal as a control, at most `limit` characters.

    Control characters, bidi and zero-width marks and lone surrogates are shown as ``\x1b`` or ``\u202e``. What is cut
    off is shown as ``…``.
    """
    pieces = [_shown(character) for character in str(text)[: limit + 1]]
    length = sum(map(len, pieces))
    if length > limit:
        while pieces and length >= limit:  # whole escapes go, half an escape would be another one
            length -= len(pieces.pop())
        pieces.append("…")
    return "".join(pieces)


def listed(names: Sequence[str], most: int = 10) -> str:
    """List some names for a message."""
    return ", ".join(display(name) for name in names[:most]) + (f", … ({len(names)})" if len(names) > most else "")


def some(texts: Sequence[str], most: int, more: str = "more") -> str:
    """List the first of some texts, and say how many more there are."""
    return ", ".join(texts[:most]) + (f" and {len(texts) - most} {more}" if len(texts) > most else "")


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Hint at the name that a misspelt one may have meant; empty if none is near."""
    near = difflib.get_close_matches(name, list(known), 1, cutoff)
    return f"did you mean {display(near[0])}?" if near else ""


def meant(name: str, known: Sequence[str], *, most: int = 20) -> str:
    """Hint at the name that a misspelt one may have meant, else at all that there are."""
    return nearest(name, known) or f"there is {listed(known, most)}"


def counted(number: int, what: str) -> str:
    """Write ``1 row``, ``2 rows``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def inert(text: str) -> str:
    """Show what a terminal would obey as escapes, whatever the length; the lines stay."""
    return "\n".join(display(line, 10 * len(line)) for line in text.split("\n"))


def without_controls(cell: str) -> str:
    """Show the control characters of a table's cell as escapes."""
    return re.sub(CONTROL, lambda match: display(match[0]), cell)


def protected(cell: str) -> str:
    """Put a ' before text that a spreadsheet would take for a formula; `unprotected` takes it off again."""
    return f"'{cell}" if _is_formula(cell) else cell


def unprotected(cell: str) -> str:
    """Take off what `protected` has put before a text."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell[1:]) else cell


def number(value: float | None, sign: str = "") -> str:
    """Give a metric with four decimals, or, where these would say nothing or far too much, with four or five digits.

    Parameters
    ----------
    value
        The metric; None is shown as ``none``.
    sign
        ``+`` to show the sign of a positive value, too.

    """
    if value is None:
        return "none"
    size = abs(value)
    if size != 0 and not 0.001 <= size < 1e7:
        return format(value, f"{sign}.4g")
    # 218422 is read more easily than 2.184e+05, 239.8 than 239.8000
    decimals = 4 - sum(size >= bound for bound in (10, 100, 1000, 10_000))
    return format(value, f"{sign}.{decimals}f")


def finite(value: float) -> float | None:
    """Give a number that JSON has, or None."""
    return float(value) if math.isfinite(value) else None


def plain(value: Any) -> Any:
    """Give a value as it comes back from JSON: lists for tuples, texts for keys, None for what is not finite."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return finite(value) if isinstance(value, float) else value


def json_text(value: Any, indent: int | None = 2) -> str:
    """Give a value as JSON with a newline behind it; numbers that are not finite become null.

    Everything outside ASCII is escaped, so that no name in it reaches a terminal as a control.
    """
    return json.dumps(plain(value), indent=indent, allow_nan=False) + "\n"


def _is_formula(cell: str) -> bool:
    # behind any ' of its own, or text that looks protected already would come back without it
    return bool(re.match(FORMULA, cell.lstrip("'"))) and not re.match(NUMBER, cell)


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE_CATEGORIES and character not in _FILLERS:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def unbroken(text: str) -> str:
    """Keep each number and its percent sign in one line; not for what is copied, such as a command."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")
