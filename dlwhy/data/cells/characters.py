"""Characters that mean the same made the same: blanks, letters that are composed or not, digits of other scripts."""

import functools
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_BLANK, _NOTHING = "[\u00a0\u2007\u2009\u202f]", "[\u200b\u2060\ufeff]"
# marks of numbers that go with the digits: decimals, thousands, signs and percent, as in Japan and in Arabic
_MARKS = {
    **dict(zip("\uff0e\uff0c\uff0b\uff0d\uff05", ".,+-%", strict=True)),
    **dict(zip("\u066a\u066b\u066c", "%.,", strict=True)),
}
_FOREIGN = rf"^[\p{{Nd}}\p{{Sc}}\s.,+%\u2212-{''.join(_MARKS)}]+$"
# what is written for spreadsheets, so that they keep a number as it is: ="007"
_LAST_DIGIT = 0x1FBF9
_PROTECTED = r"^=\x22([^\x22]*)\x22$"
# in polars' regular expressions: a cell that `same` may change
UNCLEAN = r"^\s|\s$|[^\x00-\x7f]|^=\x22"


def same(cells: "pl.Expr") -> "pl.Expr":
    """Write cells without white space round them, composed (NFC), numbers with the digits of ASCII.

    Digits of other scripts are those of a number only where nothing but a number is in the cell.
    """
    import polars as pl

    cells = cells.str.normalize("NFC").str.replace_all(_BLANK, " ").str.replace_all(_NOTHING, "").str.strip_chars()
    cells = cells.str.replace(_PROTECTED, "${1}")
    foreign = cells.str.contains(_FOREIGN) & cells.str.contains(r"[^\x00-\x7f]")
    return pl.when(foreign).then(cells.str.replace_many(_digits())).otherwise(cells)


def same_name(name: str) -> str:
    """Write the name of a column as `same` writes a cell, but for digits."""
    return re.sub(_NOTHING, "", re.sub(_BLANK, " ", unicodedata.normalize("NFC", name))).strip()


@functools.cache
def _digits() -> dict[str, str]:
    """Return the digit that each one of another script is."""
    every = map(chr, range(128, _LAST_DIGIT + 1))  # of all characters it would take half a second
    return {one: str(unicodedata.decimal(one)) for one in every if one.isdecimal()} | _MARKS
