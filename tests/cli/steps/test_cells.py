"""What the user says of cells, and nothing else, goes on to the reader."""

from dlwhy.cli.steps.cells import OF_CELLS, Cells, cells_of
from dlwhy.data.cells.reading import NAMES


def test_only_what_is_said_goes_on() -> None:
    assert cells_of(Cells()) == {}
    assert cells_of(Cells(na=["-999"], decimal=",", keep=["id"])) == {"na": ["-999"], "decimal": ",", "keep": ["id"]}


def test_every_option_is_one_of_the_readers() -> None:
    assert {*OF_CELLS} == NAMES - {"as_written"}
