"""Engines whose training has ended, kept for the next that their program fits: to trace and compile one takes long."""

import dataclasses
from collections.abc import Callable, Hashable
from typing import Any

from dlwhy.models.network import NetworkSpec
from dlwhy.training.choosing import Engine, TrainingData
from dlwhy.training.options import TrainingOptions
from dlwhy.training.single.compiled import CompiledEngine

_MOST_KEPT = 16
_kept: dict[Hashable, CompiledEngine] = {}


def kind(network: NetworkSpec, options: TrainingOptions, data: TrainingData, core: Any, **how: Hashable) -> Hashable:
    """Name all that a program depends on but the shapes of its data, which it takes as they come.

    Parameters
    ----------
    network, options, data, core
        What is trained, how and on what; `core` is the model of `network` that trains.
    how
        Further settings of the engine.

    """
    planned = options.schedule != "constant"
    same = dataclasses.replace(
        options, seed=0, engine="auto", checkpoint_every=None, epochs=options.epochs if planned else 1
    )
    trained = tuple(layer.trainable for layer in core.layers)
    ends = core.input_shape[-1], core.output_shape[-1], data.task
    return network, same, len(data.X) if planned else None, trained, ends, tuple(how.items())


def engine(wanted: Hashable, make: Callable[[], CompiledEngine], model: Any, data: TrainingData) -> CompiledEngine:
    """Give an engine for a model and its data: one of the kind wanted that nobody uses any more, or a new one."""
    kept = _kept.pop(wanted, None)
    if kept is not None:
        kept.reuse(model, data)
        return kept
    made = make()
    made.kind = wanted if made.reusable else None
    return made


def keep(used: Engine) -> None:
    """Keep an engine that will not be used any more, if it can be, without its data; of many the oldest goes."""
    if not isinstance(used, CompiledEngine) or used.kind is None:
        return
    used.rest()
    _kept[used.kind] = used
    while len(_kept) > _MOST_KEPT:
        del _kept[next(iter(_kept))]
