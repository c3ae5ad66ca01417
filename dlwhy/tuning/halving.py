"""Successive halving: all on few networks, the better half on more; and whether the last one is better beyond noise."""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

# networks of each one that is still in, at the end of each rung
RUNGS = (2, 4, 8)
# of names, and the numbers of networks: the held-out loss of each network, by name
Score = Callable[[Sequence[str], Sequence[int]], Mapping[str, Sequence[float]]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Gap:
    """By how much losses differ from those of the reference, on the same held-out rows.

    Parameters
    ----------
    value
        The mean difference; below 0 it is better.
    standard_error
        Of that; None of a single pair.

    """

    value: float
    standard_error: float | None

    @property
    def is_better(self) -> bool:
        """Return whether it is better by more than one standard error."""
        return self.standard_error is not None and self.value < -self.standard_error


@dataclasses.dataclass(frozen=True, kw_only=True)
class Halved:
    """How far each came.

    Parameters
    ----------
    losses
        Held-out loss of each network, by name, the reference first; those that were not tried are not there.
    last
        Names of those that were not left behind, without the reference.

    """

    losses: Mapping[str, Sequence[float]]
    last: Sequence[str]

    @property
    def leader(self) -> str | None:
        """Return the best of the last, if it is better than the reference at all."""
        gaps = {name: self.mean_gap(name) for name in self.last if name in self.losses}
        best = min(gaps, key=gaps.__getitem__, default=None)
        return best if best is not None and gaps[best] < 0 else None

    def mean_gap(self, name: str) -> float:
        """Return by how much one's mean loss is above the reference's, over the networks that both have."""
        return mean_gap(self.losses[name], _reference(self.losses))


def halve(
    groups: Sequence[Sequence[str]],
    score: Score,
    *,
    rungs: Sequence[int] = RUNGS,
    is_over: Callable[[], bool] = lambda: False,
) -> Halved:
    """Try all on a few networks each, then the better half of them on more, and so on; the reference on all.

    Parameters
    ----------
    groups
        Names of those that are scored together; the first of all is the reference.
    score
        Gives the losses of some networks of some of a group.
    rungs
        Networks that each has at the end of a rung, ascending.
    is_over
        Asked before each group but the first: whether to stop with what there is.

    """
    losses: dict[str, list[float]] = {}
    last, done = [name for group in groups for name in group][1:], 0
    for networks in rungs:
        for group in groups:
            names = [name for name in group if name in last or name == groups[0][0]]
            if not names:
                continue
            if losses and is_over():
                return Halved(losses=losses, last=last)
            for name, found in score(names, range(done, networks)).items():
                losses.setdefault(name, []).extend(found)
        by_gap = sorted(last, key=lambda name: mean_gap(losses[name], _reference(losses)))
        last, done = by_gap[: _half(len(last))], networks
    return Halved(losses=losses, last=last)


def work(count: int, *, rungs: Sequence[int] = RUNGS) -> int:
    """Return the networks that halving trains of a reference and so many others."""
    total, done = 0, 0
    for networks in rungs:
        total += (1 + count) * (networks - done)
        count, done = _half(count), networks
    return total


def mean_gap(losses: Sequence[float], reference: Sequence[float]) -> float:
    """Return by how much a mean loss is above the reference's, over the networks that both have."""
    return float(np.mean(_differences(losses, reference)))


def gap(losses: Sequence[float], reference: Sequence[float], *, share: float) -> Gap:
    """Compare losses with those of the reference, network by network.

    Networks learn from nearly the same rows, so their differences are no independent sample: the variance of the mean
    is corrected after Nadeau & Bengio (2003), as in the studies.

    Parameters
    ----------
    losses, reference
        Held-out loss of each network; two of one number have the same held-out rows.
    share
        Share of the training rows that each network holds out.

    """
    differences = _differences(losses, reference)
    value, count = float(np.mean(differences)), len(differences)
    if count < 2 or not math.isfinite(value):
        return Gap(value=value, standard_error=None)
    spread = float(np.std(differences, ddof=1))
    return Gap(value=value, standard_error=spread * math.sqrt(1 / count + share / (1 - share)))


def _differences(losses: Sequence[float], reference: Sequence[float]) -> npt.NDArray[np.float64]:
    return np.asarray(losses, np.float64) - np.asarray(reference[: len(losses)], np.float64)


def _reference(losses: Mapping[str, Sequence[float]]) -> Sequence[float]:
    return next(iter(losses.values()))


def _half(count: int) -> int:
    return -(-count // 2)
