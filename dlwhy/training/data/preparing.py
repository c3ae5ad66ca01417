"""What a lone training and a stack prepare alike: random streams, held-out rows, class weights, scales of targets."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import FloatArray, Task
from dlwhy.data.splitting import Split, split_groups, split_times
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.models import front
from dlwhy.models.front import Front
from dlwhy.models.spec import NetworkSpec
from dlwhy.training.options import TrainingOptions

IndexArray = npt.NDArray[np.int32]
PURPOSES = {"validation": 1, "order": 2}


def generator(seed: int, purpose: str, index: int = 0) -> np.random.Generator:
    """Return the random generator of one purpose, independent of all others under the same seed."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(PURPOSES[purpose], index)))


def steps_an_epoch(n: int, batch_size: int) -> int:
    """Return how many batches n rows make; the last one may be smaller."""
    return -(-n // batch_size)


def binned(X_train: FloatArray, network: NetworkSpec) -> tuple[int, ...]:
    """Return the features of training rows, (n_train, n_features), that a network's bins are for."""
    return front.numeric(X_train) if network.bins else ()


def fitted_front(
    X: FloatArray, network: NetworkSpec, options: TrainingOptions, *, binned: Sequence[int], n_train: int | None = None
) -> Front | None:
    """Fit what stands in front of a network on rows, (n, n_features), as many bins as `n_train` rows, or n, carry."""
    bins = front.bins_of(network.bins, len(X) if n_train is None else n_train)
    return front.fitted(X, options.normalize, bins=bins, binned=binned)


def held_out(
    rows: IndexArray, y: npt.NDArray[np.generic], task: Task, *, share: float, seed: int, split: Split | None = None
) -> tuple[IndexArray, IndexArray]:
    """Split rows into those to train and those to validate on; both hold the same share of each class if they can.

    Where rows belong together, or follow each other, whole groups or the latest rows are held out, about as many.

    Parameters
    ----------
    rows
        Indices of training rows, (n,).
    y
        Their targets, (n,).
    task
        Regression is not stratified.
    share, seed
        Share of the rows to validate on, and the seed of the split.
    split
        How the data set is split.

    Raises
    ------
    UsageError
        If a part would be empty.
    InputRefusedError
        If all rows are of one group or time.

    """
    if split is not None:
        return _as_split(split, rows, y if task != "regression" else None, share=share, seed=seed)
    from sklearn.model_selection import train_test_split

    size = round(len(rows) * share)
    if not 1 <= size < len(rows):
        raise UsageError(f"--validation-split {share:g} of {len(rows)} rows leaves a part empty")
    alone = _alone(y) if task != "regression" else np.zeros(len(y), bool)
    if 0 < alone.sum() <= len(rows) - size - 1:  # the only row of a class is learnt from
        rest, held = held_out(rows[~alone], y[~alone], task, share=size / (len(rows) - alone.sum()), seed=seed)
        return np.concatenate([rest, rows[alone]]), held
    counts = np.unique(y, return_counts=True)[1]
    stratify = task != "regression" and counts.min() >= 2 and size >= len(counts) <= len(rows) - size
    state = _state(seed)
    rest, held = train_test_split(rows, test_size=size, random_state=state, stratify=y if stratify else None)
    return rest, held


def _alone(y: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Say which of n targets are the only ones of their class, (n,)."""
    _, index, counts = np.unique(y, return_inverse=True, return_counts=True)
    return np.asarray(counts[index] == 1)


def _as_split(
    split: Split, rows: IndexArray, y: npt.NDArray[np.generic] | None, *, share: float, seed: int
) -> tuple[IndexArray, IndexArray]:
    """Split training rows by whole groups, or by time."""
    keys = split.train[rows]
    try:
        if split.by == "time":
            rest, held = split_times(keys, test_size=share)
        else:
            labels = None if y is None else y.astype(np.int32)
            rest, held = split_groups(keys, seed=_state(seed), test_size=share, y=labels)
    except InputRefusedError as error:
        raise InputRefusedError(f"--validation-split {share:g}: in the training part {error.message}") from error
    return rows[rest], rows[held]


def _state(seed: int) -> int:
    return int(generator(seed, "validation").integers(2**32))


def class_weights(y: npt.NDArray[np.generic]) -> FloatArray:
    """Return a weight for each of n targets, (n,) float32, by which all classes count the same."""
    classes, index, counts = np.unique(y, return_inverse=True, return_counts=True)
    weights: FloatArray = (len(y) / (len(classes) * counts[index])).astype(np.float32)
    return weights


def target_scale(y: FloatArray, options: TrainingOptions) -> tuple[float, float] | None:
    """Return the mean and deviation that a regression's targets are standardized by, or None."""
    scale = front.scale_of(y[:, None], "always" if options.normalize == "robust" else options.normalize)
    return (scale[0][0], scale[1][0] ** 0.5) if scale else None
