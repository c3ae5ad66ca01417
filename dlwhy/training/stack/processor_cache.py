"""How large the second-level cache is that a core has to itself: what stacks of networks should fit into."""

import os
from pathlib import Path

_LEVEL = 2
_DEVICES = Path("/sys/devices/system/cpu")
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
# what most processors of the last years have at least, where the system does not say
_USUAL = 1 << 20


def bytes_a_core() -> int:
    """Give a core's share of its second-level cache, in bytes, or a usual size if the system hides it."""
    allowed = os.sched_getaffinity(0)
    for folder in sorted((_DEVICES / f"cpu{min(allowed)}" / "cache").glob("index*")):
        try:
            if int(_read(folder / "level")) != _LEVEL:
                continue
            size = _bytes(_read(folder / "size"))
            sharing = len(_cores(_read(folder / "shared_cpu_list")) & allowed)
        except (OSError, ValueError):
            continue
        if size > 0:
            return size // max(1, sharing)
    return _USUAL


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii", errors="replace").strip()


def _bytes(text: str) -> int:
    """``1024K`` -> 1048576."""
    return int(text[:-1]) * _UNITS[text[-1]] if text[-1:] in _UNITS else int(text)


def _cores(text: str) -> set[int]:
    """``0-2,5`` -> {0, 1, 2, 5}."""
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found
