"""What a .keras file holds, checked in full without TensorFlow."""

import contextlib
import functools
import re
import warnings
from collections.abc import Iterator
from typing import Any

from dlwhy import versions
from dlwhy.data.dataset import Column, Task
from dlwhy.data.values import is_text, is_whole
from dlwhy.errors import DlwhyWarning, InputRefusedError
from dlwhy.models.details import Details
from dlwhy.models.history import read_history_csv
from dlwhy.models.keras_file import container
from dlwhy.models.keras_file.parts import activation_of, answers_of, draws
from dlwhy.models.keras_file.schema import PlainNetwork, Plan, as_one_unit, is_pair, plan_of
from dlwhy.models.keras_file.weights import read_weights
from dlwhy.models.snapshots import Snapshots
from dlwhy.models.spec import HEADS
from dlwhy.models.trained import Trained
from dlwhy.text import display

MAX_SIZE = 256
MEBIBYTE = 1 << 20
# what our description of a model holds beside its details
DROPOUT_STATE, SNAPSHOTS = "dropout_state", "snapshots"


def check(content: bytes, name: str, *, max_size: int | None = None) -> tuple[Trained, str]:
    """Check the bytes of a model file in full, without TensorFlow.

    Parameters
    ----------
    content
        The bytes of the file.
    name
        How to name the file in messages; passed through `files.shown`.
    max_size
        Most MiB of the weights; by default 256.

    Returns
    -------
    trained
        What they hold; the details of a model from elsewhere are made up from the network.
    version
        Of the Keras that wrote them.

    Raises
    ------
    InputRefusedError
        If anything about them is not as it should be.

    """
    with named(name):
        members = container.unpack(content, limit=(max_size or MAX_SIZE) * MEBIBYTE)
        version = _keras_version(members[container.METADATA], name)
        with _by_keras_2(version):
            plan = plan_of(container.strict_json(members[container.CONFIG], container.CONFIG))
        pair = container.DETAILS not in members and is_pair(plan)
        told = as_one_unit(plan) if pair else plan
        details, state, moments = _details(members.get(container.DETAILS), told, version)
        weights, optimizer = read_weights(members[container.WEIGHTS], plan, with_optimizer=details.training is not None)
        history = read_history_csv(members.get(container.HISTORY, b"epoch").decode())
        if pair:
            # the odds of the second class are the difference of the two
            weights = [*weights[:-1], [weight[..., 1:] - weight[..., :1] for weight in weights[-1]]]
        network = PlainNetwork(plan=told, weights=weights, dropout_state=state)
        kept = _snapshots(moments, members.get(container.SNAPSHOTS), plan)
        if kept is not None and kept.epochs[-1] > details.epochs(history):
            raise InputRefusedError("a snapshot is of an epoch that the history does not have")
        trained = Trained(network=network, history=history, details=details, optimizer=optimizer, snapshots=kept)
        return trained, version


@contextlib.contextmanager
def named(name: str) -> Iterator[None]:
    """Put the file's name before what is wrong with it."""
    try:
        yield
    except InputRefusedError as error:
        raise InputRefusedError(f"{name}: {error.message}", error.hint) from error
    except (RecursionError, MemoryError, OverflowError, TypeError, ValueError) as error:
        raise InputRefusedError(f"{name}: damaged model file ({type(error).__name__})") from error


@contextlib.contextmanager
def _by_keras_2(version: str) -> Iterator[None]:
    """Say of a file by Keras 2 what helps, for it names layers otherwise."""
    try:
        yield
    except InputRefusedError as error:
        if _numbers(version)[:1] != (2,):
            raise
        message = f"was written by Keras {display(version)}: {error.message}"
        raise InputRefusedError(message, "load it with Keras 3 and save it again, as .keras") from error


def _keras_version(content: bytes, name: str) -> str:
    metadata = container.strict_json(content, container.METADATA)
    version = metadata.get("keras_version", "") if isinstance(metadata, dict) else None
    if not is_text(version, 40):
        raise InputRefusedError("metadata.json: no version of Keras")
    installed = _installed_keras()
    if installed != versions.NONE and _numbers(version) > _numbers(installed):
        warnings.warn(
            f"{name}: written by Keras {display(version)}, newer than {installed} here",
            DlwhyWarning,
            stacklevel=4,
        )
    return version


@functools.cache
def _installed_keras() -> str:
    return versions.of("keras")["keras"]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"[0-9]+", version)[:3])


def _details(content: bytes | None, plan: Plan, version: str) -> tuple[Details, list[list[int]], Any]:
    """Return the details, states of dropout and moments that dlwhy wrote, or what can be told from the network."""
    task, n_outputs = _task(plan)
    if content is None:
        return _inferred(task, n_outputs, plan.n_features, version), [], None
    values = container.strict_json(content, container.DETAILS)
    state, moments = (values.pop(key, None) if isinstance(values, dict) else None for key in (DROPOUT_STATE, SNAPSHOTS))
    details = Details.from_json(values)
    if (details.task, details.n_outputs, len(details.input_names)) != (task, n_outputs, plan.n_features):
        raise InputRefusedError(
            f"dlwhy.json describes {details.task} with {len(details.input_names)} features and {details.n_outputs} "
            f"outputs, the network does {task} with {plan.n_features} and {n_outputs}"
        )
    wanted = sum(map(draws, plan.layers))
    if not isinstance(state, list) or len(state) != wanted or not all(map(_is_state, state)):
        raise InputRefusedError("dlwhy.json: the state of dropout is damaged")
    return details, state, moments


def _snapshots(told: Any, content: bytes | None, plan: Plan) -> Snapshots | None:
    if told is None and content is None:
        return None
    if told is None or content is None:
        raise InputRefusedError("of the snapshots, either their weights or their moments are missing")
    return Snapshots.from_parts(told, content, plan.n_values)


def _is_state(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(is_whole, value))


def _task(plan: Plan) -> tuple[Task, int]:
    """Tell what a network does by its output: one sigmoid unit, several softmax units, or one linear unit."""
    answers = answers_of(plan)
    activation, width = activation_of(plan, answers), plan.layers[-1].width
    for task, wanted in HEADS.items():
        fits = width >= 3 if task == "multiclass" else width == 1
        if activation == wanted and fits and (task == "regression" or not answers.rescaled):
            return task, width
    unit = "unit" if width == 1 else "units"
    told = f"{', averaged' if answers.averaged else ''}{', rescaled' if answers.rescaled else ''}"
    raise InputRefusedError(
        f"the output is {width} {activation} {unit}{told}",
        "it must be 1 sigmoid unit, 2 or more softmax units, or 1 linear unit",
    )


def _inferred(task: Task, n_outputs: int, n_features: int, version: str) -> Details:
    n_classes = {"binary": 2, "regression": 0}.get(task, n_outputs)
    return Details(
        task=task,
        columns=tuple(Column(name=f"x{i}") for i in range(n_features)),
        class_names=tuple(map(str, range(n_classes))),
        versions={"keras": version},
    )
