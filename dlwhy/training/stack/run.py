"""Training the groups of a job side by side on the cores, and telling the caller how far they are."""

import dataclasses
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import FloatArray
from dlwhy.training import choosing
from dlwhy.training.progress import Hooks, Progress
from dlwhy.training.stack.data import IndexArray
from dlwhy.training.stack.job import Job
from dlwhy.training.stack.state import DIVERGED, RUNNING, STOPPED, State

_Call = tuple[int, int, IndexArray]
_STATUS = {RUNNING: "ok", DIVERGED: "diverged", STOPPED: "stopped"}


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class GroupResult:
    """What came of one group of r replicas.

    Parameters
    ----------
    members
        Which replicas they are.
    weights, slots
        Their weights and their optimizers' states, (r, …) each.
    history
        (r, rounds, 4) loss, metric, validation loss, validation metric.
    status
        How each ended.
    done
        Rounds that count, (r,).

    """

    members: list[int]
    weights: list[npt.NDArray[Any]]
    slots: list[npt.NDArray[Any]]
    history: FloatArray
    status: list[str]
    done: npt.NDArray[np.int32]


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class _Told:
    """What a group tells after a call: rounds of replicas done, samples seen, and the last row of its log, (4, r)."""

    rounds: int
    samples: int
    row: FloatArray


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class _Team:
    """What the threads of a job share: initial weights, where to tell, when to stop, who draws the batches' orders."""

    job: Job
    initial: list[FloatArray]
    tell: Callable[[_Told], None]
    stop: threading.Event
    drawer: ThreadPoolExecutor

    def start(self, group: list[int]) -> State:
        """Give the state of a group before its first round; the last replica fills the stack up."""
        members = [*group, *[group[-1]] * (self.job.plan.size - len(group))]
        weights = [values[members] for values in self.initial]
        best_loss = self.job.best_loss[members] if self.job.keeps_best else None
        return self.job.stack.start(weights, len(group), best_loss=best_loss)


_Channel = queue.SimpleQueue[_Told | None]


def run(job: Job, *, cores: int, hooks: Hooks, device: str) -> list[GroupResult]:
    """Train all groups, each on a Python thread of its own: TensorFlow releases the interpreter while it computes."""
    groups, told, stop = job.groups(), _Channel(), threading.Event()
    team = _Team(job=job, initial=job.initial(), tell=told.put, stop=stop, drawer=ThreadPoolExecutor(1, "orders"))
    job.stack.trace(team.start(groups[0]), job.feed(groups[0]), job.room)
    with team.drawer, ThreadPoolExecutor(min(cores, len(groups)), "stack") as workers:
        try:
            futures = [workers.submit(_train, team, group) for group in groups]
            for future in futures:
                future.add_done_callback(lambda _: told.put(None))
            _relay(job, told, futures, hooks=hooks, stop=stop, device=device)
            return [future.result() for future in futures]
        finally:
            stop.set()  # also when the caller is interrupted, or a hook or another group fails


def _relay(
    job: Job,
    told: _Channel,
    futures: Sequence[Future[GroupResult]],
    *,
    hooks: Hooks,
    stop: threading.Event,
    device: str,
) -> None:
    """Tell the caller how far all groups are, on the thread that called, until all have ended or one has failed."""
    started, done, samples = time.perf_counter(), 0, 0
    while not all(future.done() for future in futures) or not told.empty():
        each = told.get()
        if each is None:
            if any(future.done() and future.exception() for future in futures):
                stop.set()
                return
            continue
        done, samples = done + each.rounds, samples + each.samples
        speed = samples / max(1e-9, time.perf_counter() - started)
        hooks.on_progress(_progress(job, done // len(job.data.seeds), each.row, speed, device))
        if hooks.should_stop():
            stop.set()


def _progress(job: Job, done: int, row: FloatArray, speed: float, device: str) -> Progress:
    columns = choosing.columns(job.dataset.task)[: 4 if job.validates else 2]
    finite = [values[np.isfinite(values)] for values in row]
    logs = {name: float(values.mean()) for name, values in zip(columns, finite, strict=False) if len(values)}
    return Progress(epoch=done, epochs=job.rounds, logs=logs, samples_per_second=speed, device=device)


def _train(team: _Team, group: list[int]) -> GroupResult:
    """Train one group from start to end."""
    job = team.job
    state = team.start(group)
    log = np.full((job.rounds, 4, len(group)), np.nan, np.float32)
    feed, done, row = job.feed(group), 0, log[0]
    for rounds, steps, orders in _ahead(job.calls(group), team.drawer):
        if team.stop.is_set():
            break
        state, rows = job.stack.run(state, feed, orders, rounds=rounds, steps=steps)
        log[done : done + rounds] = rows[:, :, : len(group)]
        done, row = done + rounds, log[done + rounds - 1]
        team.tell(_Told(rounds=rounds * len(group), samples=int(np.count_nonzero(orders >= 0)), row=row))
        if not (np.asarray(state.status) == RUNNING).any():
            team.tell(_Told(rounds=(job.rounds - done) * len(group), samples=0, row=row))
            break
    weights, slots = ([values[: len(group)] for values in each] for each in job.stack.finish(state))
    codes, counted = (np.asarray(values)[: len(group)] for values in (state.status, state.done))
    # in the last step, after the last loss: without validation the program has not seen it, and can't go back a round
    burst = (codes == RUNNING) & ~np.all(
        [np.isfinite(each.reshape(len(group), -1)).all(axis=1) for each in weights], axis=0
    )
    codes, counted = np.where(burst, DIVERGED, codes), counted - burst
    return GroupResult(
        members=group,
        weights=weights,
        slots=slots,
        history=log.transpose(2, 0, 1),
        status=[_status(job, code, rounds) for code, rounds in zip(codes, counted, strict=True)],
        done=counted,
    )


def _ahead(calls: Iterator[_Call], drawer: ThreadPoolExecutor) -> Iterator[_Call]:
    """Draw the next call while this one runs: all groups' on one thread, for two would wait for the interpreter."""
    following = drawer.submit(next, calls, None)
    while (call := following.result()) is not None:
        following = drawer.submit(next, calls, None)
        yield call


def _status(job: Job, code: int, done: int) -> str:
    return "interrupted" if code == RUNNING and done < job.rounds else _STATUS[int(code)]
