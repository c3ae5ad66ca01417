"""Cells as times: numbers, ISO dates and ISO times, all of a column alike."""

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
    assert times_of(pl.Series(cells)).tolist() == pytest.approx(times, abs=1e-6)


@pytest.mark.parametrize(
    "cells",
    [
        ["2020-01-05", "2021-02-29"],  # no such day
        ["2020-01-05", "05/01/2020"],
        ["2020-01-05", "2020-01-06", "7"],
        ["2020-01-05T00:00:00Z", "2020-01-05T00:00:00Z", "2020-01-05T00:00:00"],
        ["1", "2", "inf"],
        ["1", "2", "1e999"],
    ],
)
def test_what_is_no_time_like_the_others_is_marked(cells: list[str]) -> None:
    assert np.isnan(times_of(pl.Series(cells))).tolist() == [False] * (len(cells) - 1) + [True]
