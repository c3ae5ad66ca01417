"""Data sets and models: made, read from files and frames, written."""

from pathlib import Path

from dlwhy.data.dataset import Dataset
from dlwhy.data.stored import storage
from dlwhy.data.tables import importing as tables
from dlwhy.data.toys import make as generators
from dlwhy.errors import UsageError, in_python
from dlwhy.models.keras_file import archive
from dlwhy.models.trained import Trained
from dlwhy.text import display

__all__ = ["load", "make", "read_table", "save"]

make = in_python(generators.make)
read_table = in_python(tables.read_table)


@in_python
def load(path: str | Path, *, max_size: int | None = None) -> Dataset | Trained:
    """Read a data set (``.joblib``, ``.npz``, ``.csv``) or a model (``.keras``): which of the two, the file says.

    Nothing in a file is ever run, so it may be from anybody.

    Parameters
    ----------
    path
        The file.
    max_size
        Most MiB of content; by default 256 of a model and of a compressed data set.

    Raises
    ------
    InputRefusedError
        If it holds neither, or is damaged.
    InputUnreadableError
        If it is missing, or not a regular file.

    """
    if archive.is_model(path):
        return archive.read(path, max_size=max_size)
    return storage.read(path, max_size=max_size)


@in_python
def save(what: Dataset | Trained, path: str | Path, *, no_clobber: bool = False) -> None:
    """Write a data set (``.joblib``, ``.npz`` or ``.csv``) or a model (``.keras``), whole or not at all.

    Parameters
    ----------
    what
        The data set or model.
    path
        The file; the end of its name says how a data set is written.
    no_clobber
        Refuse to replace a file.

    Raises
    ------
    UsageError
        If the name ends otherwise.
    OutputBlockedError, InputOutputError
        If the file can't be written.

    """
    if isinstance(what, Dataset):
        storage.write(what, path, no_clobber=no_clobber)
    elif isinstance(what, Trained):
        if Path(path).suffix != ".keras":
            raise UsageError(f"{display(path, 120)}: a model is written as .keras")
        archive.write(what, path, no_clobber=no_clobber)
    else:
        raise TypeError(f"a data set or a model is saved, not a {type(what).__name__}")
