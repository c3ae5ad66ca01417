"""Hand-made features: powers, products and functions of features, in a closed grammar of which nothing is run."""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.errors import UsageError
from dlwhy.text import display, meant

FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {"sin": np.sin, "cos": np.cos, "abs": np.abs}
MOST_TERMS, MOST_FACTORS, _MOST_TEXT = 256, 8, 10_000
_GRAMMAR = "terms with commas between, such as x0^2,x0*x1,sin(x0); functions are sin, cos and abs, powers 1 to 9"
_NAME = r"[^()^*,]*[^()^*,\s]"
_POWER = r"(?:\s*\^\s*([1-9]))?\s*"
_FACTOR = re.compile(rf"(?:({'|'.join(FUNCTIONS)})\s*\(\s*({_NAME}){_POWER}\)|({_NAME})){_POWER}")
_BY_PLACE = re.compile(r"x([0-9]{1,6})")
_LARGEST = float(np.finfo(np.float32).max)


@dataclasses.dataclass(frozen=True)
class Factor:
    """A feature to a power, or a function of that to another."""

    feature: str
    inner: int  # power within the function
    function: str  # empty for none
    power: int


@dataclasses.dataclass(frozen=True)
class Term:
    """A product of factors, as it was typed."""

    text: str
    factors: tuple[Factor, ...]


def parse(text: str) -> tuple[Term, ...]:
    """Read terms from text.

    Raises
    ------
    UsageError
        If it is not of the grammar: terms with commas between, factors with ``*``, each a feature's name or a function
        of it in parentheses, to a power from 1 to 9.

    """
    if len(text) > _MOST_TEXT:
        raise UsageError(f"--inputs: {len(text)} characters; at most {_MOST_TEXT}")
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > MOST_TERMS:
        raise UsageError(f"--inputs: {len(parts)} terms; at most {MOST_TERMS}")
    for part in parts:
        if part and parts.count(part) > 1:
            raise UsageError(f"--inputs: {display(part)} is there twice")
    return tuple(_term(part) for part in parts)


def places(terms: Sequence[Term], names: Sequence[str]) -> list[list[int]]:
    """Return which feature each factor of each term is of; x0 is the first, unless a feature has that name.

    Raises
    ------
    UsageError
        If there is no feature of a name.

    """
    known = {name: place for place, name in enumerate(names)}
    return [[_place(factor.feature, known, names) for factor in term.factors] for term in terms]


def values(terms: Sequence[Term], names: Sequence[str], X: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Compute terms of rows.

    Parameters
    ----------
    terms
        What to compute.
    names
        Of the features, (n_features,).
    X
        Features, (n, n_features).

    Returns
    -------
    values
        (n, n_terms) float32, as large as float32 may be where they are larger.

    """
    columns = []
    with np.errstate(all="ignore"):
        for term, own in zip(terms, places(terms, names), strict=True):
            column = np.ones(len(X))
            for factor, place in zip(term.factors, own, strict=True):
                inner = X[:, place].astype(np.float64) ** factor.inner
                outer = FUNCTIONS[factor.function](inner) if factor.function else inner
                column = column * outer**factor.power
            columns.append(np.clip(np.nan_to_num(column), -_LARGEST, _LARGEST).astype(np.float32))
    return np.stack(columns, axis=1)


def _term(text: str) -> Term:
    factors = []
    for part in text.split("*"):
        found = _FACTOR.fullmatch(part.strip())
        if found is None:
            raise UsageError(f"--inputs: {display(text) or 'an empty term'} can't be read", _GRAMMAR)
        function, argument, inner, name, power = found.groups()
        own = Factor(argument or name, int(inner or 1), function or "", int(power or 1))
        factors.append(own)
    if len(factors) > MOST_FACTORS:
        raise UsageError(f"--inputs: {display(text)} has {len(factors)} factors; at most {MOST_FACTORS}")
    return Term(text, tuple(factors))


def _place(name: str, known: Mapping[str, int], names: Sequence[str]) -> int:
    if name in known:
        return known[name]
    by_place = _BY_PLACE.fullmatch(name)
    if by_place and int(by_place[1]) < len(names):
        return int(by_place[1])
    raise UsageError(f"--inputs: there is no feature {display(name)}", meant(name, names, most=10))
