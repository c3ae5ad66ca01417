"""What it was timed on: machine, versions, and the fastest matrix product that the machine does."""

import importlib.metadata
import os
import platform
import time
from pathlib import Path

import numpy as np

_PACKAGES = ("dlwhy", "keras", "tensorflow", "scikit-learn", "torch", "jax", "jaxlib", "numpy")


def describe() -> dict[str, str]:
    """Machine, system and versions, by name."""
    about = {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }
    return about | {name: _version(name) for name in _PACKAGES}


def load() -> float:
    """Processes that wanted a core over the last minute: benchmarks of a busy machine say little."""
    return os.getloadavg()[0]


def matrix_peak(size: int = 2048, tries: int = 10) -> float:
    """Floating point operations a second of NumPy's float32 matrix product on all cores, the best of a few tries."""
    a, b = np.random.default_rng(0).standard_normal((2, size, size)).astype(np.float32)
    seconds = []
    for _ in range(tries):
        started = time.perf_counter()
        a @ b
        seconds.append(time.perf_counter() - started)
    return 2 * float(size) ** 3 / min(seconds)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    told = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in reversed(lines))}
    # some names, as `AMD EPYC`, are those of several generations, which the numbers tell apart
    numbers = "/".join(told[name] for name in ("cpu family", "model") if name in told)
    return f"{told['model name']} {numbers}".strip() if "model name" in told else platform.processor()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
