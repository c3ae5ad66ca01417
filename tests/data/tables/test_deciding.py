"""Dates, identifiers, codes, labels and many categories: what is decided and said, and how it is told otherwise."""

import random
import warnings

import numpy as np
import polars as pl
import pytest

from dlwhy.data import read_table
from dlwhy.data.dataset import Dataset
from dlwhy.data.tables.frames import features
from dlwhy.errors import InputRefusedError

N = 90
SINCE = {
    "iso": "2020-0{}-11",
    "month first": "Feb {}, 2020",
    "day and month": "{}-Feb-20",
    "year and month": "2020/Feb/{}",
    "compact": "2020021{}",
    "month": "2020-0{}",
    "week": "2020-W0{}",
    "german": "{}. März 2020",
    "clock": "{}:22 PM",
    "duration": "{} days 02:00:00",
    "time zone": "2020-02-11T0{}:00:00Z",
    "quarter": "201{}-Q1",
    "day name": "Sunday {} March 2020",
}


def read(cells, y=None, more=None, **options):
    y = y or ["yes" if i * 7 % 3 else "no" for i in range(len(cells))]
    frame = pl.DataFrame({"a": cells, "other": [i * 7 % 10 for i in range(len(cells))], **(more or {}), "y": y})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        dataset = read_table(frame, target="y", **options)
    return dataset, [str(each.message).removeprefix("frame: ") for each in caught]


def back(dataset):
    arrays = {part: getattr(dataset, part) for part in ("X_train", "y_train", "X_test", "y_test")}
    return Dataset.from_parts(arrays, dataset.metadata()).columns


@pytest.mark.parametrize("form", SINCE)
def test_case_07_dates_are_refused_by_name_or_taken_apart(form):
    cells = [SINCE[form].format(1 + i % 9) for i in range(N)]

    with pytest.raises(InputRefusedError) as caught:
        read(cells)
    dataset, told = read(cells, dates="parts")
    dropped, _ = read(cells, drop=["a"])

    assert str(caught.value).startswith(f'frame: column "a" holds dates ("{cells[0]}")')
    assert "(leave it out with --drop a or take it apart with --dates parts)" in str(caught.value)
    assert {column.of for column in dataset.columns} == {"a", "other"}
    assert all(name.startswith("a ") for name in dataset.feature_names[:-1])
    assert told[0].startswith("a: dates taken apart into ")
    assert dropped.feature_names == ("other",)
    assert back(dataset) == dataset.columns
    new = features(pl.DataFrame({"a": cells[:3], "other": [0, 7, 4]}), dataset.columns)
    assert len({tuple(row) for row in new.tolist()}) == 3


def test_case_07_seconds_since_1970_are_numbers_with_a_word():
    cells = [str(1_577_836_800 + 86_400 * (i * 37 % 90)) for i in range(N)]

    dataset, told = read(cells)
    parts, _ = read(cells, dates="parts")

    assert dataset.columns[0].kind == "numeric"
    assert 'column "a" looks like seconds since 1970 ("1577836800" is 2020-01-01 00:00:00)' in told[0]
    assert parts.feature_names[:3] == ("a month", "a weekday", "a days")


def test_dates_with_gaps_and_words():
    cells = [None if i == 5 else f"2020-01-{1 + i % 28:02}" for i in range(N)]

    dataset, told = read(cells, dates="parts")

    assert "missing 2 cells (a weekday 1, a days 1)" in told[1]
    assert all(column.fill is not None for column in dataset.columns[:2])
    with pytest.raises(InputRefusedError, match='frame:0:a weekday: "soon" is not a number'):
        features(pl.DataFrame({"a": ["soon"], "other": [1]}), dataset.columns)


def test_the_order_of_day_and_month_is_asked_for():
    cells = [f"{1 + i % 9}/{1 + i % 5}/2020" for i in range(N)]

    with pytest.raises(
        InputRefusedError, match=r'"1/1/2020" may begin with the day or with the month \(say --dates day-f'
    ):
        read(cells, dates="parts")
    day, month = read(cells, dates="day-first")[0], read(cells, dates="month-first")[0]

    assert day.columns[0].date.form == "day-first"
    assert month.columns[0].date.form == "month-first"
    with pytest.raises(InputRefusedError, match="holds dates that are not all written in one way"):
        read([*cells[:50], *["2020-01-01"] * 40], dates="parts")


IDENTIFIERS = {
    "sorted": range(100_001, 100_301),
    "shuffled": random.Random(9).sample(range(100_001, 100_301), 300),
    "backwards": range(100_300, 100_000, -1),
    "prefixed": [f"C{i}" for i in range(300)],
    "floats": [f"{i}.0" for i in range(100_001, 100_301)],
    "uuids": [f"{random.Random(i).getrandbits(128):032x}" for i in range(300)],
    "addresses": [f"{i}@example.org" for i in range(300)],
    "repeated here and there": [i % 290 for i in range(300)],
}


@pytest.mark.parametrize("form", IDENTIFIERS)
def test_case_09_identifiers_are_left_out_with_a_word(form):
    cells = list(map(str, IDENTIFIERS[form]))

    dataset, told = read(cells)

    assert dataset.feature_names == ("other",)
    assert (
        'column "a" looks like an identifier: (nearly) no two rows have the same; it is left out (--keep a keeps'
        in told[0]
    )
    assert dataset.provenance["left_out"] == ["a"]
    if form in ("sorted", "shuffled", "floats"):
        assert read(cells, keep=["a"])[0].feature_names == ("a", "other")


def test_measurements_that_all_differ_are_kept():
    rng = np.random.default_rng(0)
    for cells in (rng.normal(size=300), rng.choice(900_000, 300, replace=False), np.arange(1700, 2000)):
        dataset, told = read(list(map(str, cells)))
        assert dataset.n_features == 2
        assert not [text for text in told if "left out" in text]


def test_a_lone_identifier_is_kept_since_there_is_nothing_else():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        dataset = read_table(pl.DataFrame({"x": range(50), "y": [i * 7 % 2 for i in range(50)]}), target="y")

    assert dataset.feature_names == ("x",)
    assert "it is kept, since there is no other" in str(caught[0].message)


def test_case_10_leading_zeros_are_codes():
    codes = ["01067", "04109", "10115", "20095"]
    cells = [codes[i % 4] for i in range(N)]

    dataset, told = read(cells)
    number, _ = read(cells, number=["a"])
    category, quiet = read([code.lstrip("0") for code in cells], category=["a"])

    assert dataset.columns[0].categories == tuple(codes)
    assert told[0].startswith(
        'a: "01067" begins with a zero, so these are texts (--category COLUMN takes one for text, '
    )
    assert len(told) == 1
    assert number.columns[0].kind == "numeric"
    assert category.columns[0].categories == ("10115", "1067", "20095", "4109")
    assert quiet == []


def test_spellings_of_one_word_are_one_text_or_warned_of():
    koeln = ["Ko\u0308ln", "K\u00f6ln", "K\u00f6ln ", "Bonn\u00a0", "Bonn"]
    one, told = read([koeln[i % 5] for i in range(N)])
    _, twins = read([("NO", "No", "yes")[i % 3] for i in range(N)], y=[("Ja", "ja", "Nein")[i % 3] for i in range(N)])
    mixed, ways = read([("TRUE", "1", "yes", "no")[i % 4] for i in range(N)])

    assert one.columns[0].categories == ("Bonn", "K\u00f6ln")
    assert told == []
    assert any('"y" holds "Ja" and "ja", taken for different' in each for each in twins)
    assert mixed.columns[0].kind == "categorical"
    assert ways[0].startswith('"a" says yes and no in several ways, each taken for another: "1", "TRUE", "no", "yes"')


def test_many_categories_are_grouped_with_a_word():
    rng = np.random.default_rng(0)
    cells = [f"city {i}" for i in np.minimum(rng.zipf(1.3, 3000), 400)]

    dataset, told = read(cells)

    (column, _) = dataset.columns
    assert f"different texts: {len(column.categories) - 1} frequent ones are categories, all others" in told[0]
    assert column.other == "other"
    assert 5 < len(column.categories) <= 100
    assert back(dataset) == dataset.columns
    known, new = features(pl.DataFrame({"a": ["city 1", "Atlantis"], "other": [1, 1]}), dataset.columns)
    assert known[column.categories.index("city 1")] == 1
    assert new[column.categories.index("other")] == 1


def test_free_text_is_refused():
    with pytest.raises(InputRefusedError, match=r'column "a" holds free text \(250 different texts in 300 rows'):
        read([f"the story of my life, part {i % 250}" for i in range(300)])


def test_all_columns_that_cannot_be_used_are_named_at_once():
    rows = range(120)
    frame = pl.DataFrame(
        {
            "note": [f"word {i} and {i * i}" for i in rows],
            "when": [f"2020-01-{1 + i % 28:02}" for i in rows],
            "size": [i % 7 for i in rows],
            "y": ["yes" if i % 3 else "no" for i in rows],
        }
    )

    with pytest.raises(InputRefusedError) as caught:
        read_table(frame, target="y")

    assert 'column "note" holds free text' in caught.value.message
    assert '; column "when" holds dates ("2020-01-01")' in caught.value.message
    assert caught.value.hint == "--drop note --drop when leaves them out; --dates parts takes dates apart"


@pytest.mark.parametrize("shape", ["{}/{}", "{}.5 \u00b1 0.{}", "({}, {})"])
def test_several_numbers_in_a_cell_are_neither_an_identifier_nor_categories(shape):
    for n_different in (30, N):
        with pytest.raises(
            InputRefusedError, match=r'column "a" holds several numbers in a cell .*make a column of each'
        ):
            read([shape.format(1 + i % n_different, 1 + i % 7) for i in range(N)])


def test_a_minus_of_another_kind_is_read_though_nothing_else_is_odd():
    for minus in ("\u2212{}", "{}-", "({})"):
        dataset, told = read([minus.format(i % 9) if i % 2 else str(i % 9) for i in range(N)])

        assert dataset.X_train[:, 0].min() == -8
        assert "as -" in told[0]
        assert back(dataset) == dataset.columns


def test_a_few_limits_and_nothing_else_are_kinds_until_it_is_said_how_to_read_them():
    cells = [["<=50K", ">50K", ">100K"][i % 3] for i in range(N)]

    assert read(cells)[0].columns[0].categories == ("<=50K", ">100K", ">50K")
    assert read([i % 5 for i in range(N)], y=cells)[0].class_names == ("<=50K", ">100K", ">50K")
    assert read(cells, censored="limit")[0].columns[0].kind == "numeric"


def test_addresses_are_texts():
    dataset, _ = read([f"192.168.100.{100 + i % 9}" for i in range(N)])

    assert dataset.columns[0].kind == "categorical"


def test_each_cure_of_several_columns_is_told_once():
    rows = range(120)
    frame = pl.DataFrame(
        {
            "born": [f"2020-01-{1 + i % 28:02}" for i in rows],
            "seen": [f"{1 + i % 12}/{1 + i % 12}/2021" for i in rows],
            "lead": ["<0.1" if i % 9 == 0 else f"{i / 7:.2f}" for i in rows],
            "size": ["unknown" if i % 9 == 0 else f"{i / 7:.2f}" for i in rows],
            "cost": [f"{i + 1},{100 + i}" for i in rows],
            "x": [i % 7 for i in rows],
            "y": ["yes" if i % 3 else "no" for i in rows],
        }
    )

    with pytest.raises(InputRefusedError) as caught:
        read_table(frame, target="y")

    _, *cures = caught.value.hint.split("; ")
    assert cures == [
        "--dates parts takes dates apart",
        "--censored half reads limits",
        "--na WORD takes a word for missing",
        '--thousands "," or --decimal "," says what is meant',
    ]


def test_versions_among_numbers_are_warned_of():
    cells = [f"3.{8 + i % 5}" for i in range(N)]

    _, (warning,) = read(cells)
    texts, told = read(cells, category=["a"])

    assert warning == (
        'column "a" looks like versions, and "3.10" is taken for the number 3.1 '
        "(--category a takes it for text, --number a for numbers)"
    )
    assert texts.columns[0].categories == ("3.10", "3.11", "3.12", "3.8", "3.9")
    assert not told
    assert not read(cells, number=["a"])[1]
