"""The compiled epoch: data on the device, whole epochs in one program, several epochs a call."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Task
from dlwhy.training import formulas
from dlwhy.training.choosing import TrainingData, objective
from dlwhy.training.optimizers import slots

# one flat variable makes the optimizer one kernel instead of one a weight; on wide nets splitting it costs more
_FLAT_PARAMETERS = 20_000
# validation goes through the net in pieces of so many rows, so that its activations stay small
VALIDATION_ROWS = 8192


class CompiledEngine:
    """Epochs inside one `tf.function`, compiled by XLA or run as a graph; an ordinary Keras model and optimizer.

    Parameters
    ----------
    model
        A built Keras model; its trainable weights are trained when `finish` is called, its other state all along.
    make_optimizer
        Gives a new, unbuilt Keras optimizer.
    data
        See `TrainingData`.
    batch_size
        Samples a step.
    patience
        Epochs without a better validation loss before training stops; None for never.
    compiled
        Whether XLA compiles the program.
    calls
        See `epochs_a_call`.

    """

    def __init__(
        self,
        model: Any,
        make_optimizer: Callable[[], Any],
        data: TrainingData,
        *,
        batch_size: int,
        patience: int | None,
        compiled: bool,
        calls: int,
    ):
        import keras
        import tensorflow as tf

        self.epochs_a_call, self.rows_done = calls, 0
        self._model, self._make_optimizer, self._data = model, make_optimizer, data
        self._batch_size, self._patience = batch_size, patience
        self._loss, self._metric = formulas.losses(data.task), objective(data.task)[1]
        self._training_loss = formulas.losses(data.task, data.smoothing)
        self._compiled = compiled
        self._fills_up = not _has_batch_statistics(model)
        trained = model.trainable_variables
        self._flat = 0 < sum(int(np.prod(v.shape)) for v in trained) <= _FLAT_PARAMETERS
        self._weights = [keras.Variable(_flattened(trained), name="weights")] if self._flat else trained
        self._other = model.non_trainable_variables
        self._optimizer = make_optimizer()
        self._optimizer.build(self._weights)
        self._best = [tf.Variable(v.value) for v in (*self._weights, *self._other)] if patience else []
        self._best_loss = tf.Variable(np.float32(np.inf))
        self._waited = tf.Variable(0)
        self._prepare(compiled=compiled)

    def _prepare(self, *, compiled: bool) -> None:
        """Put the data where the program finds them, and make the program."""
        import tensorflow as tf

        data = self._data
        weights = () if data.weights is None else (tf.constant(data.weights),)
        self._samples = (tf.constant(data.X), tf.constant(as_targets(data.y, data.task)), *weights)
        self._X_val, self._y_val = tf.constant(data.X_val), tf.constant(as_targets(data.y_val, data.task))
        self._program = tf.function(self._run_epochs, jit_compile=compiled, autograph=False)

    def run(self, orders: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """See `Engine.run`."""
        import tensorflow as tf

        batches, rest = self._cut(orders)
        log, done = self._program(tf.constant(batches), tf.constant(rest), tf.constant(len(orders)))
        rows: npt.NDArray[np.float32] = log.numpy()[: int(done)]
        return rows

    def state(self) -> list[npt.NDArray[Any]]:
        """See `Engine.state`."""
        return [variable.numpy() for variable in self._variables()]

    def restore(self, state: list[npt.NDArray[Any]]) -> None:
        """See `Engine.restore`."""
        for variable, value in zip(self._variables(), state, strict=True):
            variable.assign(value)

    def cancel(self) -> None:
        """See `Engine.cancel`."""

    def out_of_patience(self) -> bool:
        """See `Engine.out_of_patience`."""
        return self._patience is not None and int(self._waited.numpy()) >= self._patience

    def take_best(self) -> None:
        """See `Engine.take_best`."""
        for variable, best in zip((*self._weights, *self._other), self._best, strict=False):
            variable.assign(best)

    def put_weights(self) -> None:
        """See `Engine.put_weights`."""
        if not self._flat:
            return
        for variable, value in zip(self._model.trainable_variables, self._parts(self._weights[0].value), strict=True):
            variable.assign(value)

    def finish(self) -> Any:
        """See `Engine.finish`."""
        if not self._flat:
            return self._optimizer
        self.put_weights()
        optimizer = self._make_optimizer()
        optimizer.build(self._model.trainable_variables)
        self._copy_slots(optimizer, flatten=False)
        return optimizer

    def resume(self, optimizer: Any) -> None:
        """See `Engine.resume`."""
        if self._flat:
            self._copy_slots(optimizer, flatten=True)
            return
        for mine, other in zip(self._optimizer.variables, optimizer.variables, strict=True):
            mine.assign(other.value)

    def _variables(self) -> list[Any]:
        own = [*self._weights, *self._other, *self._optimizer.variables]
        return [*own, *self._best, self._best_loss, self._waited]

    def _copy_slots(self, optimizer: Any, *, flatten: bool) -> None:
        """Copy optimizer state between the flat optimizer and one built for each weight."""
        flat, parts = slots(self._optimizer), slots(optimizer)
        for name, slot in flat.items():
            if isinstance(slot, list):
                if flatten:
                    slot[0].assign(_flattened(parts[name]))
                else:
                    for part, value in zip(parts[name], self._parts(slot[0].value), strict=True):
                        part.assign(value)
            elif flatten:
                slot.assign(parts[name].value)
            else:
                parts[name].assign(slot.value)

    def _cut(self, orders: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """(k, n) -> full batches (calls, steps, batch) and the rest of each epoch (calls, rest), of fixed shapes."""
        n, size = orders.shape[1], self._batch_size
        full = n // size * size
        padded = np.zeros((self.epochs_a_call, -(-n // size) * size if self._fills_up else n), np.int32)
        padded[: len(orders), :n] = orders
        if self._fills_up:
            full = padded.shape[1]
        return padded[:, :full].reshape(self.epochs_a_call, -1, size), padded[:, full:]

    def _parts(self, flat: Any) -> list[Any]:
        """Cut the flat weights into the model's shapes."""
        import tensorflow as tf

        variables = self._model.trainable_variables
        cut = tf.split(flat, [int(np.prod(v.shape)) for v in variables])
        return [
            part if len(v.shape) == 1 else tf.reshape(part, v.shape) for part, v in zip(cut, variables, strict=True)
        ]

    def _call(self, X: Any, *, training: bool) -> tuple[Any, Any, Any]:
        parts = self._parts(self._weights[0].value) if self._flat else [v.value for v in self._weights]
        other = [v.value for v in self._other]
        with formulas.written_out(self._model, compiled=self._compiled, training=training):
            # the three are outputs, new state, and the penalties of regularizers
            result: tuple[Any, Any, Any] = self._model.stateless_call(
                parts, other, X, training=training, return_losses=True
            )
        return result

    def _metric_of(self, y: Any, output: Any) -> Any:
        """(batch,) metric of each sample; Keras' own differ in whether they keep a last axis of 1."""
        import tensorflow as tf

        return tf.reshape(tf.cast(self._metric(y, output), tf.float32), (-1,))

    def _step(self, samples: tuple[Any, ...], rows: Any, real: tuple[Any, Any], totals: Any) -> Any:
        """One step on some rows of the samples; see `_real`. Totals of loss and metric."""
        import tensorflow as tf

        X, y, *sample_weights = (tf.gather(values, rows) for values in samples)
        (counts, count), weights = real, [v.value for v in self._weights]
        with tf.GradientTape() as tape:
            tape.watch(weights)
            output, state, penalties = self._call(X, training=True)
            losses = self._training_loss(y, output)
            for each in sample_weights:
                losses *= each
            total = tf.reduce_sum(losses * counts)
            penalty = sum(tf.cast(each, tf.float32) for each in penalties)
            penalized = total / count + penalty
        self._optimizer.apply(tape.gradient(penalized, weights), self._weights)
        for variable, value in zip(self._other, state, strict=True):
            variable.assign(value)
        metric = tf.reduce_sum(self._metric_of(y, output) * counts)
        # not penalized * count: whether that product is rounded before the sum depends on what XLA makes one kernel
        return totals + tf.stack([total + penalty * count, metric])

    def _epoch(self, batches: Any, rest: Any) -> Any:
        """One epoch over batches (steps, batch) and rest (rest,) -> (2,) mean loss and metric."""
        import tensorflow as tf

        def body(i: Any, totals: Any) -> Any:
            return i + 1, self._step(self._samples, tf.gather(batches, i), self._real(i), totals)

        totals = tf.zeros(2)
        if batches.shape[0]:
            totals = tf.while_loop(lambda i, _: i < batches.shape[0], body, (0, totals))[1]
        if rest.shape[0]:
            totals = self._step(self._samples, rest, all_real(rest.shape[0]), totals)
        return totals / len(self._data.X)

    def _real(self, step: Any) -> tuple[Any, Any]:
        """(batch,) 1 for each sample of a step's batch, 0 where it is only filled up; and how many count."""
        import tensorflow as tf

        size = self._batch_size
        if not self._fills_up:
            return all_real(size)
        left = len(self._data.X) - step * size
        # not the sum of the first: one kernel less in each step
        return tf.cast(tf.range(size) < left, tf.float32), tf.cast(tf.minimum(left, size), tf.float32)

    def _validate(self) -> Any:
        """(2,) loss and metric on the validation part; zeros if there is none."""
        import tensorflow as tf

        n = len(self._data.X_val)
        full = n // VALIDATION_ROWS
        totals = tf.zeros(2)
        if full:
            edge = full * VALIDATION_ROWS
            X = tf.reshape(self._X_val[:edge], (full, VALIDATION_ROWS, self._X_val.shape[1]))
            y = tf.reshape(self._y_val[:edge], (full, VALIDATION_ROWS, *self._y_val.shape[1:]))

            def body(i: Any, totals: Any) -> Any:
                return i + 1, totals + self._validated(X[i], y[i])

            totals = tf.while_loop(lambda i, _: i < full, body, (0, totals))[1]
        if n % VALIDATION_ROWS:
            totals += self._validated(self._X_val[full * VALIDATION_ROWS :], self._y_val[full * VALIDATION_ROWS :])
        return totals / max(1, n)

    def _validated(self, X: Any, y: Any) -> Any:
        """(2,) sums of loss and metric over a piece of the validation part."""
        import tensorflow as tf

        output, _, penalties = self._call(X, training=False)
        penalty = sum(tf.cast(value, tf.float32) for value in penalties) * float(X.shape[0])
        losses = tf.reduce_sum(self._loss(y, output)) + penalty
        return tf.stack([losses, tf.reduce_sum(self._metric_of(y, output))])

    def _run_epochs(self, batches: Any, rest: Any, count: Any) -> Any:
        import tensorflow as tf

        def epoch(k: Any, going: Any, log: Any) -> Any:
            row = tf.concat([self._epoch(tf.gather(batches, k), tf.gather(rest, k)), self._validate()], 0)
            going = self._judge(row)
            return k + 1, going, tf.tensor_scatter_nd_update(log, [[k]], [row])

        start = (0, tf.constant(value=True), tf.zeros((self.epochs_a_call, 4)))
        done, _, log = tf.while_loop(lambda k, going, _: (k < count) & going, epoch, start)
        return log, done

    def _judge(self, row: Any) -> Any:
        """Say whether training goes on after an epoch with this row of the log; keep the weights if they are best."""
        import tensorflow as tf

        going = tf.reduce_all(tf.math.is_finite(row))
        if self._patience:
            going &= self._keep_best(row[2]) < self._patience
        return going

    def _keep_best(self, loss: Any) -> Any:
        """Keep the weights if the validation loss is the best so far -> epochs since the best."""
        import tensorflow as tf

        better = loss < self._best_loss
        for best, variable in zip(self._best, (*self._weights, *self._other), strict=True):
            best.assign(tf.where(better, variable.value, best))
        self._best_loss.assign(tf.where(better, loss, self._best_loss))
        return self._waited.assign(tf.where(better, 0, self._waited + 1))


def all_real(size: int) -> tuple[Any, Any]:
    """Give what `CompiledEngine._real` gives for a batch of `size` without filling."""
    import tensorflow as tf

    return tf.ones(size), tf.constant(float(size))


def as_targets(y: npt.NDArray[Any], task: Task) -> npt.NDArray[np.float32]:
    """Give targets in the shape that losses and metrics take: (n,) class indices, or (n, 1)."""
    return y.reshape((-1,) if task == "multiclass" else (-1, 1)).astype(np.float32, copy=False)


def _flattened(variables: list[Any]) -> npt.NDArray[np.float32]:
    return np.concatenate([variable.numpy().ravel() for variable in variables])


def _has_batch_statistics(model: Any) -> bool:
    """Say whether a sample's output depends on its batch, so that a batch can't be filled up with weightless rows."""
    return any(type(layer).__name__ == "BatchNormalization" for layer in model.layers)
