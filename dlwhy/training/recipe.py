"""A recipe by the names of its options: a network and how it is trained, from values or from text."""

import dataclasses
import itertools
from collections.abc import Callable, Mapping
from typing import Any, get_args

from dlwhy.models.spec import NetworkSpec
from dlwhy.training.options import TrainingOptions

_SWITCHES = {"": True, "true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def recipe(values: Mapping[str, Any]) -> tuple[NetworkSpec, TrainingOptions]:
    """Make the specification and the options of those values that have the name of a field of theirs.

    Raises
    ------
    UsageError
        If a value can't be.

    """
    chosen = [
        {name: values[name] for name in names_of(kind) if name in values} for kind in (NetworkSpec, TrainingOptions)
    ]
    return NetworkSpec(**chosen[0]), TrainingOptions(**chosen[1])


def names_of(kind: type) -> list[str]:
    """Give the names of the options that a dataclass holds."""
    return [field.name for field in dataclasses.fields(kind)]


def readers() -> dict[str, Callable[[str], Any]]:
    """Give what reads each option from text, by its name; a text that can't be is a `ValueError` or a `KeyError`."""
    fields = itertools.chain(dataclasses.fields(NetworkSpec), dataclasses.fields(TrainingOptions))
    return {field.name: _READERS[_kind(field.type)] for field in fields}


def read_layers(text: str) -> tuple[int, ...]:
    """Read the units of each hidden layer, such as ``64,64``.

    Raises
    ------
    ValueError
        If a part is not a whole number.

    """
    return tuple(int(part) for part in text.split(","))


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
