"""The choices that make a network, checked; and the limits of what a network may be. Importing this costs nothing."""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from dlwhy.data.values import is_number, is_whole
from dlwhy.errors import UsageError, check_one_of, check_whole
from dlwhy.text import display

if TYPE_CHECKING:
    from dlwhy.data.dataset import Task

ACTIVATIONS = ("relu", "tanh", "sigmoid", "linear", "gelu", "elu", "selu", "leaky_relu", "swish", "silu", "mish")
INITIALIZERS = (
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "truncated_normal",
)
HEADS: "Mapping[Task, str]" = {"binary": "sigmoid", "multiclass": "softmax", "regression": "linear"}
# what a model may be: the archive reader refuses more, so that a file can't ask for memory it does not fill
MAX_HIDDEN = 128
MAX_UNITS = 16_384
MAX_PARAMETERS = 20_000_000
MAX_BINS = 128
MAX_MEMBERS = 64


@dataclasses.dataclass(frozen=True, kw_only=True)
class NetworkSpec:
    """The choices that make a multilayer perceptron; the defaults are the essay's demonstration.

    Parameters
    ----------
    layers
        Units of each hidden layer; none at all makes a linear model.
    activation
        What follows each hidden layer.
    initializer
        How every kernel starts, by Keras' name.
    batch_norm, layer_norm
        Normalize between each hidden layer and its activation.
    dropout
        Share of the units that is dropped after each hidden layer while training.
    residual
        Add its input to each hidden layer's output where their widths agree.
    l1, l2
        Penalties on every kernel of the hidden layers and the output.
    zero_output
        Start the output layer at zeros: without a linear path the network starts by saying the same of all.
    linear_path
        Add a linear model of the first layer's inputs to the output: fitted beforehand, not trained.
    bins
        Most pieces of a piecewise-linear encoding of each numeric feature, which stands beside the feature itself: one
        a hundred training rows, and none below a thousand.

    Raises
    ------
    UsageError
        If a value can't be.

    """

    layers: tuple[int, ...] = (10, 10)
    activation: str = "relu"
    initializer: str = "glorot_uniform"
    batch_norm: bool = False
    layer_norm: bool = False
    dropout: float = 0.0
    residual: bool = False
    l1: float = 0.0
    l2: float = 0.0
    zero_output: bool = False
    linear_path: bool = False
    bins: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", _layers(self.layers))
        check_one_of("--activation", self.activation, ACTIVATIONS)
        check_one_of("--initializer", self.initializer, INITIALIZERS)
        for name in ("batch_norm", "layer_norm", "residual", "zero_output", "linear_path"):
            switch = getattr(self, name)
            if not isinstance(switch, bool):
                raise UsageError(f"--{name.replace('_', '-')} must be true or false (got {display(switch)})")
        if self.batch_norm and self.layer_norm:
            raise UsageError("--batch-norm and --layer-norm exclude each other")
        if not (is_number(self.dropout) and 0 <= self.dropout < 1):
            raise UsageError(f"--dropout must be a number from 0 up to, not including, 1 (got {display(self.dropout)})")
        for option, penalty in (("--l1", self.l1), ("--l2", self.l2)):
            if not (is_number(penalty) and penalty >= 0):
                raise UsageError(f"{option} must be a finite number >= 0 (got {display(penalty)})")
        check_whole("--bins", self.bins, least=0, most=MAX_BINS)

    def skips(self, width: int) -> list[bool]:
        """Return for each hidden layer whether its input is added to its output, behind an input of some width."""
        return [self.residual and a == b for a, b in itertools.pairwise((width, *self.layers))]

    def to_json(self) -> dict[str, Any]:
        """Return the specification as JSON-like values."""
        return {**dataclasses.asdict(self), "layers": list(self.layers)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Take a specification back from JSON-like values; what a newer version added is refused.

        Raises
        ------
        UsageError
            If a value can't be, or is unknown.

        """
        check_names(cls, values, "network")
        return cls(**values)


def check_names(kind: type, values: Mapping[str, Any], what: str) -> None:
    """Refuse values by names that a dataclass of options does not have."""
    known = {field.name for field in dataclasses.fields(kind)}
    for name in values:
        if name not in known:
            raise UsageError(f"unknown {what} option {display(name)}")


def n_outputs(task: "Task", n_classes: int) -> int:
    """Return the units of the output layer."""
    return n_classes if task == "multiclass" else 1


def _layers(values: Sequence[int]) -> tuple[int, ...]:
    good = isinstance(values, list | tuple) and len(values) <= MAX_HIDDEN
    if not good or any(not is_whole(units, 1, MAX_UNITS) for units in values):
        shown = ",".join(map(str, values)) if isinstance(values, list | tuple) else values
        raise UsageError(
            f"--layers must be at most {MAX_HIDDEN} whole numbers from 1 to {MAX_UNITS} (got {display(shown)})"
        )
    return tuple(values)
