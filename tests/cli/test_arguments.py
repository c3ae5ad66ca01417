"""A dataclass of options becomes a command: names, order, defaults, and which were given."""

import dataclasses
import inspect
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from dlwhy.cli.arguments import Options, command, frozen_options


@frozen_options
class Shared(Options):
    seed: Annotated[int, typer.Option(help="Seed.")] = 42


@frozen_options
class Sizes(Options):
    seed: Annotated[int, typer.Option(help="Seed.")] = 42
    width: Annotated[int, typer.Option("--width", "-w", help="Units.")] = 3


@frozen_options
class Grown(Sizes, Shared):
    names: Annotated[list[str], typer.Option("--name", help="Names.")] = dataclasses.field(
        default_factory=lambda: ["a"]
    )
    table: Annotated[str, typer.Argument(help="A file.")] = "-"
    is_flat: Annotated[bool, typer.Option(help="Flat.")] = False


def called_with(*arguments, env=None):
    """Give what the function of a command gets."""
    got = []

    @command
    def grow(options: Grown) -> None:
        """Grow."""
        got.append(options)

    app = typer.Typer()
    app.command()(grow)
    result = CliRunner().invoke(app, list(arguments), env=env)
    assert result.exit_code == 0, result.output
    return got[0]


def test_nothing_given_is_the_defaults():
    assert called_with() == Grown()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-w", "5"], Grown(width=5, given=frozenset({"width"}))),
        (["--width", "3"], Grown(given=frozenset({"width"}))),
        (["x.csv", "--is-flat"], Grown(table="x.csv", is_flat=True, given=frozenset({"table", "is_flat"}))),
        (["--name", "b", "--name", "c"], Grown(names=["b", "c"], given=frozenset({"names"}))),
    ],
)
def test_what_is_given_is_a_value_and_known_as_given(arguments, expected):
    assert called_with(*arguments) == expected


def test_the_own_options_come_first_then_those_of_each_class_it_is_made_of_and_each_once():
    @command
    def grow(options: Grown) -> None:
        """Grow."""

    assert list(inspect.signature(grow).parameters) == ["context", "names", "table", "is_flat", "seed", "width"]
    assert grow.__doc__ == "Grow."


@pytest.mark.parametrize(
    ("field", "flag"), [("seed", "--seed"), ("width", "--width"), ("names", "--name"), ("table", "TABLE")]
)
def test_an_option_is_called_as_the_user_knows_it(field, flag):
    assert Grown.flag(field) == flag


def test_options_go_on_to_another_command_by_their_names():
    grown = Grown(seed=7, width=5, given=frozenset({"seed", "width"}))

    assert grown.to(Shared) == Shared(seed=7, given=frozenset({"seed", "width"}))
    assert Shared(seed=7).to(Grown, width=9) == Grown(seed=7, width=9)
    assert grown.some(("width",)) == {"width": 5}
