"""Columns that name rows are seen in all their forms, and measurements are not taken for them."""

import random

import numpy as np
import polars as pl
import pytest

from dlwhy.data.cells.identifiers import SURE, are_codes, are_names, reason, reason_of, rise, version_of

R, RNG = random.Random(9), np.random.default_rng(9)
SHUFFLED = R.sample(range(100_001, 100_301), 300)
NUMBERS = {
    "sorted": ("a", range(300)),
    "shuffled": ("a", SHUFFLED),
    "backwards": ("a", range(300, 0, -1)),
    "written 100001.0": ("a", [f"{each}.0" for each in SHUFFLED]),
    "some twice": ("a", [*SHUFFLED[:295], *SHUFFLED[:5]]),
    "a sample of many, by its name": ("customer_id", R.sample(range(10**8), 300)),
    "PassengerId": ("PassengerId", range(1, 301)),
    "pandas' index": ("Unnamed: 0", range(300)),
}
TEXTS = {
    "uuid": [f"{R.getrandbits(128):032x}" for _ in range(300)],
    "prefixed": [f"ID-{each:04}" for each in range(300)],
    "addresses": [f"user{each}@example.org" for each in SHUFFLED],
    "names": [f"Name {each}" for each in range(90)],
}
MEASURED = {
    "prices": RNG.choice(np.arange(50_000, 900_000), 300, replace=False),
    "grams": RNG.integers(100, 5000, 300),
    "lengths": RNG.uniform(0, 1, 300),
    "ages": RNG.integers(18, 90, 300),
    "years": np.arange(1700, 2000),
    "few rows": np.arange(15),
}
UNSURE = {
    "spaced": np.arange(0, 3000, 10),
    "spread": RNG.integers(1_000_000, 10_000_000, 300),
    "spread: of many, any number of digits": RNG.choice(9_000_000, 6000, replace=False),
}


@pytest.mark.parametrize("form", NUMBERS)
def test_numbers_that_name_rows(form):
    name, values = NUMBERS[form]

    assert reason_of(pl.Series(name, list(map(str, values)))) in SURE
    assert reason(np.unique(np.array(values, float)), len(values), name) in SURE


@pytest.mark.parametrize("form", TEXTS)
def test_texts_that_name_rows(form):
    assert are_names(pl.Series("a", TEXTS[form]))


@pytest.mark.parametrize("form", MEASURED)
def test_measurements_do_not(form):
    assert reason_of(pl.Series("a", list(map(str, MEASURED[form])))) is None


@pytest.mark.parametrize("form", UNSURE)
def test_numbers_that_may_name_rows_or_measure_something(form):
    assert reason_of(pl.Series("a", list(map(str, UNSURE[form])))) == form.split(":")[0]


def test_a_price_index_is_no_index():
    prices = pl.Series("price_index", list(map(str, MEASURED["prices"])))

    assert reason_of(prices) is None
    assert reason_of(prices.alias("Index")) == "named"
    assert reason_of(prices.alias("row_number")) == "named"


def test_numbers_too_large_to_be_whole_are_none():
    assert reason_of(pl.Series("id", [f"1{each:020}" for each in range(50)])) is None


def test_categories_do_not():
    assert not are_names(pl.Series("a", ["red", "green"] * 50))


def test_whole_numbers_in_order():
    assert rise(pl.Series(list(map(str, UNSURE["spaced"]))))
    assert rise(pl.Series(list(map(str, UNSURE["spaced"][::-1]))))
    assert not rise(pl.Series(list(map(str, MEASURED["prices"]))))
    assert not rise(pl.Series([str(i / 7) for i in range(50)]))


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (["01067", "10115", None], "01067"),
        (["007", "012", "101"], "007"),
        (["01", "1", "02"], None),
        (["0", "10", "5"], None),
        (["0.5", "05"], None),
        (["-01", "01"], None),
    ],
)
def test_a_leading_zero_makes_a_code(cells, code):
    assert are_codes(pl.Series(cells)) == code


@pytest.mark.parametrize(
    ("cells", "version"),
    [
        (["1.9", "1.10", "1.11"], "1.10"),
        (["3.8", "3.9", "3.10", "3.12", "3.13", None], "3.10"),
        ([f"2.{minor}" for minor in range(30)], "2.10"),
        (["1.0", "2.9", "2.10", "3.5"], "2.10"),
        (["1.9", "1.11"], None),  # decimals without a zero at the end
        (["1.90", "1.10", "1.11"], None),  # all of two digits
        (["1.9", "1.10", "1.05"], None),
        (["1.9", "1.10", "1.25", "1.5", "1.75"], None),  # written by hand
        (["9.9", "10.10", "10.11"], None),
        (["1.10", "9.10", "10.1", "10.9", "99.9"], None),  # of three digits each
        (["1.9", "1.10", "-1.1"], None),
        (["1.9", "1.10", "1"], None),
    ],
)
def test_versions_are_no_decimals(cells, version):
    assert version_of(pl.Series("a", cells)) == version


@pytest.mark.parametrize("seed", range(20))
def test_decimals_are_no_versions(seed):
    rng = np.random.default_rng(seed)
    values = rng.gamma(2, rng.choice([0.5, 2, 20]), 200)
    mixed = [f"{value:.{digits}f}" for value, digits in zip(values, rng.integers(1, 3, 200), strict=True)]

    for cells in (
        mixed,
        [f"{v:.2f}" for v in values],
        [str(round(v, 2)) for v in values],
        [f"{v:#.3g}" for v in values],
    ):
        assert version_of(pl.Series("a", cells)) is None
