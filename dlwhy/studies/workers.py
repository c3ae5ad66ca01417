"""Who runs the arms: this process, other processes (joblib's loky), or a Dask cluster (joblib's Dask backend)."""

import contextlib
import importlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dlwhy.data.dataset import Dataset
from dlwhy.errors import DlwhyError, InputOutputError, UsageError, display
from dlwhy.studies.design import Arm, Seeds
from dlwhy.studies.results import Outcome, Run

_MODULES = "dlwhy.studies"
# a worker that dies takes its arm with it, which is then run again; an arm that kills all its workers is given up
_TRIES = 4


def outcomes(
    arms: Mapping[str, Arm],
    seeds: Seeds,
    own: Dataset | None,
    *,
    jobs: int = 1,
    cluster: str | None = None,
    on_start: Callable[[str], None] = lambda _: None,
) -> Iterator[tuple[str, Outcome]]:
    """Run arms, and give each one's key and outcome as it ends.

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
    InputOutputError
        If the cluster can't be reached, or workers die again and again.

    """
    if jobs < 1:
        raise UsageError(f"--jobs must be at least 1 (got {jobs})")
    if jobs == 1 and cluster is None:
        for key, arm in arms.items():
            on_start(key)
            yield key, run_arm(arm, seeds, own)
        return
    left = dict(arms)
    with _backend(cluster) as died:
        for _ in range(_TRIES):
            try:
                for key, outcome in _spread(left, seeds, own, jobs=jobs):
                    del left[key]
                    yield key, outcome
            except died:
                continue
            return
    raise InputOutputError(f"workers died {_TRIES} times; {len(left)} arms have no rows yet", "run the command again")


def run_arm(arm: Arm, seeds: Seeds, own: Dataset | None) -> Outcome:
    """Run one arm; what is the input's fault becomes failed runs with their cause."""
    module, function = arm.kind.split(".")
    try:
        outcome: Outcome = getattr(importlib.import_module(f"{_MODULES}.{module}"), function)(arm, seeds, own)
    except DlwhyError as error:
        return Outcome(
            runs=tuple(Run(seed=seed, metrics={}, status="failed", reason=str(error)) for seed in seeds.report)
        )
    return outcome


def _spread(arms: Mapping[str, Arm], seeds: Seeds, own: Dataset | None, *, jobs: int) -> Iterator[tuple[str, Outcome]]:
    import joblib

    # no memory maps: files of a killed parent would stay in shared memory for ever
    parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered", max_nbytes=None, batch_size=1)
    calls = (
        joblib.delayed(_keyed)(key, arm, seeds, own if arm.task.draw == "own" else None)
        for key, arm in list(arms.items())
    )
    yield from parallel(calls)


def _keyed(key: str, arm: Arm, seeds: Seeds, own: Dataset | None) -> tuple[str, Outcome]:
    return key, run_arm(arm, seeds, own)


@contextlib.contextmanager
def _backend(cluster: str | None) -> Iterator[Any]:
    """Choose joblib's backend while the block runs, and give the errors that say that a worker died."""
    import joblib
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    if cluster is None:
        try:
            with joblib.parallel_config(backend="loky"):
                yield TerminatedWorkerError
        finally:
            get_reusable_executor().shutdown(wait=False, kill_workers=True)
        return
    try:
        import distributed
    except ImportError as error:
        raise UsageError("--cluster needs Dask, which is not installed", "pip install 'dlwhy[dask]'") from error
    try:
        client = distributed.Client(cluster, timeout=10)
    except (OSError, ValueError) as error:
        raise InputOutputError(
            f"--cluster {display(cluster)}: can't be reached", "is its scheduler running?"
        ) from error
    with client, joblib.parallel_config(backend="dask"):
        yield distributed.KilledWorker
