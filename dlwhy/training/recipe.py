"""A recipe by the names of its options: a network and how it is trained, from values or from text."""

import dataclasses
import itertools
import json
import tomllib
from collections.abc import Callable, Mapping
from typing import Any, get_args

from dlwhy import files
from dlwhy.errors import UsageError
from dlwhy.models.spec import NetworkSpec
from dlwhy.text import display
from dlwhy.training.options import TrainingOptions

Recipe = tuple[NetworkSpec, TrainingOptions]
# what is trained by default, and what an own table deserves (docs/nets.md)
RECIPES: Mapping[str, Recipe] = {
    "essay": (NetworkSpec(), TrainingOptions()),
    "table": (
        NetworkSpec(layers=(64, 64), zero_output=True, linear_path=True, bins=16),
        TrainingOptions(
            epochs=20,
            min_steps=1500,
            optimizer="adamw",
            learning_rate=0.003,
            schedule="cosine",
            keep_best=64,
            normalize="robust",
        ),
    ),
}
_MOST_BYTES = 1 << 20
_SWITCHES = {"": True, "true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def recipe(values: Mapping[str, Any], base: Recipe = RECIPES["essay"]) -> Recipe:
    """Make the specification and the options of those values that have the name of a field of theirs, else of a base.

    Raises
    ------
    UsageError
        If a value can't be.

    """
    network, options = ({name: values[name] for name in names_of(type(part)) if name in values} for part in base)
    return dataclasses.replace(base[0], **network), dataclasses.replace(base[1], **options)


def read_recipe(name: str) -> Recipe:
    """Return a recipe by its name, or from a TOML file of options by theirs.

    Raises
    ------
    UsageError
        If there is no such recipe, or the file holds something else.
    InputUnreadableError
        If the file can't be read.

    """
    if name in RECIPES:
        return RECIPES[name]
    if not name.endswith(".toml"):
        raise UsageError(f"--recipe must be {', '.join(RECIPES)}, or a file that ends in .toml (got {display(name)})")
    try:
        values = tomllib.loads(files.read_bytes(name, limit=_MOST_BYTES).decode())
    except ValueError as error:
        raise UsageError(f"{files.shown(name)}: not a recipe: {display(error, 120)}") from error
    known = {*names_of(NetworkSpec), *names_of(TrainingOptions)}
    for key in values:
        if key not in known:
            hint = f"known are {', '.join(sorted(known))}"
            raise UsageError(f"{files.shown(name)}: unknown option {display(key)}", hint)
    if isinstance(values.get("layers"), list):
        values["layers"] = tuple(values["layers"])
    try:
        return recipe(values)
    except (UsageError, TypeError) as error:
        raise UsageError(f"{files.shown(name)}: {display(error, 200)}") from error


def recipe_text(chosen: Recipe) -> str:
    """Return a recipe as TOML: the options that are not the defaults, which `read_recipe` starts from."""
    lines = []
    for part, plain in zip(chosen, RECIPES["essay"], strict=True):
        values = ((name, getattr(part, name), getattr(plain, name)) for name in names_of(type(part)))
        # texts, numbers, switches and lists are written as in JSON; what may be None is None by default
        lines += [f"{name} = {json.dumps(value)}" for name, value, default in values if value != default]
    return "\n".join(lines) + "\n"


def names_of(kind: type) -> list[str]:
    """Give the names of the options that a dataclass holds."""
    return [field.name for field in dataclasses.fields(kind)]


def readers() -> dict[str, Callable[[str], Any]]:
    """Give what reads each option from text, by its name; a text that can't be is a `ValueError` or a `KeyError`."""
    fields = itertools.chain(dataclasses.fields(NetworkSpec), dataclasses.fields(TrainingOptions))
    return {field.name: _READERS[_kind(field.type)] for field in fields}


def read_layers(text: str) -> tuple[int, ...]:
    """Read the units of each hidden layer, such as ``64,64``; ``none`` leaves a linear model.

    Raises
    ------
    ValueError
        If a part is not a whole number.

    """
    return () if text == "none" else tuple(int(part) for part in text.split(","))


def read_switch(text: str) -> bool:
    """Read true or false; nothing at all is true.

    Raises
    ------
    KeyError
        If it is something else.

    """
    return _SWITCHES[text.lower()]


def _kind(annotation: Any) -> Any:
    # of a value or None, the value
    return get_args(annotation)[0] if type(None) in get_args(annotation) else annotation


_READERS: Mapping[Any, Callable[[str], Any]] = {
    str: str,
    int: int,
    float: float,
    bool: read_switch,
    tuple[int, ...]: read_layers,
}
