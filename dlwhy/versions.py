"""Versions: of dlwhy, and of the packages that decide the last bits of a result."""

import importlib.metadata

from dlwhy import __version__

# of a package that is not installed: what is done with a model of ours needs neither Keras nor TensorFlow
NONE = "none"


def of(*packages: str) -> dict[str, str]:
    """Return the version of dlwhy and of packages by name, without importing them; `NONE` for one that isn't there."""
    return {"dlwhy": __version__} | {name: _version(name) for name in packages}


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return NONE
