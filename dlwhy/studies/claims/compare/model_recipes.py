"""The recipe of a trained model: its network and training options, read from its file and nothing of it run."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from dlwhy import files
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.models.keras_file import archive
from dlwhy.models.network import NetworkSpec
from dlwhy.text import display
from dlwhy.training.options import TrainingOptions

MODEL = "model:"
# what all arms of a study have in common: it standardises the features itself, and has seeds of its own
_COMMON: Mapping[str, Any] = {
    "normalize": "never",
    "seed": TrainingOptions.seed,
    "engine": TrainingOptions.engine,
    "precision": TrainingOptions.precision,
    "checkpoint_every": None,
}


def read_all(texts: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Read the recipes of all models among the texts of arms, by text: a study is shown when the files are gone.

    Raises
    ------
    UsageError
        If a text names no file.
    InputRefusedError, InputUnreadableError, InputOutputError
        If a file can't be read, or has no recipe of ours in it.

    """
    return {name_of(text): read(text) for text in texts if text.strip().startswith(MODEL)}


def name_of(text: str) -> str:
    """Return the name of the arm: as it was given, but for space round it."""
    return display(text.strip(), 200)


def read(text: str) -> dict[str, Any]:
    """Read one model's recipe, JSON-like; raises as `read_all` does."""
    path = text.strip().removeprefix(MODEL).strip()
    if not path or files.is_standard(path):
        raise UsageError(f'--arm "{display(text, 100)}" names no file', "such as model:model.keras")
    told = archive.describe(path)
    training = told["training"] or {}
    if not told["network"] or not training.get("options"):
        raise InputRefusedError(
            f"{files.shown(path)}: no training options in it, it was not trained by dlwhy",
            'write its recipe out, such as --arm "layers=64,64 epochs=50"',
        )
    found = {"network": told["network"], "options": training["options"], "taken": bool(training.get("taken"))}
    try:
        take(found)
    except InputRefusedError as error:
        raise InputRefusedError(f"{files.shown(path)}: {error.message}", error.hint) from error
    return found


def take(recipe: Mapping[str, Any]) -> tuple[NetworkSpec, TrainingOptions]:
    """Make a network's specification and its options of what `read` gave, trusting nothing.

    Raises
    ------
    InputRefusedError
        If a value can't be.

    """
    try:
        network = NetworkSpec.from_json(recipe["network"])
        options = TrainingOptions.from_json(recipe["options"])
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        raise InputRefusedError(f"its recipe is damaged: {display(error, 120)}") from error
    return network, dataclasses.replace(options, **_COMMON)
