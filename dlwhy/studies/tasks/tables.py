"""Tasks of registered data sets and of the user's own rows."""

import dataclasses
import functools

import numpy as np

from dlwhy import files
from dlwhy.data.dataset import Dataset
from dlwhy.errors import InputRefusedError
from dlwhy.studies.tasks.draws import Draw, generator, resampled
from dlwhy.studies.tasks.fresh import NOISE, TEST, TRAIN

_POOL = 1 << 14


def digits(
    seed: int, *, n_train: int, label_noise: float = 0.0, scaling: float = 0.0, standardise: bool = True
) -> Draw:
    """Handwritten digits, split anew by each seed.

    Parameters
    ----------
    label_noise
        Share of the training labels that are drawn at random; held-out labels stay as they are.
    scaling
        Multiply every input by its own 10^u, with u spread evenly over plus and minus this, in an order of the seed's.
        (Drawn one by one, some seeds have hardly a large scale, and how hard the task is differs twice as much.)
    standardise
        Scale the inputs first.

    """
    made = resampled(_bundled("digits"), seed, n_train=n_train, standardise=standardise)
    y_train = made.y_train
    if label_noise:
        drawn = generator(seed, NOISE).random((len(y_train), 2))
        y_train = np.where(drawn[:, 0] < label_noise, np.floor(10 * drawn[:, 1]).astype(np.int32), y_train)
    powers = generator(seed, NOISE + 100).permutation(np.linspace(-scaling, scaling, made.X_train.shape[1]))
    factors = np.power(10.0, powers).astype(np.float32)
    return dataclasses.replace(made, y_train=y_train, X_train=made.X_train * factors, X_test=made.X_test * factors)


def bundled(seed: int, *, name: str, n_train: int | None = None) -> Draw:
    """One of dlwhy's registered data sets: a toy drawn fresh with 3000 held-out points, a real one split anew."""
    from dlwhy.data.toys.registry import REGISTRY

    if name not in REGISTRY or REGISTRY[name].draw is None:  # `make` says which names there are
        return resampled(_bundled(name), seed, n_train=n_train)
    from dlwhy.data.toys.make import make

    rows = n_train or 700
    pool = max(_POOL, rows + TEST)  # one drawing for all sizes, so that more rows begin with the same ones
    state = int(generator(seed, TRAIN).integers(2**31))
    made = make(name, samples=pool, seed=state, test_size=TEST / pool)
    return dataclasses.replace(resampled(made, seed, n_train=rows, test_share=TEST / pool), overlap=0.0)


def own(seed: int, *, dataset: Dataset, n_train: int | None = None, k: int | None = None) -> Draw:
    """Split the user's own data, anew for each seed.

    Of k labels a class, in the classes' shares (or of k rows, if there are no classes), a network that is carried over
    learns, which brings a scale of its own: then features stay as they are.
    """
    if k is None:
        return resampled(dataset, seed, n_train=n_train)
    return resampled(dataset, seed, n_train=k * max(1, dataset.n_classes), standardise=False)


def table(
    seed: int, *, path: str, fingerprint: str, n_train: int | None = None, max_size: int | None = None, **_: object
) -> Draw:
    """Split one of the user's tables anew, by chance, or as it is split by group or time.

    Raises
    ------
    InputRefusedError, InputUnreadableError
        If its file is gone, can't be read, or has changed since the study began.

    """
    return resampled(_read(path, fingerprint, max_size), seed, n_train=n_train)


@functools.lru_cache(maxsize=4)
def _read(path: str, fingerprint: str, max_size: int | None) -> Dataset:
    from dlwhy.data.stored import storage

    dataset = storage.read(path, max_size=max_size)
    if dataset.fingerprint != fingerprint:
        raise InputRefusedError(f"{files.shown(path)}: has changed since the study began")
    return dataset


@functools.lru_cache(maxsize=16)
def _bundled(name: str) -> Dataset:
    from dlwhy.data.toys.make import make

    return make(name)
