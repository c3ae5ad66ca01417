"""What several commands read: models, and the data set to look at them with."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dlwhy import files
from dlwhy.errors import UsageError

if TYPE_CHECKING:
    from dlwhy.data.dataset import Dataset
    from dlwhy.models.archive import Trained


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

    The data come first, so that bad ones are refused before TensorFlow is imported, which takes seconds. But a model
    on stdin comes before: the data file may be written by the same pipeline, and is whole when the model is.

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
    piped = any(files.is_standard(path) for path in models)
    trained = _read_models(models, max_size) if piped else {}
    from dlwhy.data import storage

    dataset = storage.read(data, max_size=max_size)
    if check:
        check(dataset)
    return trained or _read_models(models, max_size), dataset


def _read_models(models: Sequence[str], max_size: int | None) -> "dict[str, Trained]":
    from dlwhy.training import accelerator

    # while the other side of the pipe is still at work
    accelerator.start()
    from dlwhy.models import archive

    return {path: archive.read(path, max_size=max_size) for path in models}
