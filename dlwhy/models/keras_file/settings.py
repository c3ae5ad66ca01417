"""Tables of the settings that the layers of a .keras file may have: every key, and every value it may take."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any

from dlwhy.data.values import is_whole
from dlwhy.models.spec import ACTIVATIONS, INITIALIZERS, MAX_UNITS
from dlwhy.text import display

Check = Callable[[Any], Any]
# what a check gives for a setting that can have one value only: nothing to hand to Keras
DROPPED = object()

_KERAS_ACTIVATIONS = (*ACTIVATIONS, "silu", "softmax")
# by the names of their classes: `he_normal` is HeNormal
_INITIALIZERS = {name.title().replace("_", "") for name in INITIALIZERS}
_INITIALIZERS |= {"VarianceScaling", "Zeros", "Ones", "Constant"}
_WRAPPING = {"module", "class_name", "config", "registered_name", "shared_object_id", "build_config"}
_MAX_NAME = 200
_LARGEST = 3.4e38


class WrongSettingError(ValueError):
    """A setting has a value that it may not have; the text says what it must be."""


@dataclasses.dataclass(frozen=True)
class Initializer:
    """How a kernel once started: Keras' class name and its checked settings."""

    kind: str
    settings: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Penalty:
    """Penalties on a kernel: factors of the sums of absolute values and of squares."""

    l1: float
    l2: float


def check_name(value: Any) -> str:
    """Check the name of a model or layer: Keras makes scopes and paths of it, and we show it."""
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_NAME:
        raise WrongSettingError(f"a name of 1 to {_MAX_NAME} characters")
    if display(value, _MAX_NAME) != value or "/" in value:
        raise WrongSettingError("a name without slashes and control characters")
    return value


def _fixed(*allowed: Any) -> Check:
    def check(value: Any) -> Any:
        if not any(type(value) is type(each) and value == each for each in allowed):
            raise WrongSettingError(str(allowed[0]))
        return DROPPED

    return check


def _whole(low: int, high: int) -> Check:
    def check(value: Any) -> int:
        if not is_whole(value, low, high):
            raise WrongSettingError(f"a whole number from {low} to {high}")
        return value

    return check


def _number(low: float, high: float) -> Check:
    def check(value: Any) -> float:
        if type(value) not in (int, float) or not low <= value <= high:
            raise WrongSettingError(f"a number from {low:g} to {high:g}")
        return float(value)

    return check


def _optional(inner: Check) -> Check:
    return lambda value: None if value is None else inner(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongSettingError("true or false")
    return value


def _one_of(*allowed: str) -> Check:
    def check(value: Any) -> str:
        if value not in allowed:
            raise WrongSettingError(f"one of {', '.join(allowed)}")
        return str(value)

    return check


def _batch_shape(value: Any) -> int:
    if not (isinstance(value, list) and len(value) == 2 and value[0] is None):
        raise WrongSettingError("[null, number of features]")
    return int(_whole(1, 1 << 30)(value[1]))


def _policy(value: Any) -> str:
    """Check a dtype policy, given as an object or by name."""
    if isinstance(value, dict) and value.get("class_name") == "DTypePolicy" and isinstance(value.get("config"), dict):
        value = value["config"].get("name")
    if value not in ("float32", "mixed_bfloat16"):
        raise WrongSettingError("float32 or mixed_bfloat16")
    return str(value)


def _numbers(low: float) -> Check:
    def check(value: Any) -> list[float]:
        if value == []:
            raise WrongSettingError("a number or a list of numbers")
        return [_number(low, _LARGEST)(each) for each in (value if isinstance(value, list) else [value])]

    return check


def _part(value: Any, module: str, classes: set[str]) -> tuple[str, dict[str, Any]]:
    """Take an initializer or regularizer apart into its class name and its settings."""
    good = isinstance(value, dict) and value.keys() <= _WRAPPING and value.get("module") == module
    if not good or not isinstance(value.get("class_name"), str) or value["class_name"] not in classes:
        raise WrongSettingError(f"one of {module}: {', '.join(sorted(classes))}")
    config = value.get("config")
    if not isinstance(config, dict):
        raise WrongSettingError("with settings")
    return value["class_name"], config


def _initializer(value: Any) -> Initializer:
    kind, config = _part(value, "keras.initializers", _INITIALIZERS)
    checks: dict[str, Check] = {
        "seed": _optional(_whole(0, 2**63 - 1)),
        "distribution": _one_of("normal", "truncated_normal", "untruncated_normal", "uniform"),
        "mode": _one_of("fan_in", "fan_out", "fan_avg"),
        "input_axes": _fixed(None),
        "output_axes": _fixed(None),
        "dtype": _optional(_policy),
    }
    number = _number(-1e9, 1e9)
    checks |= dict.fromkeys(("mean", "stddev", "minval", "maxval", "gain", "scale", "value"), number)
    if not config.keys() <= checks.keys():
        raise WrongSettingError("an initializer with known settings")
    checked = {key: checks[key](each) for key, each in config.items()}
    return Initializer(kind, {key: each for key, each in checked.items() if each is not DROPPED and key != "dtype"})


def _regularizer(value: Any) -> Penalty:
    _, config = _part(value, "keras.regularizers", {"L1", "L2", "L1L2"})
    if not config.keys() <= {"l1", "l2"}:
        raise WrongSettingError("a regularizer with l1 and l2")
    factor = _number(0, 1e9)
    return Penalty(factor(config.get("l1", 0)), factor(config.get("l2", 0)))


def _unused_initializer(value: Any) -> Any:
    """Check how a weight once started; the file brings the weight itself."""
    _initializer(value)
    return DROPPED


_activation = _one_of(*_KERAS_ACTIVATIONS)
_NOTHING, _OFF = _fixed(None), _fixed(False)
_VALUE = _number(-_LARGEST, _LARGEST)
_LAST_AXIS = _fixed(-1, [-1], 1, [1])
_ANY: dict[str, Check] = {"name": check_name, "trainable": _boolean, "dtype": _policy}
_AFFINE: dict[str, Check] = {
    **_ANY,
    "axis": _LAST_AXIS,
    "epsilon": _number(0, 1),
    **dict.fromkeys(("center", "scale"), _boolean),
    **dict.fromkeys(("beta_initializer", "gamma_initializer"), _unused_initializer),
    **dict.fromkeys(("beta_regularizer", "gamma_regularizer", "beta_constraint", "gamma_constraint"), _NOTHING),
}
SETTINGS: Mapping[str, Mapping[str, Check]] = {
    "InputLayer": {
        "name": check_name,
        "batch_shape": _batch_shape,
        "dtype": _fixed("float32"),
        **dict.fromkeys(("sparse", "ragged", "optional"), _OFF),
    },
    "Normalization": {
        **_ANY,
        "axis": _LAST_AXIS,
        "invert": _OFF,
        "mean": _optional(_numbers(-_LARGEST)),
        "variance": _optional(_numbers(0)),
    },
    "Dense": {
        **_ANY,
        "units": _whole(1, MAX_UNITS),
        "activation": _activation,
        "use_bias": _boolean,
        "kernel_initializer": _initializer,
        "bias_initializer": _unused_initializer,
        **dict.fromkeys(("kernel_regularizer", "bias_regularizer"), _optional(_regularizer)),
        **dict.fromkeys(("activity_regularizer", "kernel_constraint", "bias_constraint"), _NOTHING),
        **dict.fromkeys(("lora_rank", "lora_alpha", "quantization_config"), _NOTHING),
    },
    "BatchNormalization": {
        **_AFFINE,
        "momentum": _number(0, 1),
        **dict.fromkeys(("moving_mean_initializer", "moving_variance_initializer"), _unused_initializer),
        **dict.fromkeys(("synchronized", "renorm"), _OFF),
        "renorm_clipping": _NOTHING,
        "renorm_momentum": _fixed(0.99),
    },
    "LayerNormalization": {**_AFFINE, "rms_scaling": _OFF},
    "Activation": {**_ANY, "activation": _activation},
    "Dropout": {
        **_ANY,
        "rate": _number(0, math.nextafter(1, 0)),
        "seed": _optional(_whole(0, 2**63 - 1)),
        "noise_shape": _NOTHING,
    },
    "Add": _ANY,
    "Average": _ANY,
    "Subtract": _ANY,
    "Concatenate": {**_ANY, "axis": _fixed(-1, 1)},
    "Rescaling": {**_ANY, "scale": _VALUE, "offset": _VALUE},
}
# layers that take several inputs
JOINS = ("Add", "Average", "Subtract", "Concatenate")
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "InputLayer": ("name", "batch_shape"),
    "Dense": ("name", "units", "activation"),
    "Activation": ("name", "activation"),
    "Dropout": ("name", "rate"),
    "Rescaling": ("name", "scale"),
}
