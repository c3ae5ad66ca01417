"""All slices of rows by one column or two, and those of them where errors are largest."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.evaluation.errors.cutting import Cut
from dlwhy.evaluation.errors.held_out import Array

Mask = npt.NDArray[np.bool_]
LEAST = 20  # rows of a slice in each half
_LARGEST = 0.6  # of the rows: what is more is no slice, but what the rest is compared with
MOST_PAIRED = 30  # columns
_SHUFFLES = 200


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Space:
    """Slices that are large enough in both halves.

    Parameters
    ----------
    members
        (n_slices, n), sparse: 1 where a row is of a slice.
    names
        Of each slice the conditions that its rows meet.
    columns
        Of each slice the columns these are about.

    """

    members: Any
    names: tuple[tuple[str, ...], ...]
    columns: tuple[tuple[str, ...], ...]

    def rows(self, index: int) -> Mask:
        """Return which rows are of a slice, (n,)."""
        return np.asarray(self.members[[index]].toarray()[0] > 0)


def space_of(cuts: Sequence[Cut], finding: Mask, paired: Sequence[int]) -> Space:
    """Return all slices by one cut, and by two of those at some places, that have at least 20 rows in each half."""
    from scipy.sparse import csr_array

    every = [(cut,) for cut in cuts] + list(itertools.combinations([cuts[place] for place in paired], 2))
    places: list[npt.NDArray[np.int64]] = []
    rows: list[npt.NDArray[np.int64]] = []
    names: list[tuple[str, ...]] = []
    columns: list[tuple[str, ...]] = []
    for own in every:
        codes = own[0].codes if len(own) == 1 else own[0].codes * len(own[1].levels) + own[1].codes
        for code in _large_enough(codes, finding):
            members = np.flatnonzero(codes == code)
            places.append(np.full(len(members), len(names)))
            rows.append(members)
            which = (code,) if len(own) == 1 else divmod(code, len(own[1].levels))
            names.append(tuple(cut.levels[level] for cut, level in zip(own, which, strict=True)))
            columns.append(tuple(cut.column for cut in own))
    at = (np.concatenate(places), np.concatenate(rows)) if names else (np.empty(0, int), np.empty(0, int))
    members = csr_array((np.ones(len(at[0])), at), shape=(len(names), len(finding)))
    return Space(members=members, names=tuple(names), columns=tuple(columns))


def _large_enough(codes: npt.NDArray[np.int64], finding: Mask) -> list[int]:
    found, kept = np.bincount(codes[finding]), np.bincount(codes[~finding])
    count = min(len(found), len(kept))
    fits = (found[:count] >= LEAST) & (kept[:count] >= LEAST)
    return [int(code) for code in np.flatnonzero(fits & (found[:count] <= _LARGEST * finding.sum()))]


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Candidate:
    """A slice that stands out.

    Parameters
    ----------
    index
        Its place in the space.
    left
        (n,): which rows are left, of both halves: without those of the candidates before it.
    chance
        How often errors shuffled between rows make any slice stand out as much.

    """

    index: int
    left: Mask
    chance: float


def worst(space: Space, errors: Array, finding: Mask, *, count: int, seed: int) -> Iterator[Candidate]:
    """Yield the slice that stands out most on one half of the rows, then that of the rows that are left without it, ...

    Parameters
    ----------
    space
        The slices.
    errors, finding
        (n,): of each row, and whether it is of the half that looks.
    count
        Most candidates.
    seed
        Of the shuffles.

    """
    left = np.ones(len(finding), np.bool_)
    rng = np.random.default_rng(seed)
    for _ in range(count):
        fits = _fits(space, left & finding) & _fits(space, left & ~finding)
        own = errors[left & finding]
        if not fits.any() or not np.ptp(own):
            return
        members = space.members[np.flatnonzero(fits)][:, left & finding]
        height = _height(members, own[:, np.newaxis])[:, 0]
        best = int(height.argmax())
        if height[best] <= 0:
            return
        shuffled = rng.permuted(np.tile(own, (_SHUFFLES, 1)), axis=1).T
        chance = (1 + (_height(members, shuffled).max(axis=0) >= height[best]).sum()) / (1 + _SHUFFLES)
        index = int(np.flatnonzero(fits)[best])
        yield Candidate(index=index, left=left.copy(), chance=float(chance))
        left &= ~space.rows(index)


def _fits(space: Space, rows: Mask) -> Mask:
    """Return which slices have enough of some rows, though not nearly all, (n_slices,)."""
    inside = space.members @ rows.astype(np.float64)
    return np.asarray((inside >= LEAST) & (inside <= _LARGEST * rows.sum()))


def _height(members: Any, errors: Array) -> Array:
    """Return by how many standard errors each slice's mean error is above the rest's, (n_slices, n_trials).

    Parameters
    ----------
    members
        (n_slices, n), sparse: 1 where a row is of a slice.
    errors
        (n, n_trials).

    """
    n = len(errors)
    inside = np.asarray(members.sum(axis=1)).reshape(-1, 1)
    total = members @ errors
    difference = total / inside - (errors.sum(axis=0) - total) / (n - inside)
    return np.asarray(difference / np.sqrt(errors.var(axis=0) * (1 / inside + 1 / (n - inside))))
