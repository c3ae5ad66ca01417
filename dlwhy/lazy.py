"""Packages that hand on names from their modules, each imported when it is first asked for."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def names(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return a package's ``__getattr__`` and ``__dir__`` (PEP 562), and its ``__all__``.

    Parameters
    ----------
    package
        Its ``__name__``.
    homes
        By module the names that it has, with blanks between them; by the package itself the names of its modules.

    """
    modules = {name: module for module, found in homes.items() for name in found.split()}

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        if modules[name] == package:
            return importlib.import_module(f"{package}.{name}")
        return getattr(importlib.import_module(modules[name]), name)

    def listed() -> list[str]:
        return sorted({*vars(importlib.import_module(package)), *modules})

    return get, listed, sorted(modules)
