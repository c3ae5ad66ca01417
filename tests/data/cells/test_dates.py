"""Dates in their usual forms are seen, and taken apart into the numbers that they mean."""

import polars as pl
import pytest

from dlwhy.data.cells import dates
from dlwhy.data.cells.dates import are_dates, as_numbers, forms, likely, moments, normal, part_of, parts_of

# (year, month, weekday, hour) of the first
FORMS = {
    "2020-02-11": (2020, 2, 2, 0),
    "2020/2/11": (2020, 2, 2, 0),
    "2020-02-11T13:30:00+01:00": (2020, 2, 2, 13.5),
    "2020-02-11 13:30:00.25Z": (2020, 2, 2, 13.5),
    "11.02.2020": (2020, 2, 2, 0),
    "13/02/20": (2020, 2, 4, 0),
    "02/13/2020 1:30 PM": (2020, 2, 4, 13.5),
    "Feb 11, 2020": (2020, 2, 2, 0),
    "February 11th 2020": (2020, 2, 2, 0),
    "11-Feb-20": (2020, 2, 2, 0),
    "11-FEB-1999": (1999, 2, 4, 0),
    "2020/Feb/11": (2020, 2, 2, 0),
    "Tuesday, 11 February 2020": (2020, 2, 2, 0),
    "Tue, 11 Feb 2020 10:00:00 GMT": (2020, 2, 2, 10),
    "11. März 2020": (2020, 3, 3, 0),
    "11 février 2020": (2020, 2, 2, 0),
    "11 de mayo 2020": None,
    "11 февр. 2020": (2020, 2, 2, 0),
    "11 lutego 2020": (2020, 2, 2, 0),
    "2020. 02. 11.": (2020, 2, 2, 0),
    "2020 2 11": (2020, 2, 2, 0),
    "2020年2月11日": (2020, 2, 2, 0),
    "11/Feb/2020:13:30:00 +0100": (2020, 2, 2, 13.5),
    "Tue Feb 11 13:30:00 2020": (2020, 2, 2, 13.5),
    "Tue Feb 11 13:30:00 +0000 2020": (2020, 2, 2, 13.5),
    "11-Feb-20 01.30.00.000000 PM": (2020, 2, 2, 13.5),
    "2020-02-11 13:30:00 Europe/Berlin": (2020, 2, 2, 13.5),
    "KW 07/2020": (2020, 2, 1, 0),
    "Week 7 2020": (2020, 2, 1, 0),
    "Q2 2020": (2020, 4, 3, 0),
    "11-Feb": (1970, 2, 3, 0),
    "20200211133000": (2020, 2, 2, 13.5),
    "2020-02": (2020, 2, 6, 0),
    "02/2020": (2020, 2, 6, 0),
    "Feb 2020": (2020, 2, 6, 0),
    "2020-W07": (2020, 2, 1, 0),
    "2020-W07-3": (2020, 2, 3, 0),
    "2020Q2": (2020, 4, 3, 0),
    "20200211": (2020, 2, 2, 0),
    "20200211T1030": (2020, 2, 2, 10.5),
}


def test_no_form_is_overlooked_by_its_looks():
    texts = normal(
        pl.Series([*FORMS, "12:30 PM", "2h 30m", "PT5M", "1 day 02:00:00", "3 a.m.", "2.30 Uhr", "2020-13-40", ""])
    )
    found = {form for form in dates.FORMS if moments(texts, form).is_not_null().any()}
    assert found <= {*likely(texts)}
    assert len(found) > 20


@pytest.mark.parametrize("text", [text for text, parts in FORMS.items() if parts])
def test_dates_are_seen_and_taken_apart(text):
    cells = pl.Series("since", [text])
    form = forms(cells)[0]
    parts = {part.part: part for part in parts_of(pl.concat([cells, cells]), form)}["days"]

    assert are_dates(cells)
    found = [
        float(part_of(cells, type(parts)(of="since", form=form, part=name, first=parts.first))[0])
        for name in ("year", "month", "weekday", "hour")
    ]
    assert tuple(found) == FORMS[text]
    assert part_of(cells, parts).to_list() == ["0"]


@pytest.mark.parametrize(
    ("texts", "hours"),
    [
        (["12:30 PM", "1:05 AM", "12:15 am"], [12.5, 1 + 1 / 12, 0.25]),
        (["02:30", "15:45"], [2.5, 15.75]),
        (["2.30 Uhr", "15:45 Uhr"], [2.5, 15.75]),
        (["3 PM", "3 a.m."], [15, 3]),
        (["1 day 02:00:00", "3 days, 00:30:00", "00:15:00"], [26, 72.5, 0.25]),
        (["30:15:00", "1:00"], [30.25, 1]),
        (["PT5M", "P1DT2H"], [1 / 12, 26]),
        (["2h 30m", "1 hour"], [2.5, 1]),
    ],
)
def test_clocks_and_durations(texts, hours):
    cells = pl.Series("t", texts)
    (part,) = parts_of(cells, forms(cells)[0])

    found = [float(text) * (24 if part.part == "days" else 1) for text in part_of(cells, part)]

    assert are_dates(cells)
    assert found == pytest.approx(hours)


@pytest.mark.parametrize(
    "texts",
    [
        ["Mon", "Tue"],
        ["Jan", "Feb"],
        ["red"],
        ["may 5"],
        ["1-2"],
        ["p", "q"],
        ["3+"],
        ["10.5"],
        ["A-2020-1"],
        ["1/2"],
        ["S"],
    ],
)
def test_what_is_no_date(texts):
    assert not are_dates(pl.Series(texts))


def test_day_and_month_may_stand_in_either_order():
    assert forms(pl.Series(["1/2/03", "3/4/05"])) == ["day-first", "month-first"]
    assert forms(pl.Series(["1/2/2003", "13/4/2005"])) == ["day-first"]
    assert forms(pl.Series(["1/2/2003", "3/14/2005"])) == ["month-first"]
    assert forms(pl.Series(["31/2/2003"])) == []
    assert forms(pl.Series(["2020-01-01", "1/2/2020"])) == []


def test_numbers_that_are_dates():
    assert as_numbers(pl.Series(["20200105", None, "20191231"])) == "compact"
    assert as_numbers(pl.Series(["1577836800", "1577836900.5"])) == "epoch"
    assert as_numbers(pl.Series(["1577836800000", "1577836900123"])) == "epoch"
    assert as_numbers(pl.Series(["20201305", "20191231"])) is None
    assert as_numbers(pl.Series(["1.5e+09", "1.2e+09"])) is None
    assert as_numbers(pl.Series(["12345678", "23456789"])) is None


def test_what_has_another_form_stays_as_it_is():
    cells = pl.Series("t", ["2020-01-05", "soon", None, "2020-01-07"])
    (*_, days) = parts_of(pl.Series("t", ["2020-01-05", "2020-01-07"]), "iso")

    assert part_of(cells, days).to_list() == ["0", "soon", None, "2"]
