"""What a training came to: a line for people, or a JSON object."""

import dataclasses
from typing import TYPE_CHECKING

from dlwhy import files
from dlwhy.cli.show.console import Output
from dlwhy.text import number

if TYPE_CHECKING:
    from dlwhy.models.trained import Trained


def show_trained(out: Output, trained: "Trained", path: str) -> None:
    """Say how a network was trained that is now in a file."""
    from dlwhy.models import network
    from dlwhy.models.diagnosis.rules import diagnose

    found = diagnose(trained.history, trained.details)
    details, epochs = trained.details, len(trained.history["loss"])
    training = details.training or {}
    best, taken = training.get("best_epoch"), training.get("taken")
    last = {name: values[-1] for name, values in trained.history.items()}
    size = {"parameters": network.parameters(trained.model), "multiply_adds": network.multiply_adds(trained.model)}
    for what, names in (taken or {}).items():
        out.note(f"layers {what}: {', '.join(names) or 'none'}")
    out.note(
        f"{files.shown(path, output=True)}: {size['parameters']} parameters, "
        f"{size['multiply_adds']} multiply-adds a sample; epoch {epochs}: "
        + ", ".join(f"{name} {number(value)}" for name, value in last.items())
        + (f"; the weights are those of epoch {best}, the best" if best not in {None, epochs} else "")
    )
    for each in found:
        out.note(f"note: {each.says}")
    if out.as_json:
        about = {"model": path, "epochs": epochs, **size, **last, "taken": taken}
        about |= {"diagnosis": [dataclasses.asdict(each) for each in found]}
        about |= {"seed": details.seed, "engine": details.engine, "threads": details.threads}
        out.json(about | {"dataset": details.dataset, "best_epoch": best})
