"""`import dlwhy` costs nothing, and every name it has is there when it is asked for."""

import subprocess
import sys

import pytest

import dlwhy
import dlwhy.data
import dlwhy.figures
import dlwhy.training

HEAVY = ("numpy", "tensorflow", "keras", "sklearn", "scipy", "polars", "matplotlib", "joblib", "typer")


@pytest.mark.parametrize(
    "package", [dlwhy, dlwhy.data, dlwhy.figures, dlwhy.training], ids=lambda package: package.__name__
)
def test_every_name_is_there_listed_and_documented(package) -> None:
    for name in package.__all__:
        assert getattr(package, name).__doc__
        assert name in dir(package)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = package.nothing


def test_packages_are_there_without_an_import_of_their_own() -> None:
    script = "import dlwhy; print(dlwhy.figures.BoundaryDisplay.__name__, dlwhy.data.Dataset.__name__)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["BoundaryDisplay", "Dataset"]


def test_importing_it_imports_nothing() -> None:
    script = "import sys, dlwhy; assert dlwhy.__version__; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()

    assert not set(loaded) & {*HEAVY, "dlwhy.data", "dlwhy.errors"}
