"""Matplotlib, imported so that no setting of the user's changes a picture or prevents it."""

import contextlib
import importlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dlwhy import files
from dlwhy.errors import InputRefusedError, InputUnreadableError
from dlwhy.text import display
from dlwhy.training.surroundings import environment

_SCREEN = "MPLBACKEND"  # what notebooks set for their kernels, and so for their child processes, is known to them only


@contextlib.contextmanager
def matplotlib(*, beside: str | Path) -> Iterator[Any]:
    """Yield Matplotlib in the block; what it writes while it is imported first is temporary.

    Parameters
    ----------
    beside
        An output, beside which that may lie if there is no folder for temporary files.

    Raises
    ------
    InputRefusedError, InputUnreadableError
        If there is a matplotlibrc that can't be read as text; what stands in it does not matter.

    """
    if "matplotlib" in sys.modules:
        yield importlib.import_module("matplotlib")
        return
    # a user without a home has no folder for its cache; a bad line in matplotlibrc is no business of ours
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    with files.temporary_folder(beside=beside):
        with environment({_SCREEN: None}):
            imported = _import()
        yield imported


def _import() -> Any:
    try:
        return importlib.import_module("matplotlib")
    except UnicodeDecodeError as error:
        raise InputRefusedError(f"matplotlibrc: {display(error, 120)}", "it must be UTF-8") from error
    except OSError as error:
        raise InputUnreadableError(f"Matplotlib can't read its settings: {display(error, 200)}") from error
