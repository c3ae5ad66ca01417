"""How many replicas make a stack, and where it keeps its replica axis: a rule from measured costs, no trial.

A trial on the spot would choose now this, now that, and so change the last bits of a repeated run; and within the sizes
below the cost of a replica is flat to a tenth. Measured on one core (Zen 4, 1 MiB of L2), batch 32, Adam, microseconds
of processor time a replica and step, TensorFlow 2.21:

    layers              last, 104 / 136 / 168 / 248     first, 8 / 16 / 48
    2-10-10-1           2.3  2.3  2.3  2.5
    2-16-16-16-1        5.8  6.1  6.7
    2-32-32-1                                           7.0
    64-32-32-10                                         18.6  18.4  18.2

and on another (Sapphire Rapids, 2 MiB of L2), last 112 / 160, first 16 / 64:

    2-10-10-1           1.7  1.7                        6.9  6.4
    2-16-16-16-1        4.9  5.3                        6.9  6.5
    10-16-16-3          8.4  9.0                        6.4  6.0
    2-74-1              6.7  7.5                        2.4  2.2
    2-32-32-1           34   35                         5.9  6.0
    64-32-32-10         151  171                        14   16
    2-64-64-1           175  194                        13   17

With the replica axis last two more things decide. Below 104 replicas a step costs four to six times as much: the
compiler unrolls the loop over replicas whole and no longer vectorises it. And a size that is a multiple of a power of 2
puts the samples of a batch, which are summed over, into the same few sets of the first-level cache: 128 replicas of
2-10-10-1 cost 3.2, 256 of them 5.6, 128 of 2-16-16-16-1 17.6, 160 of them 9.9. Odd multiples of 8, the floats of a
vector, spread over the most sets that there can be.
"""

import dataclasses
import itertools

from dlwhy.models.layouts import Layout
from dlwhy.training.stack import processor_cache

_LAST_SIZES = tuple(range(104, 249, 16))
_FIRST_SIZES = (1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64)
# widest layer that is quicker with the replica axis last
_LAST_WIDTH = 16
# below so many replicas a core, a stack of 104 that is mostly empty costs more than a full one of the other layout
_LAST_REPLICAS = 28
# how much dearer a replica becomes with each cache that the stack is larger than one; measured up to 2.5 of them
_BEYOND_CACHE = 0.1
_SECONDS_A_CALL = 0.3
_MOST_STEPS = 1024


@dataclasses.dataclass(frozen=True, kw_only=True)
class StackPlan:
    """How replicas are cut into stacks.

    Parameters
    ----------
    layout
        Order of axes of each stack.
    size
        Replicas a stack; the last one is filled up.
    steps
        Steps a call, if a round has no more.

    """

    layout: Layout
    size: int
    steps: int


def plan(widths: tuple[int, ...], *, replicas: int, batch_size: int, cores: int, size: int | None = None) -> StackPlan:
    """Choose layout and size of the stacks.

    Parameters
    ----------
    widths
        Units of each layer, from features to outputs.
    replicas
        How many there are to train.
    batch_size
        Samples a step.
    cores
        Stacks that are trained side by side.
    size
        Replicas a stack, if that is to be decided otherwise.

    """
    last = _suits_last(widths) and (size or replicas) >= (_LAST_SIZES[0] if size else _LAST_REPLICAS * cores)
    # what a step of one replica touches, in caches of a core
    share = 4 * (2 * batch_size * sum(widths) + 4 * _products(widths)) / processor_cache.bytes_a_core()
    fitting = _LAST_SIZES if last else [each for each in _FIRST_SIZES if each * share <= 1] or _FIRST_SIZES[:1]
    chosen = size or min(fitting, key=lambda each: _cost(replicas, each, cores, caches=each * share))
    seconds = chosen * _seconds_a_step(widths, batch_size, last=last)
    # a power of 2, so that data sets of different sizes share a program
    steps = 1 << max(4, int(min(_MOST_STEPS, _SECONDS_A_CALL / seconds)).bit_length() - 1)
    return StackPlan(layout=Layout("last" if last else "first"), size=chosen, steps=steps)


def _cost(replicas: int, size: int, cores: int, *, caches: float) -> float:
    """Weigh how long it takes, in replicas one after another, and a little how much work it is."""
    stacks = -(-replicas // size)
    # a step costs some microseconds however few replicas there are
    of_one = (size + 4) * (1 + _BEYOND_CACHE * max(0.0, caches - 1))
    return of_one * (-(-stacks // cores) + 0.35 * stacks / cores)


def _suits_last(widths: tuple[int, ...]) -> bool:
    *inputs, outputs = widths
    return max(inputs) <= _LAST_WIDTH and outputs == 1


def _products(widths: tuple[int, ...]) -> int:
    return sum(a * b for a, b in itertools.pairwise(widths))


def _seconds_a_step(widths: tuple[int, ...], batch_size: int, *, last: bool) -> float:
    operations = 6 * batch_size * _products(widths)
    return operations / 14e9 if last else 1.5e-6 * (len(widths) - 1) + operations / 30e9
