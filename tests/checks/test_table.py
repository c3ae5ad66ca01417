"""A data set as the checks see it: columns with their cells, rows that are drawn."""

import pytest

import dlwhy
from dlwhy.checks.table import Table


def test_a_csv_file_of_ours_has_its_categories_and_gaps_again(tmp_path) -> None:
    rows = [f"{['red', 'green', 'blue'][i % 3]},{'' if i % 7 == 0 else i * 31 % 17},{i % 2}" for i in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["colour,size,y", *rows, ""]))
    with pytest.warns(dlwhy.DlwhyWarning):
        read = dlwhy.read_table(tmp_path / "t.csv", target="y")
    dlwhy.save(read, tmp_path / "d.csv")

    table = Table(dlwhy.load(tmp_path / "d.csv"))

    assert [place.column.name for place in table.places] == ["colour", "size", "size missing"]
    assert table.columns[0].is_category
    assert set(table.columns[0].values) == {0, 1, 2}
