"""Data sets: what one is, where it comes from, how it is kept. Importing this costs NumPy at most."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlwhy.data.dataset import Column, Dataset
    from dlwhy.data.generators import make
    from dlwhy.data.storage import read, write
    from dlwhy.data.tables import read_table

__all__ = ["Column", "Dataset", "make", "read", "read_table", "write"]

_HOMES = {
    "Column": "dataset",
    "Dataset": "dataset",
    "make": "generators",
    "read": "storage",
    "read_table": "tables",
    "write": "storage",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"dlwhy.data.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
