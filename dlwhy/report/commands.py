"""The commands that make a run again, from what data set and model say of themselves."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from dlwhy.checks.run import IGNORED
from dlwhy.data.dataset import Dataset
from dlwhy.models.details import Details
from dlwhy.models.spec import NetworkSpec
from dlwhy.text import display
from dlwhy.training.options import TrainingOptions

_DATA, _MODEL = "dataset.joblib", "model.keras"
# of what a data set says of its making, that which is no option of the same name
_NO_OPTIONS = ("generator", "table", "target", "left_out", IGNORED)


def generate(dataset: Dataset) -> str:
    """Return the command that makes a data set; of a table the options that it tells of."""
    facts = dataset.provenance
    toy = facts.get("generator")
    words = [str(toy)] if toy else ["--from", str(facts.get("table", "TABLE")), "--target", dataset.target_name]
    words += _flags({name: value for name, value in facts.items() if name not in _NO_OPTIONS})
    if ignored := facts.get(IGNORED):
        words += ["--ignore-check", ",".join(map(str, ignored))]
    return _line(["dlwhy", "generate", *words, "-o", _DATA])


def train(details: Details, *, snapshots: int | None = None) -> str:
    """Return the command that trains a network again, with so many snapshots; empty for a model from elsewhere."""
    if details.network is None or details.training is None:
        return ""
    options = {**(details.training.get("options") or {})}
    if isinstance(details.training.get("members"), int):
        options["members"] = details.training["members"]
    defaults = {**NetworkSpec().to_json(), **TrainingOptions().to_json()}
    given = {
        name: value
        for name, value in {**details.network, **options}.items()
        if name in ("epochs", "seed") or value != defaults.get(name)
    }
    if details.inputs:
        given["inputs"] = ",".join(details.inputs)
    return _line(["dlwhy", "train", *_flags({**given, "snapshots": snapshots}), "-d", _DATA, "-o", _MODEL])


def evaluate() -> str:
    """Return the command that evaluates it beside simple models."""
    return _line(["dlwhy", "evaluate", "-m", _MODEL, "-d", _DATA, "--baselines"])


def _flags(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        flag = f"--{name.replace('_', '-')}"
        if value is None or (value is False and name not in ("stratify", "linear_path")):
            continue
        if isinstance(value, bool):
            yield flag if value else f"--no-{flag[2:]}"
        elif name == "layers":
            yield from (flag, ",".join(map(str, value)) or "none")
        elif isinstance(value, list | tuple):
            yield from (word for each in value for word in (flag, str(each)))
        else:
            yield from (flag, str(value))


def _line(words: list[str]) -> str:
    return " ".join(display(shlex.quote(word), 300) for word in words)
