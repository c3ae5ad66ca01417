"""Versions: of dlwhy, and of the packages that decide the last bits of a result."""

import importlib.metadata

from dlwhy import __version__


def of(*packages: str) -> dict[str, str]:
    """Return the version of dlwhy and of packages by name, without importing them."""
    return {"dlwhy": __version__} | {name: importlib.metadata.version(name) for name in packages}
