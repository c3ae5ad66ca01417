"""Keeping a network's weights at some moments of its training, between calls of whole epochs: steps cost the same."""

import dataclasses
import itertools
import json
from typing import Any

import numpy as np

from dlwhy.data.dataset import FloatArray
from dlwhy.errors import UsageError, check_whole
from dlwhy.models import snapshots
from dlwhy.models.keras_file.rebuilding import variables_of
from dlwhy.models.keras_file.schema import plan_of
from dlwhy.models.snapshots import Snapshots


@dataclasses.dataclass(kw_only=True)
class Keeping:
    """Snapshots in the making.

    Parameters
    ----------
    planned
        How many were asked for.
    moments
        After how many epochs one is due.
    variables
        The network's weights, in the order of its plan.
    taken
        The values at each epoch so far, (n_values,) float32 each.

    """

    planned: int
    moments: tuple[int, ...]
    variables: list[Any]
    taken: dict[int, FloatArray]

    def epochs_to_next(self, epoch: int) -> int:
        """Count the epochs to the next one that is due; as good as endless after the last."""
        return min((moment - epoch for moment in self.moments if moment > epoch), default=1 << 31)

    def take(self, epoch: int) -> None:
        """Keep the weights that the model has now, unless they are no numbers any more."""
        row = np.concatenate([np.ravel(variable.numpy()).astype(np.float32) for variable in self.variables])
        if np.isfinite(row).all():
            self.taken[epoch] = row

    def so_far(self) -> Snapshots | None:
        """Return what was kept, None if nothing was."""
        epochs = sorted(self.taken)
        if not epochs:
            return None
        weights = np.stack([self.taken[epoch] for epoch in epochs])
        return Snapshots(planned=self.planned, epochs=tuple(epochs), weights=weights)


def check(count: int) -> None:
    """Refuse a number of snapshots that can't be.

    Raises
    ------
    UsageError
        If it can't.

    """
    check_whole("--snapshots", count, least=snapshots.FEWEST, most=snapshots.MOST)


def begin(model: Any, count: int, epochs: int) -> Keeping:
    """Plan `count` snapshots of a Keras model over a training of so many epochs.

    Raises
    ------
    UsageError
        If there can't be so many.

    """
    check(count)
    plan = plan_of(json.loads(model.to_json()))
    moments = snapshots.moments(count, epochs)
    most = snapshots.MAX_BYTES // (4 * plan.n_values)
    if len(moments) > most:
        raise UsageError(
            f"--snapshots {count}: of {plan.n_values} weights at most {most} are kept",
            f"all together may take {snapshots.MAX_BYTES >> 20} MiB",
        )
    variables = list(itertools.chain.from_iterable(variables_of(model, plan)))
    return Keeping(planned=count, moments=tuple(moments), variables=variables, taken={})


def go_on(model: Any, kept: Snapshots, epochs: int) -> Keeping:
    """Plan the snapshots of a training that goes on to so many epochs: as many, those that it has among them."""
    keeping = begin(model, kept.planned, epochs)
    rows = dict(zip(kept.epochs, kept.weights, strict=True))
    keeping.taken |= {epoch: rows[epoch] for epoch in snapshots.nearest(kept.epochs, keeping.moments)}
    return keeping
