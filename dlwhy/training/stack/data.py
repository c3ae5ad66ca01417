"""What each replica of a stack trains and validates on: its rows, labels, weights, scales, and order of batches."""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset, FloatArray
from dlwhy.errors import InputRefusedError
from dlwhy.models.front import Front, Scale, deviation
from dlwhy.models.spec import NetworkSpec
from dlwhy.training.data import linear_path, orders, preparing
from dlwhy.training.data.linear_path import Path
from dlwhy.training.data.ranges import check_range, warn_of_small_spreads
from dlwhy.training.options import TrainingOptions
from dlwhy.training.stack.varying import Varying

IndexArray = npt.NDArray[np.int32]
# rows of an epoch, from replica and epoch
Order = Callable[[int, int], IndexArray]
# rows up to which orders are kept: all of them are then 32 MiB
_MOST_REMEMBERED = 4096
# replicas from which on so few of their epochs are kept that the next training does not find them
_MANY = 64
# a line of the cache behind the orders of a replica: without it the same step of all of them lies in the same few sets
_SPARE = 16


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class StackData:
    """Data of R replicas; what all have in common is there once.

    Parameters
    ----------
    X
        All rows, those of the training part first, (n, n_features).
    y
        Targets of all rows, (1, n) or (R, n) float32.
    weights
        Weights of all rows, in the same form, or None.
    rows, validation
        Rows that each replica trains and validates on, R index arrays each.
    takes_all
        Whether each trains on the whole training part.
    shares_validation
        Whether all validate on the same rows.
    fronts, target_scales
        What stands in front of each, and mean and deviation of its targets, or None; R each.
    paths
        The linear model that is added to each, R; None without.
    is_encoded
        Whether X holds the rows as they come out behind the fronts; see `encoding.ahead`.
    seeds
        Seed of each replica, R.
    batch_size
        Samples a step.

    """

    X: FloatArray
    y: FloatArray
    weights: FloatArray | None
    rows: Sequence[IndexArray]
    validation: Sequence[IndexArray]
    takes_all: bool
    shares_validation: bool
    fronts: Sequence[Front | None]
    target_scales: Sequence[tuple[float, float] | None]
    seeds: Sequence[int]
    batch_size: int
    paths: Sequence[Path] | None = None
    is_encoded: bool = False

    @property
    def n_inputs(self) -> int:
        """Units that the first layer takes."""
        first = self.fronts[0]
        return self.X.shape[1] if first is None else first.width

    @property
    def steps(self) -> IndexArray:
        """Steps of an epoch, for each replica, (R,)."""
        return np.array([-(-len(rows) // self.batch_size) for rows in self.rows], np.int32)

    def epochs(self, replicas: Sequence[int], first: int, count: int, *, into: IndexArray) -> None:
        """Put `count` epochs of some replicas side by side, (steps, replicas, batch); a shorter one ends in -1."""
        longest = int(self.steps[list(replicas)].max())
        # one epoch at a time stays in the cache until it is in the order of steps
        drawn = self._room(len(replicas), longest)
        drawn[:] = -1
        for epoch in range(count):
            for rows, replica in zip(drawn, replicas, strict=True):
                rows[: len(self.rows[replica])] = self.order(replica, first + epoch)
            into[epoch * longest : (epoch + 1) * longest] = self._as_steps(drawn)

    def stream(self, replicas: Sequence[int], first: int, count: int, *, order: Order, into: IndexArray) -> None:
        """Put `count` steps of some replicas, each with epoch after epoch of its own, (count, replicas, batch)."""
        drawn = self._room(len(replicas), count)
        drawn[:] = -1
        for steps, replica in zip(drawn, replicas, strict=True):
            length, done = int(self.steps[replica]), 0
            while done < count:
                epoch, start = divmod(first + done, length)
                taken = min(count - done, length - start)
                rows = order(replica, epoch)[start * self.batch_size : (start + taken) * self.batch_size]
                steps[done * self.batch_size :][: len(rows)] = rows  # the last batch of an epoch may be smaller
                done += taken
        into[:] = self._as_steps(drawn)

    def order(self, replica: int, epoch: int) -> IndexArray:
        """Give the rows of an epoch in the order in which a lone training takes them, (n,)."""
        rows = self.rows[replica]
        draw = _remembered if self._remembers and len(rows) <= _MOST_REMEMBERED else orders.order
        order = draw(self.seeds[replica], epoch, len(rows))
        return order if self.takes_all else rows[order]

    @functools.cached_property
    def _remembers(self) -> bool:
        """Whether an order may be asked for again before it is forgotten: not where many replicas differ in seed."""
        return len(set(self.seeds)) < len(self.seeds) or len(self.seeds) <= _MANY

    def _room(self, replicas: int, steps: int) -> IndexArray:
        """Make room for some steps of some replicas, (replicas, steps * batch), not filled."""
        return np.empty((replicas, steps * self.batch_size + _SPARE), np.int32)[:, :-_SPARE]

    def _as_steps(self, drawn: IndexArray) -> IndexArray:
        """(replicas, …) batches behind each other -> (steps, replicas, batch)."""
        return drawn.reshape(len(drawn), -1, self.batch_size).swapaxes(0, 1)

    def pieces(self, replicas: Sequence[int], rows: int) -> IndexArray:
        """Give the validation rows of some replicas, (pieces, 1 or replicas, at most `rows`), filled up with -1."""
        chosen = [self.validation[replica] for replica in (replicas[:1] if self.shares_validation else replicas)]
        most = max(1, *map(len, chosen))
        rows = min(rows, 1 << (most - 1).bit_length())
        pieces = np.full((len(chosen), -(-most // rows) * rows), -1, np.int32)
        for place, own in enumerate(chosen):
            pieces[place, : len(own)] = own
        return pieces.reshape(len(chosen), -1, rows).swapaxes(0, 1)

    def feature_scales(self, replicas: Sequence[int]) -> tuple[FloatArray, FloatArray] | None:
        """Give what some replicas take off their features and divide them by, (replicas, n_features), or None."""
        fronts = [self.fronts[replica] for replica in replicas]
        if all(front is None for front in fronts):
            return None
        width = self.X.shape[1]
        neutral: Scale = ([0.0] * width, [1.0] * width)
        scales = [neutral if front is None else front.scale for front in fronts]
        mean, variance = np.array(scales, np.float32).swapaxes(0, 1)
        return mean, deviation(variance)

    def bins(self, replicas: Sequence[int]) -> tuple[FloatArray, FloatArray, FloatArray] | None:
        """Give slopes, low and high of some replicas' bins, (replicas, bins) each, or None."""
        found = [front.bins for replica in replicas if (front := self.fronts[replica]) and front.bins]
        if not found:
            return None
        slopes, low, high = (np.stack([getattr(each, name) for each in found]) for name in ("slopes", "low", "high"))
        return slopes, low, high

    def targets(self, replicas: Sequence[int]) -> FloatArray:
        """Center and deviation of some replicas' targets, (2, replicas)."""
        return np.array([self.target_scales[replica] or (0.0, 1.0) for replica in replicas], np.float32).T


# replicas that differ in a learning rate only take the same order: drawing it took longer than the arithmetic
_remembered = functools.lru_cache(maxsize=2048)(orders.order)


def prepare(
    dataset: Dataset,
    network: NetworkSpec,
    options: TrainingOptions,
    varying: Varying,
    *,
    fronts: Sequence[Front | None] | None,
) -> StackData:
    """Check and complete what each replica trains on.

    Parameters
    ----------
    dataset, network, options
        What they have in common.
    varying
        What each has of its own.
    fronts
        What stands in front of each, R; None if its rows decide.

    """
    check_range(dataset)
    seeds = [int(seed) for seed in varying.seeds]
    n_train, count = len(dataset.X_train), len(seeds)
    y = _labels(dataset, varying.labels, count)
    own = _indices(varying.rows, n_train, count, "rows") or [np.arange(n_train, dtype=np.int32)] * count
    train, validation = own, _indices(varying.validation_rows, n_train, count, "validation_rows")
    if validation is None and options.held_out:
        how: Any = {"share": options.held_out, "split": dataset.split}
        pairs = [
            preparing.held_out(rows, y[i % len(y)][rows], dataset.task, seed=seeds[i], **how)
            for i, rows in enumerate(own)
        ]
        train, validation = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    shares = validation is None
    if validation is None:
        validation = [np.arange(n_train, n_train + len(dataset.X_test), dtype=np.int32)] * count
    _check_labels(dataset, y, train)
    given = _indices(varying.pools, n_train, count, "pools")
    pools = given or train
    same = all(rows is train[0] for rows in train)
    if fronts is None:
        binned = _binned(dataset, network, given or own)
        fronts = _fronts(dataset, network, options, pools, binned=binned)
    warn_of_small_spreads(dataset, fronts[0])
    data = StackData(
        X=np.concatenate([dataset.X_train, dataset.X_test]) if len(dataset.X_test) else dataset.X_train,
        y=y,
        weights=_weights(dataset, options, y, train, varying.weights),
        rows=train,
        validation=validation,
        takes_all=same and len(train[0]) == n_train and varying.rows is None,
        shares_validation=shares,
        fronts=fronts,
        target_scales=_target_scales(dataset, y, pools, options),
        seeds=seeds,
        batch_size=options.batch_size,
    )
    if not network.linear_path:
        return data
    return dataclasses.replace(data, paths=_paths(dataset, data, pools))


def _labels(dataset: Dataset, labels: npt.ArrayLike | None, count: int) -> FloatArray:
    """Give the targets of all rows, (1, n) or (R, n)."""
    shared = np.concatenate([dataset.y_train, dataset.y_test])[None].astype(np.float32)
    if labels is None:
        return shared
    own = _own(labels, count, len(dataset.y_train), "labels")
    if dataset.task != "regression" and not (np.isin(own, np.arange(dataset.n_classes))).all():
        raise InputRefusedError(f"labels hold a class that is not among the {dataset.n_classes} named")
    return np.concatenate([own, np.repeat(shared[:, own.shape[1] :], len(own), axis=0)], axis=1)


def _own(values: npt.ArrayLike, count: int, n: int, name: str) -> FloatArray:
    own = np.asarray(values, np.float32)
    own = own[None] if own.ndim == 1 else own
    if own.shape not in ((1, n), (count, n)) or not np.isfinite(own).all():
        raise InputRefusedError(f"{name} must be ({count}, {n}) finite numbers (got {own.shape})")
    return own


def _indices(given: Sequence[npt.ArrayLike] | None, n: int, count: int, name: str) -> list[IndexArray] | None:
    if given is None:
        return None
    if len(given) != count:
        raise InputRefusedError(f"{name} must be {count} arrays, one a replica (got {len(given)})")
    arrays = [np.asarray(each) for each in given]
    for array in arrays:
        if array.ndim != 1 or not len(array) or array.dtype.kind not in "iu" or not 0 <= array.min() <= array.max() < n:
            raise InputRefusedError(f"{name} must hold indices from 0 to {n - 1}")
    # those that share an array go on sharing one
    made = {id(array): array.astype(np.int32) for array in arrays}
    return [made[id(array)] for array in arrays]


def _check_labels(dataset: Dataset, y: FloatArray, rows: Sequence[IndexArray]) -> None:
    if not all(map(len, rows)):
        raise InputRefusedError("the training part has no rows")
    if dataset.task == "regression":
        return
    seen = set()
    for replica, own in enumerate(rows):
        targets = y[replica % len(y)]
        if (key := (id(own), replica % len(y))) not in seen and (targets[own] == targets[own[0]]).all():
            raise InputRefusedError(f"replica {replica + 1} has one class in its training rows; training needs 2")
        seen.add(key)


def _weights(
    dataset: Dataset,
    options: TrainingOptions,
    y: FloatArray,
    rows: Sequence[IndexArray],
    given: npt.ArrayLike | None,
) -> FloatArray | None:
    """Give the weights of all rows, (1, n) or (R, n), from those given and the balance of classes."""
    n_train, count = len(dataset.y_train), len(rows)
    own = None if given is None else _own(given, count, n_train, "weights")
    if own is not None and own.min() < 0:
        raise InputRefusedError("weights must not be negative")
    if options.class_weight == "balanced" and dataset.task != "regression":
        same = len(y) == 1 and all(each is rows[0] for each in rows)
        balance = np.ones((1 if same else count, n_train), np.float32)
        for replica, values in enumerate(balance):
            values[rows[replica]] = preparing.class_weights(y[replica % len(y), rows[replica]])
        own = balance if own is None else own * balance
    if own is None:
        return None
    return np.concatenate([own, np.ones((len(own), len(dataset.y_test)), np.float32)], axis=1)


def _binned(dataset: Dataset, network: NetworkSpec, pools: Sequence[IndexArray]) -> tuple[int, ...]:
    """Give the features that bins are for: those that are numeric in some pool, for a stack has one program.

    Not in all rows: where several draws of one table lie behind each other, each scaled by itself, even an indicator
    has many values.
    """
    if not network.bins:
        return ()
    different = {id(rows): rows for rows in pools}.values()
    found = {column for rows in different for column in preparing.binned(dataset.X_train[rows], network)}
    return tuple(sorted(found))


def _fronts(
    dataset: Dataset,
    network: NetworkSpec,
    options: TrainingOptions,
    pools: Sequence[IndexArray],
    *,
    binned: Sequence[int],
) -> Sequence[Front | None]:
    """Fit what stands in front of each replica, once for those that share their pool."""
    least = min(map(len, pools))
    found: dict[int, Front | None] = {}
    for rows in pools:
        if id(rows) not in found:
            X = dataset.X_train[rows]
            found[id(rows)] = preparing.fitted_front(X, network, options, binned=binned, n_train=least)
    return [found[id(rows)] for rows in pools]


def _paths(dataset: Dataset, data: StackData, pools: Sequence[IndexArray]) -> list[Path]:
    """Fit the linear path of each replica, those with one pool together."""
    linear_path.check(held_out=not data.shares_validation)
    paths: dict[int, Path] = {}
    ensembles: dict[int, list[int]] = {}
    for replica, pool in enumerate(pools):
        ensembles.setdefault(id(pool), []).append(replica)
    for members in ensembles.values():
        rows = [_rows_of_a_path(data, replica) for replica in members]
        paths |= zip(members, linear_path.fit_all(rows, dataset.task, dataset.n_classes), strict=True)
    return [paths[replica] for replica in range(len(pools))]


def _rows_of_a_path(data: StackData, replica: int) -> linear_path.Rows:
    """Give what the path of a replica is fitted on."""
    y, train, validation = data.y[replica % len(data.y)], data.rows[replica], data.validation[replica]
    weights = None if data.weights is None else data.weights[replica % len(data.weights)][train]
    parts = data.X[train], y[train], data.X[validation], y[validation]
    return linear_path.scaled(parts, data.fronts[replica], data.target_scales[replica], weights)


def _target_scales(
    dataset: Dataset, y: FloatArray, pools: Sequence[IndexArray], options: TrainingOptions
) -> Sequence[tuple[float, float] | None]:
    if dataset.task != "regression":
        return [None] * len(pools)
    found: dict[tuple[int, int], tuple[float, float] | None] = {}
    for replica, rows in enumerate(pools):
        key = id(rows), replica % len(y)
        if key not in found:
            found[key] = preparing.target_scale(y[replica % len(y), rows], options)
    return [found[id(rows), replica % len(y)] for replica, rows in enumerate(pools)]
