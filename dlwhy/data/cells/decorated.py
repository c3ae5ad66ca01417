"""Numbers with something round them: decimal commas, thousands, currency, percent, units, 10k, (5), limits."""

import dataclasses
import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dlwhy.data.dataset import NumberForm

if TYPE_CHECKING:
    import polars as pl

DECIMALS = (".", ",")
THOUSANDS = (",", ".", " ", "'")
_CURRENCY = (
    r"(?i:us|[a-z]{1,2})?\p{Sc}|(?i:usd|eur|gbp|chf|jpy|cny|inr|aud|cad|nzd|sek|nok|dkk|pln|brl|rs\.?|kr\.?|fr\.?)"
)
_AFTER = r"[\p{L}%‰°\p{Sc}][^0-9()@]{0,11}?[23]?"
_DIGITS = r"[0-9](?:[0-9.,'\u2019 ]*[0-9])?[.,]?|[.,][0-9]+"
_SIGNS = r"[-+\u2212\u2013]"
_CELL = (
    rf"^([<>≤≥]=?)? ?(\()? ?({_SIGNS})? ?({_CURRENCY})? ?({_SIGNS})?({_DIGITS})([eE]{_SIGNS}?[0-9]+)? ?"
    rf"({_AFTER})?(\))?([-\u2212\u2013])?$"
)
_LIMIT, _OPEN, _SIGN, _BEFORE, _INNER, _FIGURES, _EXPONENT, _BEHIND, _CLOSE, _LAST = map(str, range(1, 11))
# what is said otherwise for the same, in this order: accounts, '5 of spreadsheets, about 5, footnotes, Fortran, 1,000+
_SAME = (
    (rf"^({_CURRENCY}) ?[-\u2013]$|^[-\u2013] ?({_CURRENCY})$", "${1}${2} 0"),
    (rf"^({_CURRENCY}) ?\((.*)\)$", "(${1}${2})"),
    (r"^'([-+]?(?:[1-9]|0$|0[.,])[0-9.,]*)$", "${1}"),
    (r"^(?:[~\u2248]|(?i:ca\.|approx\.)) ?([-+\u22120-9.,])", "${1}"),
    (r"([0-9)]) ?(?:[*\u2020\u2021]{1,3}|\[[0-9a-z]{1,2}\])$", "${1}"),
    (r"([0-9.,])[dD]([-+][0-9]+)$", "${1}e${2}"),
    (rf"([0-9.,]) ?[x\u00d7\u00b7*] ?10(?:\^|\*\*)\(?({_SIGNS}?[0-9]+)\)?$", "${1}e${2}"),
    (r"^([0-9][0-9.,' ]*[kKM]?) ?\+$", ">=${1}"),
)
# several numbers in a cell: 120/80, 3 x 4, [1, 2], 5'11", 2 years 3 months; 030/123456 and 1a2b are none
_ONE = rf"{_SIGNS}?(?:0|[1-9][0-9]*)(?:[.,][0-9]+)?"
_UNIT, _SHORT = r" ?[\p{L}%]{1,8}", r" ?(?:['\x22\u00b0\u2032\u2033]{1,2}|(?i:ft|lbs?|st|y|yrs?|d|h))"
_JOINT = r"(?:/|x|\u00d7|\*|\u00b1|\+/?-|:|;|,)"
_SEVERAL = (
    rf"^[\[({{]? ?{_ONE}(?: ?{_JOINT} ?{_ONE}){{1,3}} ?[\])}}]?(?:{_UNIT})?$"
    rf"|^{_ONE}(?:(?:{_UNIT},? |{_SHORT},? ?){_ONE}){{1,3}}(?:{_UNIT}|{_SHORT}[\p{{L}}]?)?$"
)
_RANGE = rf"^({_ONE}) ?(?:-|\u2013|to|bis) ?({_ONE})(?:{_UNIT})?$"
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_ADDRESS = rf"^(?:{_BYTE}\.){{3}}{_BYTE}$"
# thousands and more; a number without any may stand beside them
_MULTIPLES = {"k": 3, "K": 3, "M": 6, "Mio": 6, "mn": 6, "B": 9, "bn": 9, "G": 9}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Found:
    """What a column's texts are, read as decorated numbers."""

    forms: tuple[NumberForm, ...] = ()  # readings that are possible and differ; none if the decoration is not one
    limits: bool = False  # whether some say less or more than a limit
    all_limits: bool = False  # whether all do
    n_units: int = 1  # different units


def are_numbers(texts: "pl.Series") -> "pl.Series":
    """Return which texts are numbers, however decorated; of addresses such as 192.168.100.200 none is."""
    found = _parts(texts)[_FIGURES].is_not_null() & ~texts.str.contains("[0-9], [-0-9]")
    return found & False if texts.str.contains(_ADDRESS).all() else found


def hold_several(texts: "pl.Series") -> bool:
    """Return whether more than half of some texts are of several numbers each, such as 120/80 or 10-20."""
    import polars as pl

    bounds = pl.DataFrame({"cell": texts}).select(pl.col("cell").str.extract_groups(_RANGE).struct.unnest())
    low, high = (bounds.to_series(place).str.replace(",", ".").cast(pl.Float64, strict=False) for place in (0, 1))
    ranges = (low < high).fill_null(False)
    found = texts.str.contains(_SEVERAL)
    # codes such as 12-3 do not rise
    found = found | ranges if (ranges == low.is_not_null()).all() else found
    return bool(2 * found.sum() > len(texts))


def find(texts: "pl.Series", *, decimal: str | None = None, thousands: str | None = None) -> Found:
    """Return how texts without repetitions, all of which are numbers, can be read.

    Parameters
    ----------
    texts
        Cleaned cells, each text once.
    decimal, thousands
        What stands before decimals and between thousands, if that is known.

    """
    parts = _parts(texts)
    units = _units(parts)
    limits, all_limits = bool(parts[_LIMIT].is_not_null().any()), bool(parts[_LIMIT].is_not_null().all())
    if units is None or (parts[_OPEN].is_null() != parts[_CLOSE].is_null()).any():
        return Found(limits=limits, all_limits=all_limits, n_units=parts.select(_BEFORE, _BEHIND).n_unique())
    before, after = units
    forms = [
        NumberForm(decimal=mark, thousands=group, before=before, after=after)
        for mark, group in _separators(decimal, thousands)
        if parts[_FIGURES].str.contains(_figures(mark, group)).all()
    ]
    return Found(forms=tuple(_different(texts, forms)), limits=limits, all_limits=all_limits)


def plain(cells: "pl.Series", form: NumberForm) -> "pl.Series":
    """Write decorated numbers plainly, as `NUMBER` has it; what does not fit the form stays as it is."""
    import polars as pl

    columns = pl.DataFrame({"cell": cells}).with_columns(_extracted(pl.col("cell")).struct.unnest())
    figures, behind = pl.col(_FIGURES), pl.col(_BEHIND).fill_null("")
    fits = figures.str.contains(_figures(form.decimal, form.thousands)) & _has_units(form)
    if form.thousands:
        figures = figures.str.replace_all(f"[{_group(form.thousands)}]", "")
    figures = figures.str.replace(form.decimal, ".", literal=True)
    negative = pl.col(_OPEN).is_not_null() | pl.any_horizontal(
        pl.col(name).is_in(["-", "\u2212", "\u2013"]).fill_null(False) for name in (_SIGN, _INNER, _LAST)
    )
    exponent = pl.col(_EXPONENT).str.replace("[\u2212\u2013]", "-").fill_null("")
    if form.after in _MULTIPLES:
        powers = {name: f"e{power}" for name, power in _MULTIPLES.items()}
        exponent = exponent + behind.replace_strict(powers, default="", return_dtype=pl.String)
        fits &= exponent.str.count_matches("e") <= 1
    number = pl.when(negative).then(pl.lit("-")).otherwise(pl.lit("")) + figures + exponent
    if form.censored == "half":
        half = (number.cast(pl.Float64, strict=False) / 2).cast(pl.String)
        number = pl.when(pl.col(_LIMIT).str.contains("[<≤]").fill_null(False)).then(half).otherwise(number)
    elif not form.censored:
        fits &= pl.col(_LIMIT).is_null()
    return (
        columns.select(pl.when(fits.fill_null(False)).then(number).otherwise(pl.col("cell")))
        .to_series()
        .alias(cells.name)
    )


def _parts(texts: "pl.Series") -> "pl.DataFrame":
    import polars as pl

    return pl.DataFrame({"cell": texts}).select(_extracted(pl.col("cell")).struct.unnest())


def _extracted(cells: "pl.Expr") -> "pl.Expr":
    for pattern, same in _SAME:
        cells = cells.str.replace(pattern, same)
    return cells.str.extract_groups(_CELL)


def _units(parts: "pl.DataFrame") -> tuple[str, str] | None:
    """Return what stands before and behind all numbers; None if that differs."""
    before, after = (set(parts[name].unique().to_list()) for name in (_BEFORE, _BEHIND))
    if after <= {*_MULTIPLES, None} and after != {None}:
        behind = next(name for name in _MULTIPLES if name in after)
    else:
        behind = next((name for name in after if name), "")
        # where money is meant, it need not be said each time
        if len(after) > 2 or (len(after) == 2 and not (None in after and _is_currency(behind))):
            return None
    names = before - {None}
    return (next(iter(names), ""), behind) if len(names) <= 1 else None


def _is_currency(unit: str) -> bool:
    import polars as pl

    return bool(pl.Series([unit], dtype=pl.String).str.contains(f"^(?:{_CURRENCY})$").item())


def _has_units(form: NumberForm) -> "pl.Expr":
    """Say whether a cell has the units of a form; of a currency they may be absent, of a multiple be another."""
    import polars as pl

    before, behind = pl.col(_BEFORE).fill_null(""), pl.col(_BEHIND).fill_null("")
    after = (
        ["", *_MULTIPLES]
        if form.after in _MULTIPLES
        else ["", form.after]
        if _is_currency(form.after)
        else [form.after]
    )
    return before.is_in(["", form.before]) & behind.is_in(after)


def _separators(decimal: str | None, thousands: str | None) -> Iterator[tuple[str, str]]:
    groups = (thousands,) if thousands else ("", *THOUSANDS)
    for mark, group in itertools.product((decimal,) if decimal else DECIMALS, groups):
        if mark != group:
            yield mark, group


def _group(thousands: str) -> str:
    return "'\u2019" if thousands == "'" else thousands


def _figures(decimal: str, thousands: str) -> str:
    mark = re.escape(decimal)
    whole = "[0-9]+"
    if thousands:
        group = f"[{_group(thousands)}]"
        # by threes; or as in India, where only the last group has three
        whole += f"|[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+|[1-9][0-9]?(?:{group}[0-9]{{2}})+{group}[0-9]{{3}}"
    return f"^(?:(?:{whole})(?:{mark}[0-9]*)?|{mark}[0-9]+)$"


def _different(texts: "pl.Series", forms: list[NumberForm]) -> Iterator[NumberForm]:
    """Leave out readings that give what another gives; 1.5 is read in only one way, and so is $1,500."""
    import polars as pl

    if any((form.decimal, form.thousands) == (".", "") for form in forms):
        forms = [form for form in forms if (form.decimal, form.thousands) == (".", "")]
    elif any(form.before or _is_currency(form.after) for form in forms):
        # no amount of money has three decimals
        grouped = [form for form in forms if form.thousands and texts.str.contains(f"[{_group(form.thousands)}]").any()]
        forms = grouped or forms
    seen: list[pl.Series] = []
    for form in forms:
        values = plain(texts, dataclasses.replace(form, censored="limit")).cast(pl.Float64, strict=False)
        if not any(values.equals(other) for other in seen):
            seen.append(values)
            yield form
