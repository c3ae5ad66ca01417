"""Data sets: what one is, where it comes from, how it is kept. Importing this costs NumPy at most."""

from typing import TYPE_CHECKING

from dlwhy import lazy

if TYPE_CHECKING:
    from dlwhy.data.dataset import Column, Dataset
    from dlwhy.data.generators import make
    from dlwhy.data.storage import read, write
    from dlwhy.data.tables import read_table

__all__ = ["Column", "Dataset", "make", "read", "read_table", "write"]

_HOMES = {
    "Column": "dlwhy.data.dataset",
    "Dataset": "dlwhy.data.dataset",
    "make": "dlwhy.data.generators",
    "read": "dlwhy.data.storage",
    "read_table": "dlwhy.data.tables",
    "write": "dlwhy.data.storage",
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy.names(__name__, _HOMES)
