"""Epochs slice by slice: for data that should not lie on the device as a whole, and for epochs that take long."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.training.choosing import TrainingData
from dlwhy.training.single.compiled import VALIDATION_ROWS, CompiledEngine, all_real, as_targets

_Arrays = tuple[npt.NDArray[np.float32], ...]
_VALIDATION_STEPS = 16


class StreamingEngine(CompiledEngine):
    """The same steps on the same samples as `CompiledEngine`, so the same numbers, with the data left on the host.

    NumPy gathers a slice of many batches while the compiled program trains on the one before. Parameters as in
    `CompiledEngine`, but for:

    Parameters
    ----------
    steps_a_slice
        Steps that one call of the program runs.

    """

    def __init__(
        self, model: Any, make_optimizer: Callable[[], Any], data: TrainingData, *, steps_a_slice: int, **how: Any
    ):
        self._steps = min(steps_a_slice, -(-len(data.X) // how["batch_size"]))
        self._cancelled = False
        super().__init__(model, make_optimizer, data, **how, calls=1)

    def _prepare(self, *, compiled: bool) -> None:
        import tensorflow as tf

        data = self._data
        weights = () if data.weights is None else (data.weights,)
        self._samples = (data.X, as_targets(data.y, data.task), *weights)
        held_out, n_val = (data.X_val, as_targets(data.y_val, data.task)), len(data.X_val)
        self._order = np.arange(len(data.X), dtype=np.int32)
        self._training = _stream(
            self._samples, lambda: self._order, size=self._batch_size, steps=self._steps, fills_up=self._fills_up
        )
        steps = min(_VALIDATION_STEPS, -(-n_val // VALIDATION_ROWS) or 1)
        self._validation = _stream(
            held_out, lambda: np.arange(n_val, dtype=np.int32), size=VALIDATION_ROWS, steps=steps, fills_up=False
        )
        how = {"jit_compile": compiled, "autograph": False}
        self._train_program = tf.function(self._train_slice, **how)
        self._validation_program = tf.function(self._validate_slice, **how)
        self._end_program = tf.function(self._end_epoch, **how)

    def run(self, orders: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """See `Engine.run`; after `cancel` the epoch in hand has no row."""
        rows = []
        self._cancelled = False
        for order in orders:
            row, going = self._run_epoch(order)
            if self._cancelled:
                break
            rows.append(row.numpy())
            if not going:
                break
        self.rows_done = 0
        return np.array(rows, np.float32).reshape(-1, 4)

    def cancel(self) -> None:
        """See `Engine.cancel`."""
        self._cancelled = True

    def _run_epoch(self, order: npt.NDArray[np.int32]) -> tuple[Any, Any]:
        import tensorflow as tf

        totals, validated = tf.zeros(2), tf.zeros(2)
        self._order = order
        for arrays, first, steps in self._training:
            if self._cancelled:
                break
            samples = tuple(tf.reshape(values, (-1, *values.shape[2:])) for values in arrays)
            totals = self._train_program(samples, _numbered(*arrays[0].shape[:2]), first, steps, totals)
            self.rows_done = min(len(order), int(first + steps) * self._batch_size)
        for arrays, _, steps in self._validation:
            if self._cancelled:
                break
            validated = self._validation_program(arrays, steps, validated)
        row, going = self._end_program(totals, validated)
        return row, going

    def _train_slice(self, samples: tuple[Any, ...], batches: Any, first: Any, steps: Any, totals: Any) -> Any:
        """Train on a slice of samples, (steps * size, …) each, by batches of row numbers, (steps, size).

        The samples lie in order already. Taking them by number all the same makes the step the very program that it is
        in `CompiledEngine`; XLA would else make other kernels of it, which round the loss elsewhere.
        """
        import tensorflow as tf

        size = batches.shape[1]

        def body(i: Any, totals: Any) -> Any:
            real = self._real(first + i) if size == self._batch_size else all_real(size)
            return i + 1, self._step(samples, tf.gather(batches, i), real, totals)

        return tf.while_loop(lambda i, _: i < steps, body, (0, totals))[1]

    def _validate_slice(self, arrays: tuple[Any, ...], steps: Any, totals: Any) -> Any:
        import tensorflow as tf

        def body(i: Any, totals: Any) -> Any:
            return i + 1, totals + self._validated(*(values[i] for values in arrays))

        return tf.while_loop(lambda i, _: i < steps, body, (0, totals))[1]

    def _end_epoch(self, totals: Any, validated: Any) -> tuple[Any, Any]:
        """Make the row of an epoch -> (4,), and say whether training goes on."""
        import tensorflow as tf

        row = tf.concat([totals / len(self._data.X), validated / max(1, len(self._data.X_val))], 0)
        return row, self._judge(row)


def _stream(arrays: _Arrays, order: Callable[[], npt.NDArray[np.int32]], **cut: Any) -> Any:
    """Have slices made ahead of their use, by a thread of TensorFlow's; `order` is asked at each start.

    See `_slices`.
    """
    import tensorflow as tf

    count = tf.TensorSpec((), tf.int32)
    specs = tuple(tf.TensorSpec((None, None, *values.shape[1:]), values.dtype) for values in arrays)
    stream = tf.data.Dataset.from_generator(
        lambda: _slices(arrays, order(), **cut), output_signature=(specs, count, count)
    ).prefetch(1)
    options = tf.data.Options()
    # a pool of its own: the one for operations has one thread, which the program needs
    options.threading.private_threadpool_size = 1
    return stream.with_options(options)


def _slices(
    arrays: _Arrays, order: npt.NDArray[np.int32], *, size: int, steps: int, fills_up: bool
) -> Iterator[tuple[_Arrays, int, int]]:
    """Cut samples into slices of batches.

    Parameters
    ----------
    arrays
        Each (n, …).
    order
        Rows of the arrays in the order of their use.
    size, steps
        Samples a batch, and batches a slice.
    fills_up
        Whether the last batch is filled up with row 0; else it is a slice of its own.

    Yields
    ------
    slice
        The arrays, (steps, size, …) each; the number of the first batch; how many batches there are. What is behind
        them in the arrays only keeps the shape.

    """
    full = -(-len(order) // size) if fills_up else len(order) // size
    for first in range(0, full, steps):
        rows = np.zeros(steps * size, np.int32)
        part = order[first * size : min(full, first + steps) * size]
        rows[: len(part)] = part
        yield _batches(arrays, rows, size), first, min(steps, full - first)
    rest = order[full * size :]
    if len(rest):
        yield _batches(arrays, rest, len(rest)), full, 1


def _numbered(steps: int, size: int) -> Any:
    """Give the row numbers of a slice's batches, (steps, size) int32."""
    import tensorflow as tf

    return tf.reshape(tf.range(steps * size), (steps, size))


def _batches(arrays: _Arrays, rows: npt.NDArray[np.int32], size: int) -> _Arrays:
    return tuple(values.take(rows, axis=0, mode="clip").reshape(-1, size, *values.shape[1:]) for values in arrays)
