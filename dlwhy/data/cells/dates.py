"""Dates, times and durations in their usual forms: recognized, and taken apart into numbers."""

import re
from typing import TYPE_CHECKING

from dlwhy.data.dataset import DatePart

if TYPE_CHECKING:
    import polars as pl

# the beginnings of the names of months in English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Russian
_MONTHS = (
    "jan|gen|ene|stycz|янв",
    "feb|fév|fev|lut|фев",
    "mar|mär|maer|mrz|mrt|maa|мар",
    "apr|avr|abr|kwie|апр",
    "may|mai|mag|mei|maj|май|мая",
    "jun|juin|giu|czerw|июн",
    "jul|juil|lug|lip|июл",
    "aug|aoû|aou|ago|sierp|авг",
    "sep|set|wrze|сен",
    "oct|okt|ott|out|paźdz|окт",
    "nov|listop|ноя",
    "dec|dez|déc|dic|grud|дек",
)
_DAY_NAME = r"^(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)(?:[a-zäé]*)\.?,? +"
_LETTERS = r"\p{L}{2}"  # a name has more than T and Z
_YEAR = r"(?P<year>(?:1[5-9]|2[01])[0-9]{2})"
_SHORT_YEAR = r"(?P<year>(?:(?:1[5-9]|2[01])[0-9]{2})|'?[0-9]{2})"
_MONTH, _DAY, _NAMED = r"(?P<month>[0-9]{1,2})", r"(?P<day>[0-9]{1,2})", r"m(?P<month>[0-9]{2})"
_NTH = rf"{_DAY}(?:st|nd|rd|th|\.|er|º)?"
_CLOCK = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}(?:[.,][0-9]+)?))?"
    r" ?(?P<half>[ap]\.?m\.?)?"
)
_HOUR = r"(?P<hour>[0-9]{1,2}) ?(?P<half>[ap]\.?m\.?)"
_ZONE = r"(?: ?(?:z|utc|gmt|[+-][0-9]{2}:?(?:[0-9]{2})?|[a-z]{3,4}|[a-z]+/[a-z_]+))?"
_TIME = rf"(?:(?:t| +|, *| at ){_CLOCK}{_ZONE})?"
_POINTS = r"(?P<hour>[0-9]{1,2})\.(?P<minute>[0-9]{2})\.(?P<second>[0-9]{2}(?:\.[0-9]+)?)"
_SPAN = r"(?:(?P<days>[0-9]+) ?(?:days?|d|tage?|jours?),? ?)?"
# in this order; a form is one that all cells have
FORMS = {
    "iso": rf"{_YEAR}[-/.]{_MONTH}[-/.]{_DAY}{_TIME}",
    "compact": rf"{_YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})"
    r"(?:t?(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})?z?)?",
    "iso, blanks": rf"{_YEAR}\.? {_MONTH}\.? {_DAY}\.?",
    "day-first": rf"{_DAY}[-/.]{_MONTH}[-/.]{_SHORT_YEAR}{_TIME}",
    "month-first": rf"{_MONTH}[-/.]{_DAY}[-/.]{_SHORT_YEAR}{_TIME}",
    "month": rf"{_YEAR}[-/.]{_MONTH}",
    "year named month": rf"{_YEAR}[-/. ]{_NAMED}",
    "month year": rf"{_MONTH}[-/]{_YEAR}",
    "week": rf"{_YEAR}[- ]?w(?P<week>[0-9]{{1,2}})(?:-?(?P<weekday>[1-7]))?",
    "quarter": rf"{_YEAR}[- ]?q(?P<quarter>[1-4])",
    "week year": rf"(?:kw|week|wk|w)\.? ?(?P<week>[0-9]{{1,2}})[-/., ]+{_YEAR}",
    "quarter year": rf"q(?P<quarter>[1-4])[-/., ]*{_YEAR}",
    "signs": rf"{_YEAR}年{_MONTH}月{_DAY}日",
    "day named month": rf"{_NTH}[-/. ]*{_NAMED}",
    "server": rf"{_DAY}/{_NAMED}/{_YEAR}:{_CLOCK}{_ZONE}",
    "clock year": rf"{_NAMED} +{_DAY} +{_CLOCK}{_ZONE} +{_YEAR}",
    "points": rf"{_DAY}-{_NAMED}-{_SHORT_YEAR} {_POINTS} ?(?P<half>[ap]m)",
    "day named month year": rf"{_NTH}(?: of)?[-/., ]*{_NAMED}[-/., ]*{_SHORT_YEAR}{_TIME}",
    "named month day year": rf"{_NAMED}[-/., ]*{_NTH}[-/., ]+{_SHORT_YEAR}{_TIME}",
    "year named month day": rf"{_YEAR}[-/., ]*{_NAMED}[-/., ]*{_DAY}{_TIME}",
    "named month year": rf"{_NAMED}[-/., ]*{_SHORT_YEAR}",
    "clock": rf"{_CLOCK}{_ZONE}",
    "hour": _HOUR,
    "uhr": r"(?P<hour>[0-9]{1,2})[.:](?P<minute>[0-9]{2}) ?uhr",
    "span": rf"[+-]?{_SPAN}(?P<hours>[0-9]+):(?P<minutes>[0-9]{{2}})(?::(?P<seconds>[0-9]{{2}}(?:\.[0-9]+)?))?",
    "words": rf"{_SPAN}(?:(?P<hours>[0-9]+) ?(?:h|hrs?|hours?|std\.?) ?)"
    r"(?:(?P<minutes>[0-9]+) ?(?:m|mins?|minutes?)? ?)?(?:(?P<seconds>[0-9.]+) ?(?:s|secs?|seconds?))?",
    "minutes": r"(?P<minutes>[0-9]+) ?(?:m|mins?|minutes?) ?(?P<seconds>[0-9.]+) ?(?:s|secs?|seconds?)",
    "iso span": r"p(?:(?P<days>[0-9]+)d)?"
    r"(?:t(?:(?P<hours>[0-9]+)h)?(?:(?P<minutes>[0-9]+)m)?(?:(?P<seconds>[0-9.]+)s)?)?",
}
_ANY = re.sub(r"\?P<\w+>", "?:", "^(?:" + "|".join(f"(?:{form})" for form in FORMS.values()) + ")$")
_PLAIN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[t ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)?$"
_COMPACT = r"^(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_COMPACT += r"(?:(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9])?$"
_EPOCH = r"^(?:9[5-9][0-9]{7}|1[0-9]{9}|20[0-9]{8})(?:[0-9]{3}){0,2}(?:\.[0-9]+)?$"
_LOOKED_AT = 100
_SPANS, _CLOCKS = ("span", "words", "minutes", "iso span"), ("clock", "hour", "uhr")
_SPANS_SECONDS = {"days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}
PARTS = ("year", "month", "weekday", "hour", "days")


def are_dates(texts: "pl.Series") -> bool:
    """Return whether more than half of some texts without repetitions are dates, times or durations."""
    first = texts.head(_LOOKED_AT)
    # of free text, most of which has no date at all, a look at some is enough
    return _most(first) and (len(texts) == len(first) or _most(texts))


def _most(texts: "pl.Series") -> bool:
    dates = texts.str.contains("[0-9]") & normal(texts).str.contains(_ANY)
    return bool(2 * dates.sum() > len(texts))


def as_numbers(cells: "pl.Series") -> str | None:
    """Return whether cells that are all numbers are dates like 20200105, or seconds since 1970; None if neither."""
    for form, pattern in (("compact", _COMPACT), ("epoch", _EPOCH)):
        present = cells.drop_nulls()
        if present.head(_LOOKED_AT).str.contains(pattern).all() and present.str.contains(pattern).all():
            return form if present.head(_LOOKED_AT).n_unique() > 1 else None
    return None


def suspects(frame: "pl.DataFrame") -> list[bool]:
    """Return for each column of numbers whether `as_numbers` is worth a look; one call for all."""
    import polars as pl

    first = pl.all().drop_nulls().head(_LOOKED_AT)
    return list(frame.select(first.str.contains(_COMPACT).all() | first.str.contains(_EPOCH).all()).row(0))


def normal(cells: "pl.Series") -> "pl.Series":
    """Write texts in small letters, without names of days, and with numbers for names of months: 5 m01 20."""
    texts = cells.str.to_lowercase()
    if not texts.str.contains(_LETTERS).any():
        return texts
    texts = texts.str.replace(_DAY_NAME, "")
    for number, names in enumerate(_MONTHS, start=1):
        texts = texts.str.replace(rf"(^|[^\p{{L}}])(?:{names})\p{{L}}*\.?", f"${{1}}m{number:02}")
    return texts


def forms(cells: "pl.Series") -> list[str]:
    """Return the forms that all cells without gaps have: day and month may stand in either order."""
    texts = normal(cells.unique())
    return [name for name in likely(texts.head(1)) if moments(texts, name).is_not_null().all()]


def likely(texts: "pl.Series") -> list[str]:
    """Return the forms that one at least of a few normal texts looks like: all that `moments` may find in them."""
    looks = texts.drop_nulls().to_list()
    # Python's expressions are made once; Polars makes its own anew in each call, which takes longer than to use them
    return [name for name, form in FORMS.items() if any(re.fullmatch(form, text) for text in looks)]


def parts_of(cells: "pl.Series", form: str) -> list[DatePart]:
    """Return the parts of dates without gaps that are not the same everywhere, and the time since the first."""
    if form in _SPANS:
        return [DatePart(of=cells.name, form=form, part="days")]
    if form in _CLOCKS:
        return [DatePart(of=cells.name, form=form, part="hour")]
    found = moments(normal(cells), form)
    first = str(found.min())
    parts = [DatePart(of=cells.name, form=form, part=part, first=first) for part in PARTS]
    return [part for part in parts if part.part == "days" or _part(found, cells, part).n_unique() > 1]


def part_of(cells: "pl.Series", part: DatePart) -> "pl.Series":
    """Return a part of each date as the text of a number; what has another form stays as it is."""
    return _part(moments(normal(cells), part.form), cells, part)


def _part(found: "pl.Series", cells: "pl.Series", part: DatePart) -> "pl.Series":
    """Return a part of moments that were found in cells; see `part_of`."""
    import polars as pl

    if part.part == "days":
        since = found if part.form in _SPANS else found - pl.Series([part.first]).str.to_datetime()[0]
        values = since.dt.total_microseconds() / 86_400_000_000
    elif part.part == "hour":
        values = (found.dt.hour().cast(pl.Float64) * 3600 + found.dt.minute() * 60.0 + found.dt.second()) / 3600
    else:
        values = getattr(found.dt, part.part)()
    texts = values.cast(pl.Float64).cast(pl.String).str.strip_suffix(".0")
    return pl.select(pl.coalesce(texts, cells).alias(cells.name)).to_series()


def shown(cells: "pl.Series", form: str) -> str:
    """Write the first of some dates for people."""
    return str(moments(normal(cells), form)[0])


def moments(texts: "pl.Series", form: str) -> "pl.Series":
    """Return the moment, or for a span the duration, of each normal text; null where it has none of that form.

    Time zones are not looked at.
    """
    import polars as pl

    if form == "epoch":
        numbers = texts.cast(pl.Float64, strict=False)
        small = pl.when(numbers > 1e11).then(numbers).otherwise(numbers * 1000)
        milliseconds = pl.select(pl.when(numbers > 1e14).then(numbers / 1000).otherwise(small)).to_series()
        return milliseconds.cast(pl.Int64).cast(pl.Datetime("ms"))
    if form == "iso" and texts.str.contains(_PLAIN).all():
        return _plain_moments(texts)
    groups = pl.DataFrame({"text": texts}).select(
        pl.col("text").str.extract_groups(f"^(?:{FORMS[form]})$").struct.unnest()
    )

    def number(name: str, default: int) -> "pl.Expr":
        if name not in groups.columns:
            return pl.lit(default, pl.Float64)
        return pl.col(name).str.replace(",", ".").str.strip_prefix("'").cast(pl.Float64, strict=False)

    there = pl.any_horizontal(pl.all().is_not_null())
    if form in _SPANS:
        seconds = pl.sum_horizontal(number(name, 0).fill_null(0) * size for name, size in _SPANS_SECONDS.items())
        span = (seconds * 1e6).round().cast(pl.Int64).cast(pl.Duration("us"))
        return groups.select(pl.when(there).then(span)).to_series()
    half = pl.col("half").str.slice(0, 1) if "half" in groups.columns else pl.lit(None, pl.String)
    hour = number("hour", 0).fill_null(0)
    hour = pl.when(half == "p").then(hour % 12 + 12).when(half == "a").then(hour % 12).otherwise(hour)
    year = number("year", 1970)
    year = pl.when(year < 69).then(year + 2000).when(year < 100).then(year + 1900).otherwise(year)
    month = number("month", 1) if "quarter" not in groups.columns else number("quarter", 1) * 3 - 2
    later = pl.duration(hours=hour, minutes=number("minute", 0).fill_null(0)) + pl.duration(
        microseconds=(number("second", 0).fill_null(0) * 1e6).round().cast(pl.Int64)
    )
    good = there & month.is_between(1, 12) & (hour < 24) & (number("minute", 0).fill_null(0) < 60)
    good &= number("day", 1).is_between(
        1, pl.date(pl.when(good).then(year), pl.when(good).then(month), 1).dt.month_end().dt.day()
    )
    day = pl.datetime(*(pl.when(good).then(value).cast(pl.Int32) for value in (year, month, number("day", 1))))
    if "week" in groups.columns:
        fourth = pl.datetime(year.cast(pl.Int32), 1, 4)
        weeks = number("week", 1) * 7 - 7 - fourth.dt.weekday() + number("weekday", 1).fill_null(1)
        good &= number("week", 1).is_between(1, 53)
        day = fourth + pl.duration(days=weeks)
    return groups.select(pl.when(good).then((day + later).cast(pl.Datetime("us")))).to_series()


def _plain_moments(texts: "pl.Series") -> "pl.Series":
    """Return what `moments` does for ISO as it is mostly written, in a tenth of the time."""
    whole = texts.str.replace("t", " ", literal=True).str.replace("^(.{10})$", "${1} 00:00:00")
    whole = whole.str.replace("^(.{16})$", "${1}:00")
    return whole.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
