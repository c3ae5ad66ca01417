"""What an engine is: the thing that trains a model by epochs; and which one, and how many epochs a call."""

import dataclasses
from collections.abc import Callable
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import FloatArray, Task

EngineName = Literal["graph", "xla", "keras"]
_MAX_EPOCHS_A_CALL = 200
_ORDER_BYTES = 64 << 20
_SECONDS_A_CALL = 0.1
_SLICE_BYTES = 2 << 20
_LONG_EPOCH = 1.0
# what pays for compiling: steps, or seconds of large ones
_MANY_STEPS = 1000
_MUCH_WORK = 1.0
MEMORY = 1024


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class TrainingData:
    """What an engine trains on and validates with, as it enters the network behind its normalization.

    Parameters
    ----------
    X, X_val
        Features: (n, n_features) and (n_val, n_features), float32; n_val may be 0.
    y, y_val
        Targets: (n,) and (n_val,), int32 class indices or float32 values.
    weights
        Weight of each training sample, (n,) float32; None for ones.
    task
        Decides loss and metric.
    smoothing
        Label smoothing, in training only.

    """

    X: FloatArray
    y: npt.NDArray[Any]
    X_val: FloatArray
    y_val: npt.NDArray[Any]
    weights: FloatArray | None
    task: Task
    smoothing: float = 0.0


class Engine(Protocol):
    """Trains a model by epochs.

    Parameters
    ----------
    epochs_a_call
        Most epochs that `run` takes.
    rows_done
        Samples of the epoch in hand that are done, while `run` is running; 0 if the engine can't tell.

    """

    epochs_a_call: int
    rows_done: int

    def run(self, orders: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """Train an epoch for each row of orders, (k, n) row indices, k at most `epochs_a_call`.

        Returns
        -------
        rows
            (done, 4) loss, metric, validation loss, validation metric. Fewer than k rows come back when patience
            ran out, or a loss stopped being finite, which is then the last row; or after `cancel`.

        """

    def cancel(self) -> None:
        """Ask a running `run`, from another thread, to end within an epoch, if the engine can; `restore` then."""

    def state(self) -> list[npt.NDArray[Any]]:
        """Give all that decides how training goes on, as host arrays."""

    def restore(self, state: list[npt.NDArray[Any]]) -> None:
        """Go back to what `state` gave."""

    def resume(self, optimizer: Any) -> None:
        """Take over the state of an optimizer that was built for the model's own variables."""

    def out_of_patience(self) -> bool:
        """Say whether the validation loss has not improved for `patience` epochs."""

    def put_weights(self) -> None:
        """Put the weights as they are now into the model."""

    def finish(self) -> Any:
        """Put the weights into the model and give the optimizer, as built for the model's own variables."""

    def take_best(self) -> None:
        """Go back to the weights of the epoch with the best validation loss, if patience was given."""


def choose(requested: str, *, steps: int, batch_size: int, multiply_adds: int) -> EngineName:
    """Choose an engine by the work ahead, and by nothing else, so that a repeated command repeats its bytes.

    Compiling with XLA takes 0.3 s more than tracing when its cache is cold, and nothing when it is warm. Each step
    then saves about 60 microseconds (measured on the demonstration, 2 cores), and of a large one a quarter.
    """
    if requested == "auto":
        seconds = steps * _seconds_a_step(batch_size, multiply_adds)
        return "xla" if steps >= _MANY_STEPS or seconds >= _MUCH_WORK else "graph"
    return requested  # type: ignore[return-value]  # TrainingOptions has checked it


def epochs_a_call(n: int, *, batch_size: int, multiply_adds: int) -> int:
    """Choose how many epochs a call runs: about a tenth of a second, so that bars move and interrupts are heard.

    It must not depend on the number of epochs asked for, or a longer run would need another program.
    """
    seconds = -(-n // batch_size) * _seconds_a_step(batch_size, multiply_adds)
    fitting = min(_SECONDS_A_CALL / seconds, _ORDER_BYTES / (4 * n))
    return int(np.clip(fitting, 1, _MAX_EPOCHS_A_CALL))


def streams(data: TrainingData, *, batch_size: int, multiply_adds: int, memory: int) -> bool:
    """Say whether to train on slices of the data: it is larger than `memory`, in MiB, or an epoch takes long.

    The numbers are the same either way; with slices a long epoch can tell how far it is, and end when asked to.
    """
    seconds = -(-len(data.X) // batch_size) * _seconds_a_step(batch_size, multiply_adds)
    return len(data.X) * _bytes_a_row(data) > memory << 20 or seconds > _LONG_EPOCH


def steps_a_slice(data: TrainingData, *, batch_size: int, multiply_adds: int, memory: int) -> int:
    """Choose how many steps a slice has: a tenth of a second at most, and so that a dozen fit into `memory`, in MiB."""
    room = min(_SLICE_BYTES, (memory << 20) // 12)
    fitting = min(
        _SECONDS_A_CALL / _seconds_a_step(batch_size, multiply_adds), room / (batch_size * _bytes_a_row(data))
    )
    return max(1, int(fitting))


def _seconds_a_step(batch_size: int, multiply_adds: int) -> float:
    return 8e-6 + 6 * multiply_adds * batch_size / 30e9


def _bytes_a_row(data: TrainingData) -> int:
    return 4 * (int(data.X.shape[1]) + 1 + (data.weights is not None))


def choose_threads(multiply_adds: int, *, batch_size: int) -> int | None:
    """Choose one thread for steps so small that sharing them out costs more than it saves; None for all cores.

    On 2 cores a step of 5 million operations is a quarter faster with one thread, one of 100 million slower (measured).
    """
    return 1 if 6 * multiply_adds * batch_size < 40e6 else None


def compiles_briefly(multiply_adds: int, *, batch_size: int) -> bool:
    """Say whether steps are so small that programs should rather be made soon than run fast; see `accelerator.start`.

    The demonstration compiles in 0.65 of the time and runs as fast; a step of 5 million operations takes 1.4 times as
    long (measured).
    """
    return 6 * multiply_adds * batch_size < 1e6


def columns(task: Task) -> tuple[str, ...]:
    """Name the columns of a history: loss and metric of the training part, then of the rows validated on."""
    metric = "mae" if task == "regression" else "accuracy"
    return ("loss", metric, "val_loss", f"val_{metric}")


def objective(task: Task) -> tuple[Any, Callable[..., Any]]:
    """Give the loss and the metric of a task, each (batch,) from targets and outputs."""
    import keras

    if task == "regression":
        return keras.losses.MeanSquaredError(reduction="none"), keras.losses.MeanAbsoluteError(reduction="none")
    if task == "binary":
        # Keras takes the logits behind a sigmoid or softmax itself, so that large ones lose nothing
        return keras.losses.BinaryCrossentropy(reduction="none"), keras.metrics.binary_accuracy
    return keras.losses.SparseCategoricalCrossentropy(reduction="none"), keras.metrics.sparse_categorical_accuracy
