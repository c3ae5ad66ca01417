"""Which layers of a network are its hidden ones, where its units give out what they do, and what lies between them."""

import dataclasses

import numpy as np
import numpy.typing as npt

from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.figures.subject import Subject
from dlwhy.models import forward
from dlwhy.models.details import Details
from dlwhy.models.keras_file import parts
from dlwhy.models.keras_file.schema import PlainNetwork, Plan
from dlwhy.text import counted

# what may stand between a layer's sums and what its units give out, and behind that before the next layer
_OF_UNITS = ("BatchNormalization", "LayerNormalization", "Activation")
_BEHIND = (*_OF_UNITS, "Dropout", "Rescaling", "Add")
# units that give out nothing, or hardly anything, below a threshold
HALF_OPEN = ("relu", "leaky_relu", "elu", "selu", "gelu", "swish", "silu", "mish")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Layer:
    """A hidden layer, or the output."""

    name: str  # ``layer 1``, or ``output``
    dense: int  # place of its sums, whose weights are the layer's
    units: int  # place where its units give out what they do, behind their activation
    end: int  # place of what the next layer is given: with its own input, if that is added
    width: int  # number of its units
    activation: str  # by Keras' name


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Anatomy:
    """A network of one member, and its layers in order."""

    network: PlainNetwork
    entry: int  # place of what the first layer is given: the features, scaled and with bins where the network does so
    layers: tuple[Layer, ...]  # the output is the last
    n_members: int  # of which this is the first
    details: Details  # what it takes of the features

    @classmethod
    def of(cls, subject: Subject, kind: str) -> "Anatomy":
        """Look into a model.

        Parameters
        ----------
        subject
            Has the model.
        kind
            What is to be drawn, for messages.

        Raises
        ------
        UsageError
            If there is nothing to look into.
        InputRefusedError
            If what its layers give out can't be computed here.

        """
        if subject.trained is None:
            raise UsageError(f"{kind}: drawn of a network only")
        network = subject.trained.plain()
        if not forward.knows(network.plan):
            raise InputRefusedError(
                f"{kind}: {subject.name} computes in bfloat16, in which its layers can't be looked into",
                "train it with --precision float32",
            )
        n_members = parts.count_members(network.plan)
        if n_members > 1:
            network = parts.member(network, 1)
        return _anatomy(network, n_members, subject.trained.details)

    @property
    def hidden(self) -> tuple[Layer, ...]:
        """The hidden layers."""
        return self.layers[:-1]

    @property
    def of_member(self) -> str:
        """What a title says of an ensemble; empty for one network."""
        return f"the first of {counted(self.n_members, 'network')}" if self.n_members > 1 else ""

    def kernel(self, layer: Layer) -> npt.NDArray[np.float32]:
        """Return the weights of a layer, (n_inputs, n_units), without its biases."""
        return np.asarray(self.network.weights[layer.dense][0], np.float32)


def spread_out(count: int, most: int) -> list[int]:
    """Return which of so many are shown, at most `most`: all, or the first, the last and some between them."""
    return [int(place) for place in np.linspace(0, count - 1, min(count, most)).round()]


def _anatomy(network: PlainNetwork, n_members: int, details: Details) -> Anatomy:
    plan = network.plan
    front = set(parts.front_of(plan))
    dense = [
        place
        for place, layer in enumerate(plan.layers)
        if layer.kind == "Dense" and place not in front and layer.name != parts.LINEAR
    ]
    if not dense:
        raise InputRefusedError("the network has no layer with weights")
    layers = [
        _layer(plan, place, f"layer {number}" if place != dense[-1] else "output")
        for number, place in enumerate(dense, start=1)
    ]
    entry = plan.layers[dense[0]].inputs[0]
    return Anatomy(network=network, entry=entry, layers=tuple(layers), n_members=n_members, details=details)


def _layer(plan: Plan, place: int, name: str) -> Layer:
    units = _behind(plan, place, _OF_UNITS)
    end = _behind(plan, place, _BEHIND)
    activations = [plan.layers[each].settings.get("activation", "linear") for each in (units, place)]
    activation = next((each for each in activations if each != "linear"), "linear")
    if name == "output":
        units = end = len(plan.layers) - 1
    width = plan.layers[place].width
    return Layer(name=name, dense=place, units=units, end=end, width=width, activation=str(activation))


def _behind(plan: Plan, place: int, kinds: tuple[str, ...]) -> int:
    """Return the last place of the layers of some kinds that follow a layer one by one."""
    while True:
        taking = [number for number, layer in enumerate(plan.layers) if place in layer.inputs]
        if len(taking) != 1 or plan.layers[taking[0]].kind not in kinds:
            return place
        place = taking[0]
