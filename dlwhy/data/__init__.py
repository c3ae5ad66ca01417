"""Data sets: what one is, where it comes from, how it is kept. Importing this costs NumPy at most."""

from typing import TYPE_CHECKING

from dlwhy import lazy

if TYPE_CHECKING:
    from dlwhy.data.dataset import Column as Column, Dataset as Dataset
    from dlwhy.data.toys.make import make as make
    from dlwhy.data.stored.storage import read as read, write as write
    from dlwhy.data.tables.importing import read_table as read_table
else:
    __getattr__, __dir__, __all__ = lazy.names(__name__, __file__)
