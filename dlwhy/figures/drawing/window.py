"""A picture in a window, where there is a screen."""

import os
import warnings
from typing import TYPE_CHECKING

from dlwhy.errors import DlwhyWarning
from dlwhy.text import display

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def show(figure: "Figure") -> None:
    """Open a window with the picture and wait until it is closed; warn if there is no screen."""
    from matplotlib import pyplot as plt

    backend = os.environ.get("MPLBACKEND")
    if backend:
        try:
            plt.switch_backend(backend)
        except (ImportError, ValueError):
            warnings.warn(f"MPLBACKEND={display(backend)}: no window can be opened with it", DlwhyWarning, stacklevel=2)
            return
    window = plt.figure(figsize=tuple(figure.get_size_inches()))
    if window.canvas.required_interactive_framework is None:
        plt.close(window)
        warnings.warn("there is no screen to show the picture on", DlwhyWarning, stacklevel=2)
        return
    # the figure was made without pyplot: it moves into the empty one's window
    window.canvas.figure = figure
    figure.set_canvas(window.canvas)
    plt.show()
