"""Packages that hand on names from their modules, each imported when it is first asked for."""

import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

_IMPORT = re.compile(r"^    from (\S+) import (.+)$", re.MULTILINE)


def names(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return a package's ``__getattr__`` and ``__dir__`` (PEP 562), and its ``__all__``.

    Parameters
    ----------
    package, file
        Its ``__name__`` and ``__file__``. The names are those that it imports for type checkers, ``NAME as NAME``.

    """
    imports = _IMPORT.findall(Path(file).read_text(encoding="utf-8"))
    modules = {name: module for module, listed in imports for name in re.findall(r"as (\w+)", listed)}

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        if modules[name] == package:
            return importlib.import_module(f"{package}.{name}")
        return getattr(importlib.import_module(modules[name]), name)

    def listed() -> list[str]:
        return sorted({*vars(importlib.import_module(package)), *modules})

    return get, listed, sorted(modules)
