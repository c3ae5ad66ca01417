"""A dataclass of options becomes a command: names, order, defaults, and which were given."""

import inspect

import pytest
import typer
from typer.testing import CliRunner

from dlwhy.cli.arguments import Options, argument, command, frozen_options, option


@frozen_options
class Shared(Options):
    seed: int = option(42, "Seed.")


@frozen_options
class Sizes(Options):
    seed: int = option(42, "Seed.")
    width: int = option(3, "Units.", "--width", "-w")


@frozen_options
class Grown(Sizes, Shared):
    names: list[str] = option(["a"], "Names.", "--name")
    table: str = argument("-", "A file.")
    is_flat: bool = option(False, "Flat.")


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
    assert vars(called_with()) == vars(Grown())


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
    assert vars(called_with(*arguments)) == vars(expected)


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

    assert vars(grown.to(Shared)) == {"seed": 7, "given": {"seed", "width"}}
    assert vars(Shared(seed=7).to(Grown, width=9)) == vars(Grown(seed=7, width=9))
    assert grown.some(("width",)) == {"width": 5}
