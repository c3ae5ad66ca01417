"""The history of a training as TensorBoard reads it."""

import re
from collections.abc import Mapping, Sequence

from dlwhy.errors import OutputBlockedError, UsageError
from dlwhy.files import shown
from dlwhy.text import display


def write_scalars(history: Mapping[str, Sequence[float]], folder: str) -> None:
    """Write each column of a history, one value an epoch, as a TensorBoard scalar.

    Raises
    ------
    UsageError
        If TensorBoard is not installed.
    OutputBlockedError
        If the folder can't be written.

    """
    import tensorflow as tf

    try:
        import tensorboard  # noqa: F401  # TensorFlow's summaries need it, and say so less plainly
    except ImportError as error:
        raise UsageError("--tensorboard: not installed", "pip install dlwhy[tensorboard]") from error
    try:
        with tf.summary.create_file_writer(folder).as_default():
            for name, values in history.items():
                for epoch, value in enumerate(values, 1):
                    tf.summary.scalar(name, value, step=epoch)
    except tf.errors.OpError as error:
        said = re.sub(r"\{\{.*?\}\} ", "", error.message)  # names of nodes
        raise OutputBlockedError(f"{shown(folder)}: {display(said, 120)}") from error
