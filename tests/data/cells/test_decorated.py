"""Numbers with something round them are read in the one way that fits a whole column, or not at all."""

import polars as pl
import pytest

from dlwhy.data.cells.decorated import are_numbers, find, hold_several, plain
from dlwhy.data.dataset import NumberForm

READ = {
    "decimal comma": (["0,1", "12,5", "10"], [0.1, 12.5, 10]),
    "decimal comma, zeros in front": (["0,123", "0,456"], [0.123, 0.456]),
    "dollars": (["$1,163.74", "$5", "-$3", "($2.50)"], [1163.74, 5, -3, -2.5]),
    "whole dollars": (["$1,096", "$856"], [1096, 856]),
    "euros": (["1.234,56 €", "2 €", "3,5 €"], [1234.56, 2, 3.5]),
    "a code": (["USD 5", "USD 1,000,000"], [5, 1e6]),
    "percent": (["12.5%", "3 %"], [12.5, 3]),
    "percent, comma": (["12,5 %", "3 %"], [12.5, 3]),
    "thousands": (["1,234,567", "12", "-1,000"], [1234567, 12, -1000]),
    "thousands by points": (["1.234", "1.234.567"], [1234, 1234567]),
    "thousands by blanks": (["1 234", "12 345 678,5"], [1234, 12345678.5]),
    "thousands by apostrophes": (["1'234.5", "9\u2019999", "99"], [1234.5, 9999, 99]),
    "lakhs": (["1,23,456.78", "5"], [123456.78, 5]),
    "multiples": (["10k", "900", "1.5M", "2 bn"], [10e3, 900, 1.5e6, 2e9]),
    "typographic minus": (["\u22125", "3", "\u22120.5"], [-5, 3, -0.5]),
    "minus behind": (["100-", "5"], [-100, 5]),
    "brackets": (["(100)", "5"], [-100, 5]),
    "a unit": (["5 kg", "7.5 kg", "7e-1 kg"], [5, 7.5, 0.7]),
    "a unit with a power": (["30 m2", "12 m2"], [30, 12]),
    "degrees": (["72°F", "65.5°F"], [72, 65.5]),
    "accounts": (["$ 1,200.50", "$ (3.25)", "$ -", "$-"], [1200.5, -3.25, 0, 0]),
    "about": (["~5", "ca. 7", "\u22482.5", "3"], [5, 7, 2.5, 3]),
    "marks of footnotes": (["5.1*", "5.2**", "5.3[a]", "5.4 \u2020", "5"], [5.1, 5.2, 5.3, 5.4, 5]),
    "an apostrophe in front": (["'1,234.5", "'0", "'0.5"], [1234.5, 0, 0.5]),
    "Fortran": (["1.5D+02", "-2D-01"], [150, -0.2]),
    "powers of ten": (["1.5x10^3", "2 \u00d7 10^\u22122", "3*10**2", "4"], [1500, 0.02, 300, 4]),
}


@pytest.mark.parametrize("name", READ)
def test_a_column_in_one_way_is_read(name):
    texts, numbers = READ[name]

    (form,) = find(pl.Series("a", texts)).forms

    assert plain(pl.Series("a", texts), form).cast(pl.Float64).to_list() == numbers


AMBIGUOUS = {"alone": ["1,234"], "beside small ones": ["1,234", "856"], "with a unit": ["1,234 kg", "2,500 kg"]}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_a_comma_before_three_digits_can_be_read_in_two_ways_until_told(name):
    texts = pl.Series("a", AMBIGUOUS[name])

    values = [plain(texts, form).cast(pl.Float64)[0] for form in find(texts).forms]
    (decimal,), (thousands,) = find(texts, decimal=",").forms, find(texts, thousands=",").forms

    assert values == [1234, 1.234]
    assert plain(texts, decimal)[0] == "1.234"
    assert plain(texts, thousands)[0] == "1234"


@pytest.mark.parametrize(
    "texts", [["5 kg", "500 g"], ["12%", "0.5"], ["$5", "€5"], ["1,5", "2.5"], ["24.12.1999"], ["(5", "6"]]
)
def test_what_is_not_written_in_one_way_is_not_read(texts):
    assert find(pl.Series("a", texts)).forms == ()


@pytest.mark.parametrize("text", ["ID-001", "C100001", "1:30", "2020-01-05", "abc", "k", "1/2", "5.1.2020 10:00"])
def test_texts_are_no_numbers(text):
    assert are_numbers(pl.Series([text])).to_list() == [False]


def test_limits_are_read_when_it_is_said_how():
    texts = pl.Series("a", ["<0.01", "0.5", ">89", "≤ 2"])
    found = find(texts)

    assert found.limits
    assert plain(texts, found.forms[0]).to_list() == texts.to_list()
    assert plain(texts, NumberForm(censored="limit")).to_list() == ["0.01", "0.5", "89", "2"]
    assert plain(texts, NumberForm(censored="half")).to_list() == ["0.005", "0.5", "89", "1.0"]


def test_what_does_not_fit_the_form_stays_as_it_is():
    cells = pl.Series("a", ["1.234,5", "1,5", "12.34", "abc", None, "5%"])

    assert plain(cells, NumberForm(decimal=",", thousands=".")).to_list() == [
        "1234.5",
        "1.5",
        "12.34",
        "abc",
        None,
        "5%",
    ]


def test_a_plus_behind_a_number_is_a_limit():
    found = find(pl.Series("a", ["1,000+", "5+"]), thousands=",")

    assert found.limits
    assert found.all_limits
    assert plain(pl.Series("a", ["90+", "5"]), NumberForm(censored="limit")).to_list() == ["90", "5"]


def test_addresses_are_no_numbers_though_their_points_stand_like_those_of_thousands():
    assert not are_numbers(pl.Series(["192.168.100.200", "192.168.101.255"])).any()
    assert are_numbers(pl.Series(["192.168.100.200", "192.168"])).all()


SEVERAL = {
    "blood pressure": ["120/80", "135/95"],
    "ranges": ["10-19", "20 \u2013 29.5"],
    "with errors": ["1.5 \u00b1 0.2", "2 +/- 1"],
    "sizes": ["3 x 4 cm", "1920x1080"],
    "feet and inches": ["5'11\"", "6ft 2in", "5\u20327\u2033"],
    "degrees": ["52\u00b030'12\"N", "1\u00b02'3\"S"],
    "coordinates": ["(48.1, 11.5)", "[1; 2]"],
    "years and months": ["2 years 3 months", "1 year, 11 months"],
}


@pytest.mark.parametrize("name", SEVERAL)
def test_several_numbers_in_a_cell_are_seen(name):
    assert hold_several(pl.Series(SEVERAL[name]))


@pytest.mark.parametrize(
    "texts",
    [["030/123456", "089/55512"], ["12-3", "4-56"], ["1a2b", "3c4d"], ["12 Main Street"], ["10012-1004"], ["5", "6"]],
)
def test_codes_are_not_several_numbers(texts):
    assert not hold_several(pl.Series(texts))
