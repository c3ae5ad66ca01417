"""Who runs the arms: this process, other processes (joblib's loky), or a Dask cluster."""

import asyncio
import contextlib
import ctypes
import dataclasses
import logging
import multiprocessing
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dlwhy.data.dataset import Dataset
from dlwhy.errors import BusyError, DlwhyError, EndedBySignal, InputOutputError, InputRefusedError, UsageError
from dlwhy.studies.plan.study import Arm, NetworkRecipe, Outcome, Run, Seeds
from dlwhy.text import display
from dlwhy.training import accelerator
from dlwhy.training.surroundings import one_thread
from dlwhy.versions import of as versions_of

_DECIDING = ("keras", "tensorflow", "scikit-learn", "numpy")
# a worker that dies takes its arm with it, which is then run again; an arm that kills all its workers is given up
_TRIES = 4
# fits of simple models that take longer than processes take to start
_MANY = 200
_REACH_SECONDS = 10
_PR_SET_PDEATHSIG = 1
_QUIET = "ignore:resource_tracker:UserWarning"
# a Dask worker runs several tasks at once, TensorFlow's settings are those of a process
_ONE_ARM = threading.Lock()
# what a signal has interrupted, kept until the process ends
_INTERRUPTED: list[Any] = []


Found = Generator[tuple[str, Outcome], None, None]
# what `_keyed` takes
Call = tuple[str, Arm, Seeds, Dataset | None, Mapping[str, str]]


def versions() -> dict[str, str]:
    """Return the versions that decide the last bits of a result."""
    return versions_of(*_DECIDING)


def outcomes(
    arms: Mapping[str, Arm],
    seeds: Seeds,
    own: Dataset | None,
    *,
    jobs: int = 1,
    cluster: str | None = None,
    on_start: Callable[[str], None] = lambda _: None,
) -> Found:
    """Run arms, and give each one's key and outcome as it ends.

    To be closed by the caller: that ends the workers.

    Parameters
    ----------
    arms
        By key.
    seeds, own
        Seeds of the runs, and the user's data.
    jobs
        Processes; 1 is this one, beside which many simple models take one a core.
    cluster
        Address of a Dask scheduler, which then takes the place of `jobs`.
    on_start
        Told the key of an arm that begins, in this process only.

    Raises
    ------
    UsageError
        If there is no Dask, or no TensorFlow for networks, or `jobs` is below 1.
    BusyError
        If the cluster can't be reached, or has no workers.
    InputRefusedError
        If a worker of the cluster has other versions.
    InputOutputError
        If the cluster is lost, or workers die again and again.

    """
    if jobs < 1:
        raise UsageError(f"--jobs must be at least 1 (got {jobs})")
    if not arms:
        return
    check_able(arms.values())
    if jobs == 1 and cluster is None:
        apart = _apart(arms, seeds)
        for key, arm in arms.items():
            if key not in apart:
                on_start(key)
                yield key, run_arm(arm, seeds, own)
        if not apart:
            return
        arms, jobs = apart, _cores()
    calls = [(key, arm, seeds, own if arm.task.draw == "own" else None, versions()) for key, arm in arms.items()]
    yield from _on_processes(calls, jobs) if cluster is None else _on_cluster(calls, cluster)


def _apart(arms: Mapping[str, Arm], seeds: Seeds) -> dict[str, Arm]:
    """Return the simple models, if they are worth processes of their own: they use one core, and need no TensorFlow."""
    simple = {
        key: arm
        for key, arm in arms.items()
        if not isinstance(arm.recipe, NetworkRecipe) and arm.task.draw != "own" and not arm.recipe.alone
    }
    return simple if len(simple) * len(seeds.report) >= _MANY and _cores() > 1 else {}


def check_able(arms: Iterable[Arm]) -> None:
    """Refuse arms that train networks where there is nothing to train with: every run of theirs would fail.

    Raises
    ------
    UsageError
        If TensorFlow or Keras is not installed.

    """
    if any(isinstance(arm.recipe, NetworkRecipe) for arm in arms):
        accelerator.check_installed()


def _cores() -> int:
    import joblib

    return int(joblib.cpu_count())


def run_arm(arm: Arm, seeds: Seeds, own: Dataset | None) -> Outcome:
    """Run one arm; what is the input's fault becomes failed runs with their cause."""
    import joblib

    began = time.perf_counter()
    chosen = dataclasses.replace(seeds, report=seeds.report[: arm.recipe.repeats])
    try:
        # one order of sums, whoever runs the arm
        with one_thread(), joblib.parallel_config(backend="sequential"):
            outcome = arm.recipe.run(arm.task, chosen, own)
    except DlwhyError as error:
        lost = [Run(seed=seed, metrics={}, status="failed", reason=str(error)) for seed in chosen.report]
        outcome = Outcome(runs=tuple(lost))
    return dataclasses.replace(outcome, seconds=time.perf_counter() - began)


def _keyed(key: str, arm: Arm, seeds: Seeds, own: Dataset | None, expected: Mapping[str, str]) -> tuple[str, Outcome]:
    """Run an arm on a worker, if rows from there are what rows from here would be."""
    if (found := versions()) != expected:
        others = [f"{name} {found[name]}" for name in expected if found[name] != expected[name]]
        raise InputRefusedError(f"a worker has other versions: {display(', '.join(others))}", "install the same there")
    with _ONE_ARM:
        return key, run_arm(arm, seeds, own)


def _on_processes(calls: Sequence[Call], jobs: int) -> Found:
    """Run arms on processes of this machine."""
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    left, tries = {call[0]: call for call in calls}, 0
    while left and tries < _TRIES:
        before = len(left)
        try:
            with _spread(list(left.values()), jobs) as found:
                for key, outcome in found:
                    del left[key]
                    yield key, outcome
        except TerminatedWorkerError:
            tries = tries + 1 if len(left) == before else 1
    if left:
        raise InputOutputError(
            f"workers died {_TRIES} times in a row; {len(left)} arms have no rows yet",
            "memory may be short: fewer --jobs",
        )


@contextlib.contextmanager
def _spread(calls: Sequence[Call], jobs: int) -> Iterator[Found]:
    """Return what comes of calls; no process is left behind the block, however it ends."""
    import joblib
    from joblib.externals.loky.backend.process import LokyProcess

    # what clears up behind killed workers inherits this, and tells of it no more
    known = [warning for warning in os.environ.get("PYTHONWARNINGS", "").split(",") if warning and warning != _QUIET]
    os.environ["PYTHONWARNINGS"] = ",".join([*known, _QUIET])
    settings = {"inner_max_num_threads": 1, "initializer": _tie, "initargs": (os.getpid(),)}
    with joblib.parallel_config(backend="loky", **settings):
        parallel = joblib.Parallel(
            # with one process for one arm joblib would run it here
            n_jobs=max(2, min(jobs, len(calls))),
            return_as="generator_unordered",
            max_nbytes=None,  # no memory maps: files of a killed parent would stay in shared memory for ever
            batch_size=1,
        )
    found = parallel(joblib.delayed(_keyed)(*call) for call in calls)
    try:
        yield found
    except EndedBySignal:
        # joblib may have been doing anything when the signal came: it must not be asked to end in order
        _INTERRUPTED.append(found)
        for child in multiprocessing.active_children():
            if isinstance(child, LokyProcess):
                child.kill()
        raise
    except BaseException:
        _end(found)
        raise
    _end(found)


def _end(found: Found) -> None:
    from joblib.externals.loky import get_reusable_executor

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # joblib warns of the tasks that it gives up
        found.close()
    get_reusable_executor(reuse=True, kill_workers=True).shutdown(wait=True, kill_workers=True)


def _tie(parent: int) -> None:
    """Let this worker end when its parent does, however that ends; what a terminal sends to all is the parent's."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    except AttributeError:  # not Linux
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it has ended already
        os.kill(os.getpid(), signal.SIGKILL)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)


def _on_cluster(calls: Sequence[Call], cluster: str) -> Found:
    """Run arms on a Dask cluster, by its own futures.

    Not through joblib's backend for it: that one (1.6.0) waits for ever for a task that Dask gives up, and hands the
    small loops inside scikit-learn to the cluster, whose workers then wait for each other.
    """
    where = f"--cluster {display(cluster)}"
    with _client(cluster, where) as client:
        import distributed
        from distributed.comm import CommClosedError

        try:
            futures = [client.submit(_keyed, *call, pure=False) for call in calls]
            for future in distributed.as_completed(futures, loop=client.loop):
                yield future.result()
        except distributed.KilledWorker as error:
            raise InputOutputError(f"{where}: an arm's workers died again and again", "memory may be short") from error
        except (distributed.CancelledError, CommClosedError) as error:
            raise InputOutputError(f"{where}: was lost", "run the command again: it goes on") from error


def _check_scheduler(cluster: str, where: str) -> None:
    """Ask what listens at an address who it is: a client of Dask waits for ever for one that never speaks.

    Raises
    ------
    BusyError
        If no scheduler answers in time.

    """
    import distributed
    from distributed.comm import connect

    async def identity() -> Any:
        how = distributed.Security().get_connection_args("client")
        comm = await connect(cluster, timeout=_REACH_SECONDS, **how)
        try:
            await comm.write({"op": "identity", "reply": True})
            return await comm.read()
        finally:
            comm.abort()

    try:
        found = asyncio.run(asyncio.wait_for(identity(), _REACH_SECONDS))
    except Exception as error:  # Dask reads what is no Dask as it comes
        raise BusyError(f"{where}: can't be reached", "is its scheduler running?") from error
    if not isinstance(found, dict) or found.get("type") != "Scheduler":
        raise BusyError(f"{where}: is no Dask scheduler", "is this its address?")


@contextlib.contextmanager
def _client(cluster: str, where: str) -> Iterator[Any]:
    """Connect to a cluster that has workers while the block runs."""
    if not cluster:  # Dask itself would start a cluster
        raise UsageError("--cluster needs the address of a Dask scheduler")
    try:
        import distributed
    except ImportError as error:
        raise UsageError("--cluster needs Dask, which is not installed", "pip install 'dlwhy[dask]'") from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    _check_scheduler(cluster, where)
    # held from the start, to be closed if it can't connect: left to the garbage collector, it might be finalised while
    # another client starts, and wait for ever for a lock that this one holds
    client = distributed.Client.__new__(distributed.Client)
    try:
        client.__init__(cluster, timeout=_REACH_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError, AssertionError) as error:  # the last where its thread is late
        with contextlib.suppress(AttributeError):  # it had not come as far as to have a thread
            client.close()
        raise BusyError(f"{where}: can't be reached", "is its scheduler running?") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_REACH_SECONDS)
        except TimeoutError as error:
            raise BusyError(f"{where}: has no workers", "start some: dask worker ADDRESS --nthreads 1") from error
        yield client
