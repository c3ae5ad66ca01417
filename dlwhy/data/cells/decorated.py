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
# thousands and more; a number without any may stand beside them
_MULTIPLES = {"k": 3, "K": 3, "M": 6, "Mio": 6, "mn": 6, "B": 9, "bn": 9, "G": 9}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Found:
    """What a column's texts are, read as decorated numbers."""

    forms: tuple[NumberForm, ...] = ()  # readings that are possible and differ; none if the decoration is not one
    limits: bool = False  # whether some say less or more than a limit
    n_units: int = 1  # different units


def are_numbers(texts: "pl.Series") -> "pl.Series":
    """Return which texts are numbers, however decorated."""
    return _parts(texts)[_FIGURES].is_not_null()


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
    limits = parts[_LIMIT].is_not_null().any()
    if units is None or (parts[_OPEN].is_null() != parts[_CLOSE].is_null()).any():
        return Found(limits=limits, n_units=parts.select(_BEFORE, _BEHIND).n_unique())
    before, after = units
    forms = [
        NumberForm(decimal=mark, thousands=group, before=before, after=after)
        for mark, group in _separators(decimal, thousands)
        if parts[_FIGURES].str.contains(_figures(mark, group)).all()
    ]
    return Found(forms=tuple(_different(texts, forms)), limits=limits)


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
