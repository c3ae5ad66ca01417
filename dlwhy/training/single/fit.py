"""Training from start to end: epochs, early stopping, checkpoints, interruption; it yields progress, draws nothing."""

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset
from dlwhy.errors import InputRefusedError, UnusableResultError
from dlwhy.models.network import NetworkSpec
from dlwhy.models.trained import Trained
from dlwhy.training import accelerator, choosing
from dlwhy.training import snapshots as keeping
from dlwhy.training.data.orders import order
from dlwhy.training.data.ranges import check_range
from dlwhy.training.options import TrainingOptions
from dlwhy.training.progress import Hooks, Progress
from dlwhy.training.single import session as setup
from dlwhy.training.single.session import Session
from dlwhy.training.taking_layers import Start, as_started_from

_SECONDS_BETWEEN = 0.2


class DivergedError(UnusableResultError):
    """The loss stopped being a finite number; `last` holds the state after the last epoch at which it was one."""

    def __init__(self, message: str, hint: str, last: Trained | None):
        super().__init__(message, hint)
        self.last = last


def fit(
    dataset: Dataset,
    network: NetworkSpec | None = None,
    options: TrainingOptions | None = None,
    *,
    start: Start | None = None,
    device: str = "auto",
    threads: int | None = None,
    memory: int = choosing.MEMORY,
    snapshots: int | None = None,
    hooks: Hooks | None = None,
) -> Trained:
    """Train a network on the training part of a data set.

    Parameters
    ----------
    dataset
        The data; its test part draws the validation curve and decides nothing.
    network
        The network; by default 10-10 with ReLU.
    options
        The recipe; by default the essay's.
    start
        A network to start from, by default none.
    device, threads
        See `accelerator.start`.
    memory
        Most MiB that the training arrays may take on the device; larger ones go there in slices, to the same result.
    snapshots
        Keep the weights at so many moments, which change nothing else; see `dlwhy.models.snapshots.moments`.
    hooks
        See `Hooks`.

    Returns
    -------
    trained
        The model, its history with one value an epoch, and the details that travel with it.

    Raises
    ------
    InputRefusedError
        If the data can't be trained on.
    UsageError
        If there can't be so many snapshots.
    DivergedError
        If the loss becomes infinite or not a number.

    """
    if start is not None:
        dataset = as_started_from(start, dataset)
    _check(dataset)
    where: dict[str, Any] = {"device": device, "threads": threads, "memory": memory}
    session = setup.new(dataset, network or NetworkSpec(), options or TrainingOptions(), start=start, **where)
    if snapshots is not None:
        session.keeping = keeping.begin(session.model, snapshots, session.options.epochs)
    return _train(session, hooks or Hooks())


def resume(
    trained: Trained,
    dataset: Dataset,
    *,
    epochs: int,
    device: str = "auto",
    threads: int | None = None,
    memory: int = choosing.MEMORY,
    hooks: Hooks | None = None,
) -> Trained:
    """Go on with a training up to `epochs` in all; the result is bit for bit that of an uninterrupted run.

    Raises
    ------
    InputRefusedError
        If the model does not hold what it takes, or was trained on other data.
    UsageError
        If there is nothing left to do, or the learning rate was planned for another number of epochs.

    """
    _check(dataset)
    session = setup.resumed(trained, dataset, epochs=epochs, device=device, threads=threads, memory=memory)
    return _train(session, hooks or Hooks())


def _check(dataset: Dataset) -> None:
    if not len(dataset.X_train):
        raise InputRefusedError("the training part has no rows")
    check_range(dataset)
    present = np.unique(dataset.y_train)
    if dataset.task != "regression" and len(present) < 2:
        only = dataset.class_names[int(present[0])]
        raise InputRefusedError(
            f'target "{dataset.target_name}" has one class ({only}) in the training part; training needs at least 2'
        )


def _train(session: Session, hooks: Hooks) -> Trained:
    # the worker leaves this thread free to hear signals while a call runs
    with accelerator.kept_programs(), ThreadPoolExecutor(1, thread_name_prefix="epochs") as worker:
        orders = _orders(session, session.epoch, hooks)
        _snap_if_due(session)
        while len(orders) and not hooks.should_stop():
            before, started = session.engine.state(), time.perf_counter()
            running = worker.submit(session.engine.run, orders)
            following = _orders(session, session.epoch + len(orders), hooks)
            rows = _result(running, session, hooks, started)
            if not len(rows):
                session.engine.restore(before)
                break
            if not np.isfinite(rows[-1]).all():
                _diverged(session, before, orders, rows)
            session.record(rows)
            _snap_if_due(session)
            hooks.on_progress(_progress(session, started, len(rows) * len(session.data.X)))
            if hooks.on_look:
                hooks.on_look(session.looked_at())
            if session.engine.out_of_patience():
                break
            if session.epoch % (session.options.checkpoint_every or session.epoch + 1) == 0:
                hooks.on_checkpoint(session.trained())
            orders = following
        session.snap()  # where it ended, whenever that is
    if session.options.patience:
        session.engine.take_best()
    return session.trained()


def _snap_if_due(session: Session) -> None:
    if session.keeping is not None and session.epoch in session.keeping.moments:
        session.snap()


def _orders(session: Session, epoch: int, hooks: Hooks) -> npt.NDArray[np.int32]:
    """Give the row orders of the epochs that the next call runs, (k, n); they depend on seed and epoch only."""
    left = session.options.epochs - epoch
    if session.options.checkpoint_every:
        left = min(left, session.options.checkpoint_every - epoch % session.options.checkpoint_every)
    if session.keeping is not None:
        left = min(left, session.keeping.epochs_to_next(epoch))
    left = min(left, next((look - epoch for look in hooks.looks if look > epoch), left))
    count = max(0, min(left, session.engine.epochs_a_call))
    n = len(session.data.X)
    draws = [order(session.options.seed, epoch + i, n) for i in range(count)]
    return np.array(draws, np.int32).reshape(count, n)


def _result(
    running: Future[npt.NDArray[np.float32]], session: Session, hooks: Hooks, started: float
) -> npt.NDArray[np.float32]:
    """Wait for a call; meanwhile tell how far the epoch in hand is, and end it if that is wished."""
    told = 0
    while wait([running], timeout=_SECONDS_BETWEEN).not_done:
        done = session.engine.rows_done
        if done and hooks.should_stop():
            session.engine.cancel()
        elif done > told:
            told = done
            hooks.on_progress(_progress(session, started, done, fraction=done / len(session.data.X)))
    return running.result()


def _progress(session: Session, started: float, samples: int, *, fraction: float = 0.0) -> Progress:
    return Progress(
        epoch=session.epoch,
        epochs=session.options.epochs,
        logs={key: values[-1] for key, values in session.history.items() if values},
        samples_per_second=samples / max(1e-9, time.perf_counter() - started),
        device=session.accelerator.description,
        fraction=fraction,
    )


def _diverged(
    session: Session, before: list[npt.NDArray[Any]], orders: npt.NDArray[np.int32], rows: npt.NDArray[np.float32]
) -> None:
    """Go back to the last finite epoch, by running up to it again, and raise."""
    session.engine.restore(before)
    finite = len(rows) - 1
    if finite:
        session.record(session.engine.run(orders[:finite]))
    became = "NaN" if np.isnan(rows[-1]).any() else "infinite"
    rate = session.options.learning_rate
    raise DivergedError(
        f"the loss became {became} in epoch {session.epoch + 1} (learning rate {rate:g})",
        "try a smaller --learning-rate, or --clip-norm 1",
        session.trained() if session.epoch else None,
    )
