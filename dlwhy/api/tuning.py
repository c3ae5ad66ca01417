"""Tuning the recipe for tables on a data set."""

from pathlib import Path

from dlwhy import files
from dlwhy.data.dataset import Dataset
from dlwhy.errors import in_python
from dlwhy.tuning import tune as tunings
from dlwhy.tuning.tuned import Tuned

__all__ = ["tune"]


@in_python
def tune(
    dataset: Dataset,
    *,
    output: str | Path | None = None,
    members: int = tunings.MEMBERS,
    minutes: float | None = None,
    seed: int = 42,
) -> Tuned:
    """Try variants of the recipe for tables on the training part of a data set, and choose one.

    Each network holds out an eighth of the training rows of its own; what it loses there decides. A variant replaces
    the recipe only if it is better beyond noise, on networks that did not choose it.

    Parameters
    ----------
    dataset
        The data; the test part is looked at only when the choice is made.
    output
        A recipe file to write, which ends in ``.toml``; trials are kept beside it as they end, and the same call goes
        on from them.
    members
        Networks of the two ensembles that are compared at the end.
    minutes
        Begin no trial after so many; the last comparison is made all the same.
    seed
        Seed of everything random.

    Raises
    ------
    UsageError
        If a value can't be.
    InputRefusedError
        If the data can't be trained on.
    UnusableResultError
        If the recipe's own loss stops being a finite number.
    OutputBlockedError, InputOutputError
        If a file can't be written.

    """
    path = None if output is None else tunings.state_beside(output)
    tuned = tunings.tune(dataset, members=members, minutes=minutes, seed=seed, path=path)
    if output is not None:
        with files.open_output(output) as handle:
            handle.write(tuned.to_toml("dlwhy.tune").encode())
    return tuned
