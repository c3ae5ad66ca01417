"""What of the surroundings reaches TensorFlow and Keras: nothing that changes a result without a word, or ends us."""

import contextlib
import functools
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

from dlwhy.errors import BusyError, UsageError
from dlwhy.text import display

# importing TensorFlow and a small training took 1.9 GB of address space
_LEAST_MEMORY = 2 << 30
# Keras takes its settings from these and from keras.json in the last
_KERAS = ("KERAS_BACKEND", "KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH", "KERAS_NNX_ENABLED", "KERAS_HOME")
_OURS = {"KERAS_BACKEND": "tensorflow", "KERAS_HOME": os.devnull}
_ANY_FOLDER = "/nowhere"
_FLAGS = ("TF_XLA_FLAGS", "XLA_FLAGS")
_USE_FLAGS = (
    "import tensorflow as tf; tf.config.list_physical_devices(); tf.function(lambda x: x + 1, jit_compile=True)(1.0)"
)


def check_memory() -> None:
    """Refuse to import TensorFlow where it would not fit: it ends in many ways then, none of them plain.

    Raises
    ------
    BusyError
        If the process may not have enough memory.

    """
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY and limit < _LEAST_MEMORY:
        raise BusyError(
            f"TensorFlow needs {_LEAST_MEMORY >> 20} MiB of memory, this process may have {limit >> 20}",
            "raise ulimit -v",
        )


@contextlib.contextmanager
def environment(values: Mapping[str, str | None]) -> Iterator[None]:
    """Have environment variables hold values in the block, or lack them, and what they held before afterwards."""
    before = {name: os.environ.pop(name, None) for name in values}
    os.environ.update({name: value for name, value in values.items() if value is not None})
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def one_thread() -> contextlib.AbstractContextManager[Any]:
    """Have what sums for NumPy, SciPy and scikit-learn use one thread in the block: one order of sums, and no waiting.

    Small sums on several threads that others need, too, took ten times as long.
    """
    limited: contextlib.AbstractContextManager[Any] = _summing().limit(limits=1)
    return limited


@functools.cache
def _summing() -> Any:
    """Find the libraries that sum on several threads: looking for them takes long."""
    import scipy.linalg  # these two load their own, as NumPy has done
    import sklearn
    import threadpoolctl

    del scipy, sklearn
    return threadpoolctl.ThreadpoolController()


def without_keras_settings() -> contextlib.AbstractContextManager[None]:
    """Have Keras import without the user's settings: they are for other work, and its home is not written to."""
    return environment(dict.fromkeys(_KERAS) | _OURS)


@contextlib.contextmanager
def with_a_temporary_folder() -> Iterator[None]:
    """Have `tempfile` name a folder in the block, be there one to write to or not: TensorFlow imports what asks."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        tempfile.tempdir = _ANY_FOLDER
    try:
        yield
    finally:
        if tempfile.tempdir == _ANY_FOLDER:
            tempfile.tempdir = None


def check_keras(keras: Any) -> None:
    """Refuse a Keras that somebody else has imported with settings of their own.

    Raises
    ------
    UsageError
        If its backend is not TensorFlow, or its numbers are not float32.

    """
    for name, needed in (("backend", "tensorflow"), ("floatx", "float32")):
        found = getattr(keras.backend, name)()
        if found != needed:
            raise UsageError(
                f"Keras was imported with {name} {display(found)}, dlwhy needs {needed}",
                "import dlwhy.training first, or see KERAS_BACKEND and keras.json",
            )


@contextlib.contextmanager
def trying_flags() -> Iterator[None]:
    """Try the user's flags for XLA in a process of its own, while the block runs: a wrong one ends the process.

    Raises
    ------
    UsageError
        If TensorFlow does not take them.

    """
    if not any(os.environ.get(name) for name in _FLAGS):
        yield
        return
    with subprocess.Popen(  # noqa: S603  # this Python, with code of our own
        [sys.executable, "-c", _USE_FLAGS],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    ) as trial:
        try:
            yield
            said = trial.communicate()[1].decode(errors="replace")
        finally:
            trial.kill()
    if trial.returncode:
        found = re.search(r"Unknown flag in (\w+): (\S+)", said)
        named = " and ".join(name for name in _FLAGS if os.environ.get(name))
        raise UsageError(
            f"{found[1]}: TensorFlow knows no flag {display(found[2])}" if found else f"{named}: TensorFlow ends at it"
        )
