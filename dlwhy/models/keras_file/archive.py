"""Models as .keras files: written as Keras does with history and details beside, read without Keras' own loader."""

import contextlib
import dataclasses
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlwhy import files
from dlwhy.errors import InputOutputError, InputRefusedError, UnusableResultError
from dlwhy.models.diagnosis.rules import diagnose
from dlwhy.models.history import history_csv
from dlwhy.models.keras_file import container, parts, rebuilding
from dlwhy.models.keras_file.checking import DROPOUT_STATE, MAX_SIZE, MEBIBYTE, SNAPSHOTS, check
from dlwhy.models.keras_file.schema import Plan
from dlwhy.models.trained import Trained
from dlwhy.text import display

if TYPE_CHECKING:
    import keras  # a name for annotations, nothing is imported

__all__ = ["Trained", "describe", "is_model", "read", "to_bytes", "write"]


def write(trained: Trained, path: str | Path, *, no_clobber: bool = False) -> None:
    """Write a model with its history and details, whole or not at all; the same model gives the same bytes.

    Raises
    ------
    UnusableResultError
        If `read` would refuse what would be written.
    OutputBlockedError, InputOutputError
        If the file can't be created, or writing fails midway.

    """
    with files.temporary_folder(beside=path):
        content = to_bytes(trained)
    try:
        check(content, files.shown(path, output=True), max_size=len(content))
    except InputRefusedError as error:
        raise UnusableResultError(f"{error.message}; no model written", error.hint) from error
    with files.open_output(path, no_clobber=no_clobber) as handle:
        handle.write(content)


def to_bytes(trained: Trained) -> bytes:
    """Return a model as the bytes of a .keras file."""
    told: dict[str, Any] = {DROPOUT_STATE: rebuilding.dropout_state(trained.model)}
    beside = {}
    if trained.snapshots is not None:
        told[SNAPSHOTS] = trained.snapshots.to_json()
        beside[container.SNAPSHOTS] = trained.snapshots.to_npy()
    details = json.dumps({**trained.details.to_json(), **told}, indent=1, sort_keys=True, allow_nan=False)
    extra = {container.DETAILS: details.encode(), container.HISTORY: history_csv(trained.history).encode()}
    return container.pack(_saved_by_keras(trained.model), extra | beside)


def read(path: str | Path, *, max_size: int | None = None) -> Trained:
    """Read a model: its file is checked and the network made anew, so that nothing in the file ever runs.

    TensorFlow, whose import takes seconds, is left until somebody asks for the Keras model.

    Parameters
    ----------
    path
        A .keras file by dlwhy, or by Keras if it has only layers that dlwhy makes; or "-" for stdin.
    max_size
        Most MiB of the file and of the weights in it; by default 256.

    Returns
    -------
    trained
        The model, whose Keras model is not compiled, and what travels with it.

    Raises
    ------
    InputRefusedError
        If the content is damaged, dangerous, or not such a model.
    InputUnreadableError, InputOutputError
        If the file can't be read.

    """
    content = files.read_bytes(path, limit=(max_size or MAX_SIZE) * MEBIBYTE)
    return check(content, files.shown(path), max_size=max_size)[0]


def is_model(path: str | Path) -> bool:
    """Tell a model from a data set by a file's first bytes: both may be zip archives, but only one of arrays.

    Raises
    ------
    InputUnreadableError
        If the file is missing, or not a regular file.

    """
    with files.open_input(path) as handle:
        head = handle.read(64) if handle.seekable() else handle.peek(64)[:64]  # type: ignore[attr-defined]
        if handle.seekable():
            handle.seek(0)
    if head.startswith(b"PK\x03\x04"):
        name_length = int.from_bytes(head[26:28], "little")
        return not head[30 : 30 + name_length].endswith(b".npy")
    return head.startswith(b"\x89HDF\r\n\x1a\n")


def describe(path: str | Path, *, max_size: int | None = None) -> dict[str, Any]:
    """Say what a model file holds, JSON-like, without TensorFlow. Texts in it come from the file.

    Raises
    ------
    InputRefusedError, InputUnreadableError, InputOutputError
        As `read` does.

    """
    content = files.read_bytes(path, limit=(max_size or MAX_SIZE) * MEBIBYTE)
    trained, version = check(content, files.shown(path), max_size=max_size)
    plan, details, history = trained.plain().plan, trained.details, trained.history
    epochs = details.epochs(history)
    return {
        "kind": "model",
        "task": details.task,
        "members": parts.count_members(plan),
        "front": [plan.layers[place].name for place in parts.front_of(plan)],
        "bins": parts.count_bins(plan),
        "linear_path": parts.has_linear_path(plan),
        "layers": list(_layers(plan)),
        "parameters": plan.parameters,
        "multiply_adds": plan.multiply_adds,
        "features": list(details.feature_names),
        "inputs": list(details.inputs),
        "classes": list(details.class_names),
        "target": details.target_name,
        "network": details.network,
        "training": details.training,
        "dataset": details.dataset,
        "epochs": epochs,
        "metrics": {name: values[-1] for name, values in history.items() if values},
        "diagnosis": [dataclasses.asdict(finding) for finding in diagnose(history, details)],
        "seed": details.seed,
        "engine": details.engine,
        "threads": details.threads,
        "versions": dict(details.versions),
        "keras_version": version,
        "can_resume": trained.optimizer is not None and not details.inputs,
        "snapshots": list(trained.snapshots.epochs) if trained.snapshots else [],
        "bytes": len(content),
    }


class _Memory(io.BytesIO):
    """A file in memory that Keras writes a model to, for its name ends in .keras."""

    def __str__(self) -> str:
        return "model.keras"


def _saved_by_keras(model: "keras.Model") -> bytes:
    content = _Memory()
    try:
        with _plainly_named(getattr(model, "optimizer", None)):
            model.save(content)
    except OSError as error:  # Keras makes an empty folder, too
        raise InputOutputError(f"a temporary folder can't be made: {display(error, 120)}") from error
    return content.getvalue()


@contextlib.contextmanager
def _plainly_named(optimizer: Any) -> Iterator[None]:
    """Take the number off an optimizer's name for a while: it counts the optimizers that this process has made."""
    if optimizer is None:
        yield
        return
    name = optimizer.name
    optimizer.name = type(optimizer).__name__.lower()
    try:
        yield
    finally:
        optimizer.name = name


def _layers(plan: Plan) -> Iterator[dict[str, Any]]:
    members = parts.members_of(plan)
    for place, layer in enumerate(plan.layers):
        told = {key: layer.settings[key] for key in ("activation", "rate") if key in layer.settings}
        if layer.weights and not layer.settings.get("trainable", True):
            told["frozen"] = True
        if place in members:
            told["member"] = members[place]
        yield {"name": layer.name, "type": layer.kind, "outputs": layer.width, "parameters": layer.parameters, **told}
