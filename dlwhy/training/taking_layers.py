"""Starting from another network's layers: which are taken, which are frozen, which are new."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from dlwhy.data.dataset import Dataset
from dlwhy.data.tables.reencoding import is_plain
from dlwhy.errors import UsageError
from dlwhy.models.keras_file.parts import KNOTS_HIGH, KNOTS_LOW, LINEAR, OUTPUT
from dlwhy.models.matching import with_features_of
from dlwhy.models.trained import Trained


@dataclasses.dataclass(frozen=True, kw_only=True)
class Start:
    """What trainings start from.

    Parameters
    ----------
    bases
        Trained networks, one for all or one for each replica, whose matching layers are taken over.
    freeze
        How many of those layers are left as they are, or ``all``.

    Raises
    ------
    UsageError
        If a network takes hand-made features.

    """

    bases: Sequence[Trained]
    freeze: int | str = 0

    def __post_init__(self) -> None:
        if any(base.details.inputs for base in self.bases):
            raise UsageError("the network to start from takes hand-made inputs (--inputs): its layers know no features")


def as_started_from(start: Start, dataset: Dataset) -> Dataset:
    """Return the data set with the features of the network that a training starts from: its layers know no others.

    Raises
    ------
    InputRefusedError
        If the features do not fit.

    """
    details = start.bases[0].details
    if len(details.feature_names) != dataset.n_features and is_plain((*details.columns, *dataset.columns)):
        return dataset  # no layer will fit, which is told as such
    return with_features_of(details, dataset, model="the network to start from")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Taken:
    """What `take_layers` took from a base network.

    Parameters
    ----------
    taken
        Names of the layers whose weights were taken.
    frozen
        Names of those that training leaves as they are.
    new
        Names of the layers that keep their random initial weights.

    """

    taken: tuple[str, ...]
    frozen: tuple[str, ...]
    new: tuple[str, ...]


def take_layers(model: Any, base: Any, *, same_classes: bool, freeze: int | str = 0) -> Taken:
    """Copy the weights of base layer by layer, from the input on, as long as their shapes agree.

    Parameters
    ----------
    model, base
        Built Keras models; what stands in front of the first layer, and a linear path, are not counted here. Beside a
        linear path, which is fitted anew, the output layer is new.
    same_classes
        Whether the output layer may be taken too; it is new when it tells other classes apart.
    freeze
        How many of the taken layers, counted from the input, are left as they are; ``all`` for each but the output.

    Raises
    ------
    UsageError
        If nothing fits, or more layers are to be frozen than were taken.

    """
    own, other = _with_weights(model), _with_weights(base)
    same_classes = same_classes and all(layer.name != LINEAR for layer in (*model.layers, *base.layers))
    body = [layer for layer in own if layer.name != OUTPUT]
    taken = []
    for mine, theirs in zip(own, other, strict=False):
        if _shapes(mine) != _shapes(theirs) or (mine not in body and not (same_classes and theirs is other[-1])):
            break
        mine.set_weights(theirs.get_weights())
        taken.append(mine)
    if not taken:
        raise UsageError(
            "--init-from: no layer fits: the first takes "
            f"{_shapes(other[0])[0] if other else 'nothing'} there and {_shapes(own[0])[0]} here",
            "give the same features and --layers",
        )
    frozen = [layer for layer in taken if layer in body] if freeze == "all" else taken[: int(freeze)]
    if freeze != "all" and int(freeze) > len(taken):
        raise UsageError(f"--freeze {freeze}: only {len(taken)} layers were taken")
    for layer in frozen:
        layer.trainable = False
    if not model.trainable_variables:
        raise UsageError(f"--freeze {freeze} leaves nothing to train")
    names = [tuple(layer.name for layer in layers) for layers in (taken, frozen)]
    return Taken(taken=names[0], frozen=names[1], new=tuple(layer.name for layer in own if layer not in taken))


def _with_weights(model: Any) -> list[Any]:
    apart = (KNOTS_LOW, KNOTS_HIGH, LINEAR)
    layers = [layer for layer in model.layers if layer.weights and layer.name not in apart]
    return [layer for layer in layers if type(layer).__name__ != "Normalization"]


def _shapes(layer: Any) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in layer.weights]
