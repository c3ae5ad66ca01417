"""Models for tables of other makers, compared with where they are installed; nothing is ever downloaded for them."""

import importlib.metadata
import importlib.util
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dlwhy.data.dataset import Task
from dlwhy.errors import UsageError

# by the name of their package, which is theirs here, too
RIVALS: Mapping[str, str] = {"catboost": "CatBoost", "lightgbm": "LightGBM", "tabpfn": "TabPFN"}
_NO_WEIGHTS = "its weights are not on this machine"


def why_not(name: str) -> str | None:
    """Say why a rival can't be tried here; None if it can."""
    if importlib.util.find_spec(name) is None:
        return "not installed"
    return _NO_WEIGHTS if name == "tabpfn" and not (_weights("classifier") and _weights("regressor")) else None


def versions() -> dict[str, str]:
    """Return those that can be tried here, with their versions."""
    return {name: _version(name) for name in RIVALS if why_not(name) is None}


def missing() -> dict[str, str]:
    """Return those that can't, and why."""
    return {name: reason for name in RIVALS if (reason := why_not(name))}


def check(name: str) -> None:
    """Refuse a rival that can't be tried here.

    Raises
    ------
    UsageError
        If it is not installed, or has no weights.

    """
    if reason := why_not(name):
        raise UsageError(f"baseline:{name}: {reason}", "pip install 'dlwhy[rivals]'" if name != "tabpfn" else "")


def make(name: str, task: Task, *, seed: int) -> Any:
    """Make an estimator at its defaults, quiet and on one thread.

    Raises
    ------
    UsageError
        If it is not installed, or has no weights.

    """
    check(name)
    return _MAKERS[name](task == "regression", seed)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def _catboost(regression: bool, seed: int) -> Any:
    import catboost

    kind = catboost.CatBoostRegressor if regression else catboost.CatBoostClassifier
    return kind(random_seed=seed, thread_count=1, verbose=False, allow_writing_files=False)


def _lightgbm(regression: bool, seed: int) -> Any:
    import lightgbm

    kind = lightgbm.LGBMRegressor if regression else lightgbm.LGBMClassifier
    return kind(random_state=seed, n_jobs=1, verbose=-1)


def _tabpfn(regression: bool, seed: int) -> Any:
    os.environ.setdefault("TABPFN_DISABLE_TELEMETRY", "1")
    import tabpfn

    kind = tabpfn.TabPFNRegressor if regression else tabpfn.TabPFNClassifier
    path = _weights("regressor" if regression else "classifier")  # named, they are not looked for anywhere else
    return kind(model_path=str(path), device="cpu", random_state=seed)


_MAKERS: Mapping[str, Callable[[bool, int], Any]] = {"catboost": _catboost, "lightgbm": _lightgbm, "tabpfn": _tabpfn}


def _weights(kind: str) -> Path | None:
    """Find TabPFN's weights, of the newest version by name, where it keeps them."""
    import platformdirs

    folder = Path(os.environ.get("TABPFN_MODEL_CACHE_DIR") or platformdirs.user_cache_path("tabpfn"))
    return max(folder.glob(f"tabpfn*{kind}*.ckpt"), default=None)
