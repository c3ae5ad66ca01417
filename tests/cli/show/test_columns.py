"""Wide tables become several; no value is folded."""

from dlwhy.cli.show.columns import fitting

WIDE = (
    ["metric", "a-long-name-of-a-model.keras", "b", "c"],
    [["a name of a row that is long", "1" * 20, "2" * 20, "3"]],
)


def widths(table):
    header, rows = table
    cells = [*header, *rows[0]]
    columns = [cells[place :: len(header)] for place in range(len(header))]
    return sum(max(len(line) for cell in column for line in cell.splitlines()) + 3 for column in columns) + 1


def test_what_fits_stays_one_table():
    assert len(list(fitting(WIDE, 120))) == 1


def test_what_does_not_fit_is_split_and_keeps_its_names():
    parts = list(fitting(WIDE, 60))

    assert all(widths(part) <= 60 for part in parts)
    assert [part[0][0] for part in parts] == ["metric", "metric"]
    assert [cell for part in parts for cell in part[1][0][1:]] == WIDE[1][0][1:]
    assert "".join(parts[0][0][1].splitlines()) == "a-long-name-of-a-model.keras"


def test_a_value_wider_than_the_terminal_has_a_table_of_its_own():
    assert [part[1][0][1:] for part in fitting(WIDE, 10)] == [["1" * 20], ["2" * 20], ["3"]]


def test_a_table_without_rows_is_one():
    assert list(fitting((["class", "rows"], []), 80)) == [(["class", "rows"], [])]
