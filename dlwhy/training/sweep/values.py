"""What is swept: the values of one option or two, as they are typed."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from dlwhy.errors import UsageError
from dlwhy.text import display
from dlwhy.training.recipe import Recipe, readers, recipe

# the options that may have several values
SWEPT = (
    *("layers", "activation", "initializer", "optimizer", "learning_rate", "schedule"),
    *("batch_size", "dropout", "l1", "l2"),
)
# those that are a number of each replica: all their values fit into one stack
NUMBERS: Mapping[str, str] = {
    "learning_rate": "learning_rates",
    "dropout": "dropout_rates",
    "l1": "l1",
    "l2": "l2",
}
# those that are a matter of more and less
ORDERED = ("learning_rate", "batch_size", "dropout", "l1", "l2")
MOST_CELLS, MOST_NETWORKS = 64, 2048


def split(name: str, text: str) -> tuple[str, ...]:
    """Cut the text of an option into its values: at commas; of layers, whose units have commas between, at slashes.

    Raises
    ------
    UsageError
        If a value is empty, there twice, or can't be read.

    """
    between = "/" if name == "layers" else ","
    values = tuple(part.strip() for part in text.split(between))
    flag = f"--{name.replace('_', '-')}"
    if not all(values):
        raise UsageError(f"{flag}: a value is missing in {display(text)}", f"values have {between!r} between them")
    meant = [read(name, value) for value in values]  # .1 is 0.1
    for place, value in enumerate(values):
        if meant[place] in meant[:place]:
            raise UsageError(f"{flag}: {display(value)} is there twice")
    return values


def read(name: str, text: str) -> Any:
    """Read one value of an option.

    Raises
    ------
    UsageError
        If it can't be.

    """
    try:
        return readers()[name](text)
    except (ValueError, KeyError) as error:
        wanted = "whole numbers with commas between, or none" if name == "layers" else "a number"
        raise UsageError(f"--{name.replace('_', '-')} must be {wanted} (got {display(text)})") from error


def check(options: Mapping[str, Sequence[str]], networks: int) -> None:
    """Refuse a sweep of nothing, or of too much.

    Parameters
    ----------
    options
        The values of each option, by its name.
    networks
        How many networks there are of each.

    Raises
    ------
    UsageError
        If it can't be.

    """
    several = {name: values for name, values in options.items() if len(values) > 1}
    flags = " and ".join(f"--{name.replace('_', '-')}" for name in several)
    if not several:
        raise UsageError("nothing to sweep: no option has several values", "such as --learning-rate .001,.01,.1")
    if len(several) > 2:
        raise UsageError(f"a sweep is of one option or two (got {flags})")
    cells = len(list(itertools.product(*several.values())))
    if cells > MOST_CELLS or cells * networks > MOST_NETWORKS:
        most = f"at most {MOST_CELLS} and {MOST_NETWORKS:,}"
        raise UsageError(f"{cells} combinations, {cells * networks:,} networks in all; {most}")


def cells(options: Mapping[str, Sequence[str]], fixed: Mapping[str, Any]) -> dict[tuple[str, ...], Recipe]:
    """Return the recipe of each combination of values, by the texts of those options that have several.

    Raises
    ------
    UsageError
        If a value can't be.

    """
    several = [name for name, values in options.items() if len(values) > 1]
    found = {}
    for texts in itertools.product(*options.values()):
        chosen = dict(zip(options, texts, strict=True))
        made = recipe({**fixed, **{name: read(name, text) for name, text in chosen.items()}})
        found[tuple(chosen[name] for name in several)] = made
    return found
