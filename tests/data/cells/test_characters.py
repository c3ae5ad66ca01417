"""Characters that mean the same: other scripts, spreadsheets that protect a number, blanks of all sorts."""

import polars as pl
import pytest

from dlwhy.data.cells.characters import same

SAME = {
    "fullwidth": ("\uff11\uff12\uff0e\uff15", "12.5"),
    "arabic": ("\u0661\u066c\u0662\u0663\u0664\u066b\u0665", "1,234.5"),
    "devanagari": ("\u0967\u0968", "12"),
    "percent": ("\uff15\uff05", "5%"),
    "protected": ('="007"', "007"),
    "no-break blanks": ("\u00a05\u202fkg ", "5 kg"),
    "byte-order mark": ("\ufeffa\u200b", "a"),
    "composed": ("Ko\u0308ln", "K\u00f6ln"),
}


@pytest.mark.parametrize("name", SAME)
def test_what_means_the_same_looks_the_same(name):
    cell, expected = SAME[name]

    assert pl.DataFrame({"a": [cell, None]}).select(same(pl.col("a")))["a"].to_list() == [expected, None]


@pytest.mark.parametrize("cell", ["\uff21\uff11", "\u0661 \u0643", "'007", "='x", "\u2212", "5 \u20ac"])
def test_all_else_stays_as_it_is(cell):
    assert pl.DataFrame({"a": [cell]}).select(same(pl.col("a"))).item() == cell
