"""Seeds: derived from one base seed, those that are reported apart from those that choose learning rates."""

import dataclasses

import numpy as np

TUNING_SEEDS = 4
_PURPOSES = {"report": 1, "tuning": 2}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seeds:
    """Seeds of an arm's runs."""

    report: tuple[int, ...]  # of the runs that are reported
    tuning: tuple[int, ...]  # of those that choose the learning rate


def draw_seeds(base_seed: int, purpose: str, count: int) -> tuple[int, ...]:
    """Derive seeds: more of them begin with the same ones; those of two purposes have nothing in common."""
    state = np.random.SeedSequence(base_seed, spawn_key=(_PURPOSES[purpose],)).generate_state(2 * count)
    # a seed stays below 2**31, so that a shifted one is valid, too
    return tuple(int(value) for value in dict.fromkeys(state >> 1))[:count]


def training_seed(seed: int, shift: int) -> int:
    """Return the seed of initial weights, shuffling and masks: the run's own, or for a shifted arm another one."""
    return seed if not shift else int(np.random.SeedSequence(seed, spawn_key=(9, shift)).generate_state(1)[0])
