"""The variants of the recipe for tables that are worth a trial on one table, each a few options that differ from it."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from dlwhy.training.recipe import RECIPES, Recipe, recipe

REFERENCE = "recipe"
# from where on the recipe encodes numbers in bins (docs/nets.md)
_MANY = 1000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Variant:
    """A recipe with a few options changed.

    Parameters
    ----------
    name
        What it is called in tables and sentences.
    changes
        Its options that differ from the recipe's, by name.
    least_rows
        Training rows from which on it is worth a trial.

    """

    name: str
    changes: Mapping[str, Any]
    least_rows: int = 0

    @property
    def recipe(self) -> Recipe:
        """Return the network and how it is trained."""
        return recipe(self.changes, RECIPES["table"])


# the recipe first: all others are compared with it
VARIANTS = (
    Variant(name=REFERENCE, changes={}),
    Variant(name="rate .001", changes={"learning_rate": 0.001}),
    Variant(name="rate .01", changes={"learning_rate": 0.01}),
    Variant(name="dropout .1", changes={"dropout": 0.1}),
    Variant(name="dropout .3", changes={"dropout": 0.3}),
    # AdamW's own decay of .004 is next to nothing over 1500 steps
    Variant(name="L2 .001", changes={"l2": 0.001}),
    Variant(name="32-32", changes={"layers": (32, 32)}),
    Variant(name="256-256", changes={"layers": (256, 256)}),
    Variant(
        name="128-128 SiLU",
        changes={"layers": (128, 128), "activation": "silu", "beta_2": 0.95, "epochs": 40},
        least_rows=_MANY,
    ),
    Variant(name="no bins", changes={"bins": 0}, least_rows=_MANY),
)


def variants_for(rows: int) -> tuple[Variant, ...]:
    """Return the recipe, and the variants of it that are worth a trial on so many training rows."""
    return tuple(variant for variant in VARIANTS if rows >= variant.least_rows)


def stackable(variants: Sequence[Variant]) -> list[list[str]]:
    """Return the names of those that train as one stack: all that differs is a number of each replica."""
    groups: dict[object, list[str]] = {}
    for variant in variants:
        network, options = variant.recipe
        shape = dataclasses.replace(network, dropout=0.0, l1=0.0, l2=0.0)
        groups.setdefault((shape, dataclasses.replace(options, learning_rate=1.0)), []).append(variant.name)
    return list(groups.values())
