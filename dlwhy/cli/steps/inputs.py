"""What several commands read: models, and the data set to look at them with."""

import contextlib
import select
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from dlwhy import files
from dlwhy.errors import UsageError

if TYPE_CHECKING:
    from dlwhy.data.cells.reading import Reading
    from dlwhy.data.dataset import Dataset, Task
    from dlwhy.data.tables.formats.form import Form
    from dlwhy.evaluation.labelled import Table
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
    models: Sequence[str], data: str, *, max_size: int | None = None
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

    Raises
    ------
    InputRefusedError, InputUnreadableError, InputOutputError
        If one can't be read.

    """
    from dlwhy.data.stored import storage
    from dlwhy.models.keras_file import archive

    trained = {path: archive.read(path, max_size=max_size) for path in models}
    dataset = storage.read(data, max_size=max_size, task=task_of(trained.values()))
    start_for(*trained.values())
    return trained, dataset


def read_models_and_labelled(
    models: Sequence[str],
    data: str,
    *,
    form: "Form",
    cells: "Reading",
    max_size: int | None = None,
    check: "Callable[[Mapping[str, Trained], Dataset | Table], None]",
) -> "tuple[dict[str, Trained], Dataset | Table]":
    """Read models and a data set, or a table with its targets; else as `read_models_and_data`."""
    from dlwhy.evaluation import labelled
    from dlwhy.models.keras_file import archive

    trained = {path: archive.read(path, max_size=max_size) for path in models}
    known = [(one.details.dataset or {}).get("fingerprint") for one in trained.values()]
    dataset = labelled.read(data, form, cells=cells, known=known, max_size=max_size, task=task_of(trained.values()))
    check(trained, dataset)
    start_for(*trained.values())
    return trained, dataset


def task_of(trained: "Iterable[Trained]") -> "Task | None":
    """Return what a target is to be read as: numbers, if all models predict numbers."""
    return "regression" if {one.details.task for one in trained} == {"regression"} else None


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
