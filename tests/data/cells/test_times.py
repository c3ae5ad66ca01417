"""Cells as times: numbers, dates and times in any usual form, all of a column alike."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from dlwhy.data.cells.times import times_of

UTC = dt.UTC


def seconds(*moment: int) -> float:
    return dt.datetime(*moment, tzinfo=UTC).timestamp()  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("cells", "times"),
    [
        (["3", "-1.5", "2e3"], [3, -1.5, 2000]),
        (["20200105", "20191231"], [20200105, 20191231]),
        (["1969-12-31", "2020-02-29"], [seconds(1969, 12, 31), seconds(2020, 2, 29)]),
        (["2020-01-05", "2020-01-05 17:45"], [seconds(2020, 1, 5), seconds(2020, 1, 5, 17, 45)]),
        (["2020-01-05T17:45:09.25"], [seconds(2020, 1, 5, 17, 45, 9) + 0.25]),
        (
            ["2020-01-05T17:45:00Z", "2020-01-05 17:45:00+02:00", "2020-01-05T17:45-0130"],
            [seconds(2020, 1, 5, 17, 45), seconds(2020, 1, 5, 15, 45), seconds(2020, 1, 5, 19, 15)],
        ),
    ],
)
def test_times_are_read(cells: list[str], times: list[float]) -> None:
    found = times_of(pl.Series(cells))

    assert found.times.tolist() == pytest.approx(times, abs=1e-6)
    assert not found.is_ambiguous


@pytest.mark.parametrize(
    "cells",
    [
        ["Jan 5, 2020", "February 3, 2020", "Dec 31, 2021"],
        ["05-Jan-20", "03-Feb-20", "31-Dec-21"],
        ["2020/Jan/5", "2020/Feb/3", "2021/Dec/31"],
        ["5. Januar 2020", "3. Februar 2020", "31. Dezember 2021"],
        ["Sun, 5 Jan 2020 10:00", "Mon, 3 Feb 2020 10:00", "Fri, 31 Dec 2021 10:00"],
        ["5.1.2020", "3.2.2020", "31.12.2021"],
        ["1/5/2020 9:30 AM", "2/3/2020 9:30 AM", "12/31/2021 9:30 AM"],
        ["20200105T1200", "20200203T1200", "20211231T1200"],
        ["2020-01", "2020-02", "2021-12"],
        ["2020-W01", "2020-W06", "2021-W52"],
        ["2020-Q1", "2020-Q2", "2021-Q4"],
        ["2020-01-05 10:00 CET", "2020-02-03 10:00 CET", "2021-12-31 10:00 CET"],
    ],
)
def test_dates_in_any_usual_form_stand_in_order(cells: list[str]) -> None:
    found = times_of(pl.Series(cells))

    assert not found.is_ambiguous
    first, second, last = found.times
    assert first < second < last
    days = (last - first) / 86_400
    assert days == pytest.approx(726, abs=90)  # of a quarter, a month and a week, the first day


def test_durations_and_clocks_are_seconds() -> None:
    assert times_of(pl.Series(["1 day 02:00:00", "0 days 00:00:01"])).times.tolist() == [93_600, 1]
    assert times_of(pl.Series(["12:30 PM", "12:30 AM"])).times.tolist() == [45_000, 1800]


def test_which_of_day_and_month_is_first_is_asked_where_cells_do_not_tell() -> None:
    cells = pl.Series(["1/2/2020", "3/4/2020"])

    assert times_of(cells).is_ambiguous
    assert times_of(cells, "day-first").times.tolist() == [seconds(2020, 2, 1), seconds(2020, 4, 3)]
    assert times_of(cells, "month-first").times.tolist() == [seconds(2020, 1, 2), seconds(2020, 3, 4)]
    assert times_of(pl.Series(["1/2/2020"] * 5000 + ["13/2/2020"])).times[0] == seconds(2020, 2, 1)
    assert not times_of(pl.Series(["1/1/2020", "2/2/2020"])).is_ambiguous  # either way the same
    # what was said holds, though another order would fit
    assert np.isnan(times_of(pl.Series(["1/2/2020", "3/14/2020"]), "day-first").times).tolist() == [False, True]


@pytest.mark.parametrize(
    "cells",
    [
        ["2020-01-05", "2021-02-29"],  # no such day
        ["2020-01-05", "05/01/2020"],
        ["2020-01-05", "2020-01-06", "7"],
        ["2020-01-05T00:00:00Z", "2020-01-05T00:00:00Z", "2020-01-05T00:00:00"],
        ["5 Jan 2020", "6 Jan 2020", "Jan 7"],
        ["2020-01-05 10:00 CET", "2020-01-06 10:00 CET", "2020-01-07 10:00 CEST"],
        ["1", "2", "inf"],
        ["1", "2", "1e999"],
    ],
)
def test_what_is_no_time_like_the_others_is_marked(cells: list[str]) -> None:
    assert np.isnan(times_of(pl.Series(cells)).times).tolist() == [False] * (len(cells) - 1) + [True]


def test_a_year_behind_day_and_month_without_marks_is_a_date():
    cells = pl.Series("t", ["01092019", "31082019", "02012020"])

    assert np.argsort(times_of(cells).times).tolist() == [1, 0, 2]
    assert times_of(cells[[0, 2]]).is_ambiguous
    assert np.argsort(times_of(cells[[0, 2]], "month-first").times).tolist() == [0, 1]
    assert times_of(pl.Series("t", ["20190901", "20200102"])).times.tolist() == [20190901, 20200102]
    assert times_of(pl.Series("t", ["10102019", "41082019"])).times.tolist() == [10102019, 41082019]
