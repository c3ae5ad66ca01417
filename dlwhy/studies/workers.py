"""Who runs the arms: this process, other processes (joblib's loky), or a Dask cluster (joblib's Dask backend)."""

import contextlib
import ctypes
import functools
import importlib
import importlib.metadata
import logging
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

import dlwhy
from dlwhy.data.dataset import Dataset
from dlwhy.errors import BusyError, DlwhyError, InputOutputError, InputRefusedError, UsageError, display
from dlwhy.studies.design import Arm, Seeds
from dlwhy.studies.results import Outcome, Run

_MODULES = "dlwhy.studies"
_DECIDING = ("keras", "tensorflow", "scikit-learn", "numpy")
# a worker that dies takes its arm with it, which is then run again; an arm that kills all its workers is given up
_TRIES = 4
_REACH_SECONDS = 10
_PR_SET_PDEATHSIG = 1
# a Dask worker runs several tasks at once, TensorFlow's settings are those of a process
_ONE_ARM = threading.Lock()


Found = Generator[tuple[str, Outcome], None, None]


def versions() -> dict[str, str]:
    """Give the versions that decide the last bits of a result."""
    return {"dlwhy": dlwhy.__version__} | {name: importlib.metadata.version(name) for name in _DECIDING}


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
        Processes; 1 is this one.
    cluster
        Address of a Dask scheduler, which then takes the place of `jobs`.
    on_start
        Told the key of an arm that begins, in this process only.

    Raises
    ------
    UsageError
        If there is no Dask, or `jobs` is below 1.
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
    if jobs == 1 and cluster is None:
        for key, arm in arms.items():
            on_start(key)
            yield key, run_arm(arm, seeds, own)
        return
    left, tries = dict(arms), 0
    with _processes() if cluster is None else _dask(cluster) as died:
        while left and tries < _TRIES:
            before = len(left)
            try:
                with _closing(_spread(left, seeds, own, jobs=jobs)) as found:
                    for key, outcome in found:
                        del left[key]
                        yield key, outcome
            except died:
                tries = tries + 1 if len(left) == before else 1
    if left:
        raise InputOutputError(
            f"workers died {_TRIES} times in a row; {len(left)} arms have no rows yet",
            "memory may be short: fewer --jobs",
        )


def run_arm(arm: Arm, seeds: Seeds, own: Dataset | None) -> Outcome:
    """Run one arm; what is the input's fault becomes failed runs with their cause."""
    module, function = arm.kind.split(".")
    try:
        with _threads().limit(limits=1):  # one order of sums, whoever runs the arm
            outcome: Outcome = getattr(importlib.import_module(f"{_MODULES}.{module}"), function)(arm, seeds, own)
    except DlwhyError as error:
        return Outcome(
            runs=tuple(Run(seed=seed, metrics={}, status="failed", reason=str(error)) for seed in seeds.report)
        )
    return outcome


@functools.cache
def _threads() -> Any:
    """Find the libraries that sum on several threads: looking for them takes long."""
    import scipy.linalg  # loads its own, as NumPy has done
    import threadpoolctl  # type: ignore[import-untyped]

    del scipy
    return threadpoolctl.ThreadpoolController()


def _spread(arms: Mapping[str, Arm], seeds: Seeds, own: Dataset | None, *, jobs: int) -> Found:
    import joblib

    parallel = joblib.Parallel(
        # with one process for one arm joblib would run it here
        n_jobs=max(2, min(jobs, len(arms))),
        return_as="generator_unordered",
        max_nbytes=None,  # no memory maps: files of a killed parent would stay in shared memory for ever
        batch_size=1,
        pre_dispatch="all",  # so that a worker that comes later finds work
    )
    known = versions()
    found: Found = parallel(
        joblib.delayed(_keyed)(key, arm, seeds, own if arm.task.draw == "own" else None, known)
        for key, arm in list(arms.items())
    )
    return found


def _keyed(key: str, arm: Arm, seeds: Seeds, own: Dataset | None, expected: Mapping[str, str]) -> tuple[str, Outcome]:
    """Run an arm on a worker, if rows from there are what rows from here would be."""
    if (found := versions()) != expected:
        others = [f"{name} {found[name]}" for name in expected if found[name] != expected[name]]
        raise InputRefusedError(f"a worker has other versions: {display(', '.join(others))}", "install the same there")
    with _ONE_ARM:
        return key, run_arm(arm, seeds, own)


@contextlib.contextmanager
def _closing(found: Found) -> Iterator[Found]:
    """Close joblib's generator behind the block; it warns of the tasks that it gives up."""
    try:
        yield found
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found.close()


@contextlib.contextmanager
def _processes() -> Iterator[type[Exception]]:
    """Run joblib's calls on processes of this machine while the block runs; give the error that says that one died."""
    import joblib
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    try:
        with joblib.parallel_config(backend="loky", inner_max_num_threads=1, initializer=_tie, initargs=(os.getpid(),)):
            yield TerminatedWorkerError
    finally:
        get_reusable_executor(reuse=True, kill_workers=True).shutdown(wait=True, kill_workers=True)


def _tie(parent: int) -> None:
    """Let this worker end when its parent does, however that ends, and leave Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    except AttributeError:  # not Linux
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it has ended already
        os._exit(1)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


@contextlib.contextmanager
def _dask(cluster: str) -> Iterator[type[Exception]]:
    """Run joblib's calls on a cluster while the block runs; give the error that says that workers died."""
    import joblib

    if not cluster:  # Dask itself would start a cluster
        raise UsageError("--cluster needs the address of a Dask scheduler")
    try:
        import distributed
        from distributed.comm import CommClosedError
    except ImportError as error:
        raise UsageError("--cluster needs Dask, which is not installed", "pip install 'dlwhy[dask]'") from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    where = f"--cluster {display(cluster)}"
    try:
        client = distributed.Client(cluster, timeout=_REACH_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise BusyError(f"{where}: can't be reached", "is its scheduler running?") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_REACH_SECONDS)
        except TimeoutError as error:
            raise BusyError(f"{where}: has no workers", "start some: dask worker ADDRESS --nthreads 1") from error
        with joblib.parallel_config(backend="dask", client=client):
            try:
                yield distributed.KilledWorker
            except (distributed.CancelledError, CommClosedError) as error:
                raise InputOutputError(f"{where}: was lost", "run the command again: it goes on") from error
