"""The numbers of a model file: model.weights.h5 is read dataset by dataset, each checked before it is touched."""

import io
import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import FloatArray
from dlwhy.errors import InputRefusedError
from dlwhy.models.keras_file.schema import Plan, Shape

if TYPE_CHECKING:
    import h5py

# what the HDF5 library and h5py raise on damaged files
DAMAGE = (OSError, RuntimeError, KeyError, OverflowError, ValueError, TypeError, AttributeError)
_MAX_SLOTS = 4


def read_weights(
    content: bytes, plan: Plan, *, with_optimizer: bool
) -> tuple[list[list[FloatArray]], tuple[npt.NDArray[Any], ...] | None]:
    """Read the weights of each layer of a plan and, if asked for and there, the state of the optimizer.

    Parameters
    ----------
    content
        The bytes of model.weights.h5.
    plan
        The layers, which decide every name and shape that is read; whatever else the file holds is not touched.
    with_optimizer
        Whether to read the state of the optimizer.

    Returns
    -------
    weights
        For each layer its weights in Keras' order, float32.
    optimizer
        The state in Keras' order, integers as int64, other numbers as float32; None if there is none.

    Raises
    ------
    InputRefusedError
        If something is missing, of another shape or kind, not finite, or not stored plainly in this very file.

    """
    import h5py

    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            names = _names(plan)
            weights = [
                [_floats(file, f"layers/{name}/vars/{i}", shape) for i, shape in enumerate(layer.weights)]
                for name, layer in zip(names, plan.layers, strict=True)
            ]
            return weights, _optimizer(file, plan) if with_optimizer else None
    except DAMAGE as error:
        raise InputRefusedError(f"model.weights.h5 is damaged ({type(error).__name__})") from error


def _names(plan: Plan) -> list[str]:
    """Return the name under which Keras keeps each layer: its class in snake case, numbered from the second on."""
    seen: Counter[str] = Counter()
    names = []
    for layer in plan.layers:
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", layer.kind).lower()
        names.append(f"{name}_{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return names


def _floats(file: "h5py.File", path: str, shape: Shape) -> FloatArray:
    dataset = _dataset(file, path)
    if dataset.shape != shape:
        raise InputRefusedError(f"model.weights.h5: {path} has the shape {dataset.shape}, {shape} belongs there")
    if dataset.dtype.kind != "f":
        raise InputRefusedError(f"model.weights.h5: {path} does not hold floats")
    return _finite(dataset, path)


def _optimizer(file: "h5py.File", plan: Plan) -> tuple[npt.NDArray[Any], ...] | None:
    """Read the optimizer's variables, as many as there are: counters, and slots that are as large as the weights."""
    import h5py

    if file.get("optimizer", getlink=True) is None:
        return None
    group = h5py.Group(_entry(file, "optimizer/vars"))
    most = 16 + _MAX_SLOTS * sum(len(layer.weights) for layer in plan.layers)
    count = len(group)
    if count > most:
        raise InputRefusedError(f"model.weights.h5: the optimizer has {count} variables, at most {most} belong there")
    paths = [f"optimizer/vars/{i}" for i in range(count)]
    datasets = [_dataset(file, path) for path in paths]
    if sum(math.prod(dataset.shape) for dataset in datasets) > 16 + _MAX_SLOTS * plan.n_values:
        raise InputRefusedError("model.weights.h5: the optimizer holds more than belongs to these weights")
    return tuple(_state(dataset, path) for dataset, path in zip(datasets, paths, strict=True))


def _state(dataset: "h5py.Dataset", path: str) -> npt.NDArray[Any]:
    if dataset.dtype.kind in "iu":
        return np.asarray(dataset[...]).astype(np.int64)
    if dataset.dtype.kind != "f":
        raise InputRefusedError(f"model.weights.h5: {path} does not hold numbers")
    return _finite(dataset, path)


def _finite(dataset: "h5py.Dataset", path: str) -> FloatArray:
    with np.errstate(over="ignore"):
        values: FloatArray = np.asarray(dataset[...]).astype(np.float32)
    if not np.isfinite(values).all():
        raise InputRefusedError(f"model.weights.h5: {path} holds a value that is not a finite number")
    return values


def _dataset(file: "h5py.File", path: str) -> "h5py.Dataset":
    """Find a dataset whose bytes lie in this file, plain and whole; so nothing is unpacked or made up in reading."""
    import h5py

    entry = _entry(file, path)
    if not isinstance(entry, h5py.h5d.DatasetID):
        raise InputRefusedError(f"model.weights.h5: {path} is not a dataset")
    dataset = h5py.Dataset(entry)
    layout = dataset.id.get_create_plist().get_layout()
    plain = layout in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT) and not dataset.external and not dataset.is_virtual
    if (
        not plain
        or dataset.id.get_storage_size() != dataset.id.get_space().get_simple_extent_npoints() * dataset.dtype.itemsize
    ):
        raise InputRefusedError(f"model.weights.h5: {path} is not stored plainly in this file")
    return dataset


def _entry(file: "h5py.File", path: str) -> Any:
    """Walk to an entry by hard links only: no other link is ever followed."""
    import h5py

    # below h5py's groups, which look each part up several times: an ensemble has thousands
    entry = file.id
    for part in path.encode().split(b"/"):
        if not isinstance(entry, h5py.h5g.GroupID) or not entry.links.exists(part):
            raise InputRefusedError(f"model.weights.h5: {path} is missing")
        if entry.links.get_info(part).type != h5py.h5l.TYPE_HARD:
            raise InputRefusedError(f"model.weights.h5: {path} is a link")
        entry = h5py.h5o.open(entry, part)
    return entry
