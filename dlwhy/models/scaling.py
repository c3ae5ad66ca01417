"""What is fixed inside a model: how features become what its first trained layer sees, and its output a target."""

from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy.data.dataset import FloatArray
from dlwhy.errors import InputRefusedError
from dlwhy.models.keras_file.parts import FRONT_ENDS

if TYPE_CHECKING:
    import keras  # a name for annotations, nothing is imported

_VALUES_A_CHUNK = 1 << 22


def target_scale(model: "keras.Model") -> tuple[float, float] | None:
    """Return the mean and standard deviation that turn a model's output into the target, or None."""
    last = model.layers[-1]
    return (float(last.offset), float(last.scale)) if type(last).__name__ == "Rescaling" else None


def core(model: "keras.Model") -> "keras.Model":
    """Return the part of a model between its front and the target's scale, sharing its layers: what is to be trained.

    Raises
    ------
    InputRefusedError
        If the model averages several networks.

    """
    import keras

    if (members := count_members(model)) > 1:
        raise InputRefusedError(f"the model averages {members} networks; only one can be trained further")
    front = _front(model)
    if front is None and target_scale(model) is None:
        return model
    output = next(each for each in reversed(model.layers) if type(each).__name__ != "Rescaling")
    return keras.Model(model.inputs[0] if front is None else front.output, output.output)


def normalized(model: "keras.Model", X: FloatArray) -> FloatArray:
    """Compute the front of a model, which training leaves as it is, of features (n, n_features): what `core` takes."""
    front = _front(model)
    if front is None or not len(X):
        return X
    import keras

    is_scale = type(front).__name__ == "Normalization"
    compute = front if is_scale else keras.Model(model.inputs[0], front.output)
    found = np.empty((len(X), front.output.shape[-1]), np.float32)
    rows = max(1, _VALUES_A_CHUNK // found.shape[1])
    for start in range(0, len(X), rows):
        found[start : start + rows] = compute(np.asarray(X[start : start + rows], np.float32))
    return found


def count_members(model: "keras.Model") -> int:
    """Return how many networks a model averages; 1 if it does not."""
    last = next(layer for layer in reversed(model.layers) if type(layer).__name__ != "Rescaling")
    return len(set(map(id, last.input))) if type(last).__name__ == "Average" else 1


def _front(model: "keras.Model") -> Any:
    """Return the layer that the front of a model ends in, or None."""
    layers = {layer.name: layer for layer in model.layers}
    for name, kind in FRONT_ENDS.items():
        if type(layers.get(name)).__name__ == kind:
            return layers[name]
    return next((layer for layer in model.layers if type(layer).__name__ == "Normalization"), None)
