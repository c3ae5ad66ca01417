"""What several commands read: models, and the data set to look at them with."""

import contextlib
import select
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dlwhy import files
from dlwhy.errors import UsageError

if TYPE_CHECKING:
    from dlwhy.data.dataset import Dataset
    from dlwhy.models.trained import Trained


def check_stdin(models: Sequence[str], data: str) -> None:
    """Refuse more than one input from stdin.

    Raises
    ------
    UsageError
        If there is more than one.

    """
    if sum(files.is_standard(path) for path in (*models, data)) > 1:
        raise UsageError("the model and the data can't both come from stdin", "name files for all but one")


def read_models_and_data(
    models: Sequence[str],
    data: str,
    *,
    max_size: int | None = None,
    check: "Callable[[Dataset], None] | None" = None,
) -> "tuple[dict[str, Trained], Dataset]":
    """Read models and a data set.

    Models come before the data: a data file may be written by the same pipeline as a model on stdin, and is whole when
    the model is.

    Parameters
    ----------
    models, data
        The paths.
    max_size
        Most MiB of each.
    check
        Called with the data set as soon as it is read, to refuse it early.

    Raises
    ------
    InputRefusedError, InputUnreadableError, InputOutputError
        If one can't be read.

    """
    from dlwhy.data.stored import storage
    from dlwhy.models.keras_file import archive

    trained = {path: archive.read(path, max_size=max_size) for path in models}
    tasks = {each.details.task for each in trained.values()}
    dataset = storage.read(data, max_size=max_size, task="regression" if tasks == {"regression"} else None)
    if check:
        check(dataset)
    start_for(*trained.values())
    return trained, dataset


def start_for(*trained: "Trained") -> None:
    """Prepare TensorFlow, if a model needs it to predict."""
    if any(each.needs_tensorflow for each in trained):
        from dlwhy.training import accelerator

        accelerator.start()


def start_while_waiting(data: str) -> None:
    """Import TensorFlow now, if the data come from a pipe on which nothing has arrived yet; else they are read first.

    Data that are there are checked before the seconds that the import takes; data that are not, cost nothing more.
    """
    if files.is_standard(data) and sys.stdin is not None and not sys.stdin.isatty():
        with contextlib.suppress(OSError, ValueError):  # a stream without a descriptor
            if not select.select([sys.stdin], [], [], 0)[0]:
                from dlwhy.training import accelerator

                accelerator.load()
