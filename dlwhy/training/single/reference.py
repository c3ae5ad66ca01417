"""Plain Keras `fit`, on the same batches as the compiled engines: the reference that they are compared with."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.training.choosing import TrainingData, columns, objective

_PLAIN = "plain_loss"


class KerasEngine:
    """Epochs by `Model.fit`; parameters as in `CompiledEngine`, see `Engine` for the methods."""

    epochs_a_call = 1
    rows_done = 0

    def __init__(
        self,
        model: Any,
        make_optimizer: Callable[[], Any],
        data: TrainingData,
        *,
        batch_size: int,
        patience: int | None,
    ):
        import keras

        self._model, self._data, self._batch_size, self._patience = model, data, batch_size, patience
        plain, metric = objective(data.task)[0], columns(data.task)[1]
        plain.reduction = "sum_over_batch_size"
        loss = _smoothed(data, model.output_shape[-1]) if data.smoothing else plain
        # validation is without smoothing
        validated = keras.metrics.MeanMetricWrapper(plain.fn, name=_PLAIN)
        model.compile(
            optimizer=make_optimizer(), loss=loss, metrics=[metric, validated] if data.smoothing else [metric]
        )
        model.optimizer.build(model.trainable_variables)
        self._best: list[npt.NDArray[Any]] = []
        self._best_loss, self._waited = np.inf, 0

    def run(self, orders: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """Train one epoch for each row of orders; see `Engine.run`."""
        return np.array([self._epoch(order) for order in orders], np.float32)

    def state(self) -> list[npt.NDArray[Any]]:
        """See `Engine.state`."""
        return [variable.numpy() for variable in self._variables()]

    def restore(self, state: list[npt.NDArray[Any]]) -> None:
        """See `Engine.restore`."""
        for variable, value in zip(self._variables(), state, strict=True):
            variable.assign(value)

    def resume(self, optimizer: Any) -> None:
        """See `Engine.resume`."""
        for mine, other in zip(self._model.optimizer.variables, optimizer.variables, strict=True):
            mine.assign(other.value)

    def cancel(self) -> None:
        """See `Engine.cancel`."""

    def out_of_patience(self) -> bool:
        """See `Engine.out_of_patience`."""
        return self._patience is not None and self._waited >= self._patience

    def take_best(self) -> None:
        """See `Engine.take_best`."""
        for variable, best in zip(self._model.variables, self._best, strict=False):
            variable.assign(best)

    def put_weights(self) -> None:
        """See `Engine.put_weights`: they are there."""

    def finish(self) -> Any:
        """See `Engine.finish`."""
        return self._model.optimizer

    def _variables(self) -> list[Any]:
        return [*self._model.variables, *self._model.optimizer.variables]

    def _epoch(self, order: npt.NDArray[np.int32]) -> list[float]:
        data = self._data
        validation = (data.X_val, self._as_target(data.y_val)) if len(data.X_val) else None
        log = self._model.fit(
            data.X[order],
            self._as_target(data.y[order]),
            sample_weight=None if data.weights is None else data.weights[order],
            batch_size=self._batch_size,
            shuffle=False,
            validation_data=validation,
            validation_batch_size=8192,
            verbose=0,
        ).history
        log |= {"val_loss": log[f"val_{_PLAIN}"]} if data.smoothing and validation else {}
        row = [float(log.get(key, [0.0])[0]) for key in columns(data.task)]
        if self._patience:
            self._keep_best(row[2])
        return row

    def _as_target(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return y if self._data.task == "multiclass" else y.reshape(-1, 1).astype(np.float32)

    def _keep_best(self, loss: float) -> None:
        if loss < self._best_loss:
            self._best_loss, self._waited = loss, 0
            self._best = [variable.numpy() for variable in self._model.variables]
        else:
            self._waited += 1


def _smoothed(data: TrainingData, n_outputs: int) -> Any:
    """Return Keras' loss with label smoothing, for targets as the engine has them."""
    import keras

    if data.task == "binary":
        return keras.losses.BinaryCrossentropy(label_smoothing=data.smoothing)

    def loss(y: Any, output: Any) -> Any:
        targets = keras.ops.one_hot(keras.ops.cast(keras.ops.reshape(y, (-1,)), "int32"), n_outputs)
        return keras.losses.categorical_crossentropy(targets, output, label_smoothing=data.smoothing)

    return loss
