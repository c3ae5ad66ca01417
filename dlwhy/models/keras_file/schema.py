"""Which networks a .keras file may describe: its config.json becomes a plan, checked without Keras."""

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Self

from dlwhy.data.dataset import MAX_COLUMNS, FloatArray
from dlwhy.errors import InputRefusedError
from dlwhy.models.keras_file.graph import known_only, taken_from
from dlwhy.models.keras_file.parts import activation_of, answers_of
from dlwhy.models.keras_file.settings import DROPPED, REQUIRED, SETTINGS, Penalty, WrongSettingError, check_name
from dlwhy.models.spec import MAX_PARAMETERS, MAX_UNITS
from dlwhy.text import display

# 64 members of 128 hidden layers, each with a normalization and an activation; more than Keras makes in an hour
MAX_LAYERS = 1 << 15
# a layer of features with all bins beside them
MAX_WIDTH = MAX_COLUMNS + MAX_UNITS
# that the layers take and give for one row: a file of many wide layers without weights would take hours
MAX_VALUES = 1 << 25

Shape = tuple[int, ...]
_WRAPPING = {"module", "class_name", "config", "registered_name", "build_config", "shared_object_id"}
_MODEL = {
    "Sequential": {"name", "trainable", "dtype", "layers", "build_input_shape"},
    "Functional": {"name", "trainable", "dtype", "layers", "input_layers", "output_layers"},
}
# layers that are an activation, and their usual settings
_ACTIVATIONS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "ReLU": ("relu", {"max_value": None, "negative_slope": 0.0, "threshold": 0.0}),
    "Softmax": ("softmax", {"axis": -1}),
}
_MODULES = ("keras", "keras.models", "keras.src.models.functional", "keras.src.models.sequential")


@dataclasses.dataclass(frozen=True, kw_only=True)
class LayerPlan:
    """One layer of a network."""

    kind: str  # Keras' class name
    name: str  # the layer's name in its model
    inputs: tuple[int, ...]  # indices of the layers whose outputs it takes
    width: int  # values a sample that it gives out
    settings: Mapping[str, Any]  # checked settings, by Keras' names; defaults may be missing
    weights: tuple[Shape, ...]  # shapes of its weights in Keras' order
    n_trained: int  # how many of those, from the first, training changes

    @property
    def parameters(self) -> int:
        """Count the trainable parameters, as Keras does: none in a frozen layer."""
        trained = self.weights[: self.n_trained] if self.settings.get("trainable", True) else ()
        return sum(map(math.prod, trained))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """A whole network: layers in an order in which each comes after those it takes from, the output last."""

    name: str
    sequential: bool
    trainable: bool
    layers: tuple[LayerPlan, ...]

    @property
    def n_features(self) -> int:
        """Number of features."""
        return self.layers[0].width

    @property
    def parameters(self) -> int:
        """Count the trainable parameters."""
        return sum(layer.parameters for layer in self.layers) if self.trainable else 0

    @property
    def multiply_adds(self) -> int:
        """Count the multiply-adds of the matrix products for one sample."""
        return sum(math.prod(layer.weights[0]) for layer in self.layers if layer.kind == "Dense")

    @property
    def penalized(self) -> bool:
        """Whether training adds a penalty on weights to its loss."""
        penalties = (value for layer in self.layers for value in layer.settings.values() if isinstance(value, Penalty))
        return any(penalty.l1 or penalty.l2 for penalty in penalties)

    @property
    def n_computed(self) -> int:
        """Count the values that the layers take and give for one sample."""
        return sum(layer.width + sum(self.layers[i].width for i in layer.inputs) for layer in self.layers)

    @property
    def n_values(self) -> int:
        """Count the values of all weights, trainable or not."""
        return sum(math.prod(shape) for layer in self.layers for shape in layer.weights)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class PlainNetwork:
    """A network as plain data, no Keras, no TensorFlow: a plan with its weights."""

    plan: Plan  # the layers
    weights: Sequence[Sequence[FloatArray]]  # for each layer its weights in Keras' order, float32
    # state of the random generator of each Dropout layer, (2,) integers each; empty to start dropout anew
    dropout_state: Sequence[Sequence[int]] = ()

    @property
    def averages(self) -> str | None:
        """The activation of the members whose probabilities are averaged; None if there are none."""
        answers = answers_of(self.plan)
        activation = activation_of(self.plan, answers)
        return activation if answers.averaged and activation != "linear" else None

    def without_last_activation(self) -> Self:
        """Return the network that ends before the last activation.

        Where the probabilities of members are averaged, what each has in their place stands side by side, member by
        member: from an average of rounded probabilities nothing could be told.
        """
        answers, layers = answers_of(self.plan), list(self.plan.layers)
        if self.averages:
            (n, width), last = (len(answers.layers), layers[-1].width), layers[-1]
            layers[-1] = dataclasses.replace(last, kind="Concatenate", width=n * width)
        for place in answers.layers:
            if "activation" in layers[place].settings and not answers.rescaled:
                bare = {**layers[place].settings, "activation": "linear"}
                layers[place] = dataclasses.replace(layers[place], settings=bare)
        return dataclasses.replace(self, plan=dataclasses.replace(self.plan, layers=tuple(layers)))


def is_pair(plan: Plan) -> bool:
    """Return whether a network ends in two softmax units, of which one tells all."""
    last = plan.layers[-1]
    return last.kind == "Dense" and last.width == 2 and last.settings.get("activation") == "softmax"


def as_one_unit(plan: Plan) -> Plan:
    """Return the plan of a network that ends in one sigmoid unit in place of two softmax units."""
    *layers, last = plan.layers
    settings = {**last.settings, "units": 1, "activation": "sigmoid"}
    shapes = tuple((*shape[:-1], 1) for shape in last.weights)
    last = dataclasses.replace(last, settings=settings, width=1, weights=shapes)
    return dataclasses.replace(plan, layers=(*layers, last))


def plan_of(config: Any) -> Plan:
    """Check what config.json holds and give it as a plan.

    Raises
    ------
    InputRefusedError
        If it is anything but a Sequential or functional model of the layers that `network.build` makes.

    """
    wrapping = known_only(config, "config.json", _WRAPPING | {"compile_config"})
    kind, module = wrapping.get("class_name"), wrapping.get("module")
    if (
        not isinstance(kind, str)
        or kind not in _MODEL
        or module not in _MODULES
        or wrapping.get("registered_name") not in (None, kind)
    ):
        raise InputRefusedError(f'"{display(kind)}" of "{display(module)}" is not a Sequential or functional model')
    model = known_only(wrapping.get("config"), "the model's config", _MODEL[kind])
    _check_model(model)
    layers = tuple(_layers(model["layers"], sequential=kind == "Sequential"))
    if kind == "Functional":
        _check_ends(model, layers)
    plan = Plan(
        name=model["name"], sequential=kind == "Sequential", trainable=model.get("trainable", True), layers=layers
    )
    if plan.n_values > MAX_PARAMETERS:
        raise InputRefusedError(f"the network has {plan.n_values} weights; at most {MAX_PARAMETERS}")
    if plan.n_computed > MAX_VALUES:
        raise InputRefusedError(f"the network computes {plan.n_computed} values a row; at most {MAX_VALUES}")
    return plan


def _check_model(model: Mapping[str, Any]) -> None:
    try:
        check_name(model.get("name"))
        SETTINGS["Dense"]["dtype"](model.get("dtype", "float32"))
        SETTINGS["Dense"]["trainable"](model.get("trainable", True))
    except WrongSettingError as error:
        raise InputRefusedError(f"the model's config: name, dtype or trainable must be {error}") from error
    layers = model.get("layers")
    if not isinstance(layers, list) or not 2 <= len(layers) <= MAX_LAYERS:
        count = len(layers) if isinstance(layers, list) else "no"
        raise InputRefusedError(f"the model has {count} layers; from 2 to {MAX_LAYERS} are read")


def _layers(values: list[Any], *, sequential: bool) -> Iterator[LayerPlan]:
    widths: list[int] = []
    index: dict[str, int] = {}
    for position, value in enumerate(values):
        where = f"layer {position + 1}"
        extra = set() if sequential else {"name", "inbound_nodes"}
        wrapping = _as_activation(known_only(value, where, _WRAPPING | extra))
        kind = _kind(wrapping, where)
        name, settings = _settings(kind, wrapping.get("config"), where)
        where = f'{where} ({kind} "{display(name)}")'
        if name in index or (kind == "InputLayer") != (position == 0):
            raise InputRefusedError(f"{where}: a second of its name, or an input not in the first place")
        before = (position - 1,) if position else ()
        inputs = before if sequential else taken_from(wrapping, name, index, where)
        index[name] = position
        widths.append(_width(kind, settings, [widths[i] for i in inputs], where))
        shapes, n_trained = _WEIGHTS[kind](settings, widths[inputs[0]]) if kind in _WEIGHTS else ((), 0)
        yield LayerPlan(
            kind=kind,
            name=name,
            inputs=inputs,
            width=widths[-1],
            settings=settings,
            weights=shapes,
            n_trained=n_trained,
        )


def _as_activation(wrapping: dict[str, Any]) -> dict[str, Any]:
    """Write a layer that is an activation with Keras' usual settings as that activation."""
    kind, config = wrapping.get("class_name"), wrapping.get("config")
    usual_name = wrapping.get("registered_name") in (None, kind)
    if not isinstance(kind, str) or kind not in _ACTIVATIONS or not isinstance(config, dict) or not usual_name:
        return wrapping
    activation, usual = _ACTIVATIONS[kind]
    for key, value in usual.items():
        if key in config and config[key] != value:
            raise InputRefusedError(
                f"the layer {kind} is read with {key} {value} only (got {display(config[key])})",
                "take it apart into layers that are read",
            )
    kept = {key: value for key, value in config.items() if key not in usual}
    names = {"class_name": "Activation", "registered_name": None}
    return {**wrapping, **names, "config": {**kept, "activation": activation}}


def _kind(wrapping: Mapping[str, Any], where: str) -> str:
    kind, module = wrapping.get("class_name"), wrapping.get("module")
    if not isinstance(kind, str) or kind not in SETTINGS:
        hint = f"only these are: {', '.join(SETTINGS)}"
        raise InputRefusedError(f'{where}: the layer "{display(kind)}" is not read', hint)
    if module != "keras.layers" or wrapping.get("registered_name") not in (None, kind):
        raise InputRefusedError(f'{where}: the {kind} of "{display(module)}" is not the one of keras.layers')
    return kind


def _settings(kind: str, config: Any, where: str) -> tuple[str, dict[str, Any]]:
    """Check a layer's settings by its table; those that only ever have one value are left out."""
    where = f"{where} ({kind})"
    known = SETTINGS[kind]
    values = known_only(config, where, set(known))
    settings: dict[str, Any] = {}
    for key in (*values, *(key for key in REQUIRED.get(kind, ("name",)) if key not in values)):
        try:
            checked = known[key](values.get(key))
        except WrongSettingError as error:
            raise InputRefusedError(f"{where}: {key} must be {error} (got {display(values.get(key))})") from error
        if checked is not DROPPED:
            settings[key] = checked
    return settings.pop("name"), settings


def _check_ends(model: Mapping[str, Any], layers: tuple[LayerPlan, ...]) -> None:
    """See that a functional model runs from its first layer to its last, and leaves none out."""
    for key, layer in (("input_layers", layers[0]), ("output_layers", layers[-1])):
        if model.get(key) not in ([layer.name, 0, 0], [[layer.name, 0, 0]]):
            raise InputRefusedError(f"the model's {key} must be one, in its first or last place")
    used = {i for layer in layers for i in layer.inputs}
    if used != set(range(len(layers) - 1)):
        raise InputRefusedError("the model has layers that do not lead to its output")


def _width(kind: str, settings: Mapping[str, Any], inputs: list[int], where: str) -> int:
    if kind == "Concatenate":
        if sum(inputs) > MAX_WIDTH:
            raise InputRefusedError(f"{where}: {sum(inputs)} values side by side; at most {MAX_WIDTH}")
        return sum(inputs)
    if len(set(inputs)) > 1:
        raise InputRefusedError(f"{where}: takes outputs of different widths")
    if kind == "InputLayer":
        width: int = settings["batch_shape"]
        if width > MAX_COLUMNS:
            raise InputRefusedError(f"{where}: {width} features; at most {MAX_COLUMNS}")
        return width
    if kind == "Normalization":
        sizes = [len(settings.get(key) or ()) for key in ("mean", "variance")]
        if sizes[0] != sizes[1] or sizes[0] not in (0, 1, inputs[0]):
            raise InputRefusedError(f"{where}: mean and variance are not for {inputs[0]} features")
    units: int = settings["units"] if kind == "Dense" else inputs[0]
    return units


def _dense(settings: Mapping[str, Any], width: int) -> tuple[tuple[Shape, ...], int]:
    units = settings["units"]
    shapes = ((width, units), (units,)) if settings.get("use_bias", True) else ((width, units),)
    return shapes, len(shapes)


def _affine(settings: Mapping[str, Any], width: int) -> tuple[tuple[Shape, ...], int]:
    n = sum(settings.get(key, True) for key in ("scale", "center"))
    return ((width,),) * n, n


def _batch_statistics(settings: Mapping[str, Any], width: int) -> tuple[tuple[Shape, ...], int]:
    shapes, n = _affine(settings, width)
    return (*shapes, (width,), (width,)), n


def _adapted(settings: Mapping[str, Any], width: int) -> tuple[tuple[Shape, ...], int]:
    return (((width,), (width,)) if settings.get("mean") is None else ()), 0


_WEIGHTS: Mapping[str, Callable[[Mapping[str, Any], int], tuple[tuple[Shape, ...], int]]] = {
    "Dense": _dense,
    "LayerNormalization": _affine,
    "BatchNormalization": _batch_statistics,
    "Normalization": _adapted,
}
