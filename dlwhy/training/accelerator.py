"""The one place that imports TensorFlow: quiet logs, devices, threads, and the cache of compiled programs."""

import contextlib
import dataclasses
import gc
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from dlwhy.errors import UsageError, check_whole
from dlwhy.models.details import MAX_THREADS
from dlwhy.text import display
from dlwhy.training import programs, surroundings

# Keras imports these if they are there, for wrappers and plots that training does not use: half a second and more
_SPARED = ("sklearn", "matplotlib")
# loops are made without MLIR; XLA ends the process at a flag that it does not know, so only a TensorFlow that was tried
# gets it
_BRIEF, _TRIED = "--xla_cpu_use_fusion_emitters=false", ("2.21.",)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Accelerator:
    """What a training runs on.

    Parameters
    ----------
    name
        TensorFlow's name of the device: ``CPU:0`` or ``GPU:0``.
    description
        The device in words, for people.
    threads
        Threads of one operation; they decide the last bits of larger sums, so they are recorded.

    """

    name: str
    description: str
    threads: int


_started: dict[str, Accelerator] = {}
_programs: list[programs.Programs] = []
_flags: list[str] = []


def start(device: str = "auto", threads: int | None = None, at_once: int = 1, *, brief: bool = False) -> Accelerator:
    """Import TensorFlow, prepared for quiet, repeatable and quick work, and choose the device.

    Parameters
    ----------
    device
        ``auto`` (the first GPU, else the CPU), ``cpu``, ``gpu``, or a name as TensorFlow gives it: ``GPU:1``.
    threads
        Threads that operations share; by default the cores this process may use. Fixed with the first call in a
        process.
    at_once
        Programs that are to run side by side, as `train_replicas` has them; fixed as well.
    brief
        Whether the programs to come have small steps, and then take two thirds of the time to compile; fixed as well.

    Raises
    ------
    UsageError
        If the device isn't there; the message lists what is.

    """
    check_threads(threads)
    if device in _started:
        return _started[device]
    tensorflow = load()
    with _first_settings(tensorflow, threads, at_once) if not _started else contextlib.nullcontext():
        names = available(tensorflow)
    name = _choose(device, names)
    count = tensorflow.config.threading.get_intra_op_parallelism_threads() or len(os.sched_getaffinity(0))
    if not _programs:
        _flags.extend([_BRIEF] if brief and tensorflow.version.VERSION.startswith(_TRIED) else [])
        described = [_describe(tensorflow, each) for each in names]
        with _flagged():
            shelf = programs.surroundings(tensorflow, threads=count, devices=described)
        _programs.append(programs.Programs(tensorflow, shelf))
    _started[device] = Accelerator(name=name, description=_describe(tensorflow, name), threads=count)
    return _started[device]


def check_threads(threads: int | None) -> None:
    """Refuse a number of threads that can't be.

    Raises
    ------
    UsageError
        If it is below 1, or more than any machine has.

    """
    if threads is not None:
        check_whole("--threads", threads, least=1, most=MAX_THREADS)


@contextlib.contextmanager
def kept_programs() -> Iterator[None]:
    """While the block runs, give XLA the programs that earlier processes have compiled, and keep the new ones.

    To be put round every training, between `start` and the first compiled call.
    """
    for cache in _programs:
        cache.load()
    try:
        with _flagged():
            yield
    finally:
        for cache in _programs:
            cache.keep()


def _flagged() -> contextlib.AbstractContextManager[None]:
    """Give XLA our flags, which it reads when it compiles first; those of the user stand behind them and win."""
    return surroundings.environment({"XLA_FLAGS": " ".join([*_flags, os.environ.get("XLA_FLAGS", "")]).strip()})


def load() -> Any:
    """Import TensorFlow, quietly and quickly, and give it; nothing is fixed by that yet.

    Raises
    ------
    UsageError
        If it can't be imported, or the surroundings make it another TensorFlow than the one that is meant.
    BusyError
        If there is too little memory for it.

    """
    if not {"tensorflow", "keras"} <= sys.modules.keys():
        surroundings.check_memory()
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        with surroundings.trying_flags(), surroundings.with_a_temporary_folder(), _quiet_stderr():
            _import()
    tensorflow = importlib.import_module("tensorflow")
    surroundings.check_keras(importlib.import_module("keras"))
    return tensorflow


def check_installed() -> None:
    """Refuse to train where there is nothing to train with, without importing it.

    Raises
    ------
    UsageError
        If TensorFlow or Keras is not installed.

    """
    for name in ("TensorFlow", "Keras"):
        if name.lower() not in sys.modules and not _is_there(name.lower()):
            raise UsageError(f"{name} is not installed: networks can't be trained", "pip install tensorflow keras")


def _is_there(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def _import() -> None:
    check_installed()
    try:
        with surroundings.without_keras_settings(), _spared_imports(), _no_garbage_collection():
            tensorflow = importlib.import_module("tensorflow")
            importlib.import_module("keras")
    except ImportError as error:
        raise UsageError(
            f"TensorFlow can't be imported: {display(error, 200)}", "install it anew: pip install tensorflow keras"
        ) from error
    tensorflow.get_logger().setLevel("ERROR")


def available(tensorflow: Any) -> list[str]:
    """Names of the devices that TensorFlow can compute on, GPUs first."""
    names = [device.name.removeprefix("/physical_device:") for device in tensorflow.config.list_physical_devices()]
    kept = [name for name in names if not name.startswith("XLA_")]
    return sorted(kept, key=lambda name: (name.startswith("CPU"), name))


@contextlib.contextmanager
def _first_settings(tensorflow: Any, threads: int | None, at_once: int) -> Iterator[None]:
    """Make the settings of the whole process, before TensorFlow looks for devices, in the block."""
    # too late if somebody else has used TensorFlow already
    with contextlib.suppress(RuntimeError):
        tensorflow.config.threading.set_intra_op_parallelism_threads(threads or len(os.sched_getaffinity(0)))
        tensorflow.config.threading.set_inter_op_parallelism_threads(at_once)
    with programs.in_memory(tensorflow):
        yield


def _choose(device: str, names: list[str]) -> str:
    wanted = device.upper()
    if wanted == "AUTO":
        return names[0]
    for name in names:
        if wanted in (name, name.split(":")[0]):
            return name
    raise UsageError(f"--device {display(device)}: not here", f"there is {', '.join(names)}")


def _describe(tensorflow: Any, name: str) -> str:
    for device in tensorflow.config.list_physical_devices():
        if device.name.endswith(name) and name.startswith("GPU"):
            details = tensorflow.config.experimental.get_device_details(device)
            return f"{name} {details.get('device_name', '')}".strip()
    return name


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Keep off stderr what the C++ side writes to it while it loads."""
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


@contextlib.contextmanager
def _spared_imports() -> Iterator[None]:
    """Make Keras believe that packages it uses only if they are there are not there."""
    spared = [name for name in _SPARED if name not in sys.modules]
    for name in spared:
        sys.modules[name] = None  # type: ignore[assignment]  # how Python says "can't be imported"
    try:
        yield
    finally:
        for name in spared:
            if sys.modules.get(name, ModuleType) is None:
                del sys.modules[name]


@contextlib.contextmanager
def _no_garbage_collection() -> Iterator[None]:
    # thousands of modules make hundreds of thousands of objects, none of them garbage
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()
