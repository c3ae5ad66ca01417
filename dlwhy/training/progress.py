"""What a training tells whoever waits for it, and may be asked for meanwhile."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from dlwhy.models.trained import Trained


@dataclasses.dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a training is.

    Parameters
    ----------
    epoch, epochs
        Epochs done, and asked for.
    logs
        Each column of the history, at this epoch.
    samples_per_second
        Training samples a second over the last call.
    device
        What it runs on.
    fraction
        How much of the next epoch is done, from 0 to 1; where an epoch takes long it is told, too.

    """

    epoch: int
    epochs: int
    logs: Mapping[str, float]
    samples_per_second: float
    device: str
    fraction: float = 0.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Hooks:
    """What a caller wants to be told, and may ask for, while a training runs.

    Parameters
    ----------
    on_progress
        Called a few times a second.
    on_look
        Called after each call of epochs with the network as it is, which predicts and has its history; None for never.
        Stacks are not looked at.
    looks
        Epochs, in order, after which a call ends so that they can be looked at; the numbers are the same all the same.
    on_checkpoint
        Called with the state of training every `TrainingOptions.checkpoint_every` epochs.
    should_stop
        Asked a few times a second; when it says so, training ends after the epochs in hand, or, where an epoch takes
        long, at once with the epoch before.

    """

    on_progress: Callable[[Progress], None] = lambda _: None
    on_look: Callable[[Trained], None] | None = None
    looks: Sequence[int] = ()
    on_checkpoint: Callable[[Trained], None] = lambda _: None
    should_stop: Callable[[], bool] = lambda: False
