"""What goes into the program of a stack, and how far it is: all that varies between trainings of one shape."""

from typing import Any, NamedTuple

RUNNING, DIVERGED, STOPPED, ABSENT = range(4)
# most rounds a call: the size of its log, which is part of the program's shape
ROUNDS = 50


class Feed(NamedTuple):
    """What a stack of R networks trains on, tensors. What is None is left out of the program.

    Parameters
    ----------
    X
        Rows of all replicas, (n, n_features).
    y
        Their targets, (n,) or, each replica's own behind the other's, (R·n,).
    weights
        Weights of samples, in the same form as `y`, or None.
    offset
        Where a replica's targets and weights start, (R,) int32.
    center, spread
        How each replica scales its features, (R, n_features); None if they are scaled.
    slopes, low, high
        How each replica computes its bins, (R, bins) each; None if there are none, or they are among the features.
    target_center, target_spread
        How each replica scales its targets, (R,); None for classes.
    rates, steps
        Largest learning rate, and number of steps that a schedule plans with, (R,).
    validation
        Rows to validate on, int32, a piece's as samples of R or 1 replicas, filled up with -1; None without: a fifth of
        the compiling.
    dropout, keys
        Share of units to drop, and what makes the masks, (R,) float32 and uint32; None without dropout.
    l1, l2
        Penalties, (R,); None without.
    clip
        Largest norm of a replica's gradient, (); None for any.
    patience
        Rounds without a better validation loss before a replica stops, (); None for never: then an equal loss is
        better, too.

    """

    X: Any
    y: Any
    offset: Any
    rates: Any
    steps: Any
    validation: Any = None
    weights: Any = None
    center: Any = None
    spread: Any = None
    slopes: Any = None
    low: Any = None
    high: Any = None
    target_center: Any = None
    target_spread: Any = None
    dropout: Any = None
    keys: Any = None
    l1: Any = None
    l2: Any = None
    clip: Any = None
    patience: Any = None


class State(NamedTuple):
    """How far a stack is.

    Parameters
    ----------
    weights, slots
        Weights of the networks, and the optimizer's state.
    best
        Weights of the round with the best validation loss; empty where none are kept.
    best_loss, waited
        That loss, and rounds since, (R,).
    status
        ``RUNNING``, ``DIVERGED``, ``STOPPED`` or ``ABSENT`` (fills up the stack), (R,) int32.
    done
        Rounds that count, (R,) int32.

    """

    weights: Any
    slots: Any
    best: Any
    best_loss: Any
    waited: Any
    status: Any
    done: Any
