"""`dlwhy info`: what a file holds, without running anything in it; or what this installation has."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dlwhy import __version__, files, versions
from dlwhy.cli import options as shared
from dlwhy.cli.arguments import argument, command, frozen_options
from dlwhy.cli.show.console import Output
from dlwhy.text import display, number

_PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn", "polars", "joblib", "matplotlib", "typer", "rich")
_MOST_SHOWN = 12


@frozen_options
class Info(shared.Reading):
    """The options of `dlwhy info`."""

    file: str | None = argument(
        None, 'A data set or a model; "-" for a model, or data as CSV, on stdin.', metavar="FILE", show_default=False
    )


@command
def info(options: Info) -> None:
    r"""Show what a data set or a model holds, without running anything in it.

    Which of the two a file is, its content decides. Of a model that averages several networks, the layers that all
    share and those of the first are shown; --json has all of them. Without a file: the versions, the devices to
    compute on, and the cache of compiled programs.

    \b
    Examples:
      dlwhy info dataset.joblib
      dlwhy info model.keras --json
      dlwhy info
    """
    out, file = Output.of(options), options.file
    facts = _surroundings() if file is None else _describe(file, options.max_size)
    if out.as_json:
        out.json(facts)
    else:
        title = f"dlwhy {__version__}" if file is None else files.shown(file)
        out.table(("what", "value"), _rows(_for_people(facts)), title=title)


def _describe(file: str, max_size: int | None) -> dict[str, Any]:
    from dlwhy.data.stored import storage
    from dlwhy.models.keras_file import archive

    if archive.is_model(file):
        return {"kind": "model", **archive.describe(file, max_size=max_size)}
    return {"kind": "data set", **storage.describe(file, max_size=max_size)}


def _surroundings() -> dict[str, Any]:
    from dlwhy.training import programs

    found, usage, folder = versions.of(*_PACKAGES), programs.usage(), programs.folder()
    cache = {"folder": str(folder) if folder else None, "programs": usage.programs, "bytes": usage.bytes}
    return {
        "version": found.pop("dlwhy"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": found,
        **_computing(installed=found["tensorflow"] != versions.NONE),
        "cores": len(os.sched_getaffinity(0)),
        "cache": cache,
    }


def _computing(*, installed: bool) -> dict[str, Any]:
    """Describe what TensorFlow computes on; without it there is no training, but the rest is told."""
    if not installed:
        return {"devices": [], "device": "none: TensorFlow is not installed", "threads": len(os.sched_getaffinity(0))}
    from dlwhy.training import accelerator

    chosen = accelerator.start()
    import tensorflow as tf

    return {
        "devices": accelerator.available(tf),
        "device": chosen.description,
        "threads": chosen.threads,
    }


def _for_people(facts: dict[str, Any]) -> dict[str, Any]:
    """Give a model's metrics, diagnosis and snapshots as texts, and of several networks the layers of the first."""
    if "metrics" not in facts:
        return facts
    layers = [layer for layer in facts["layers"] if layer.get("member", 1) == 1]
    metrics = {name: number(value) for name, value in facts["metrics"].items()}
    found = {finding["rule"]: finding["says"] for finding in facts["diagnosis"]}
    told = {"layers": layers, "metrics": metrics, "diagnosis": found or "nothing found"}
    made = ", ".join(facts["inputs"])
    inputs = f"{made}: made before the network, so with Keras alone hand it these" if made else "the features"
    return facts | told | {"inputs": inputs, "snapshots": _moments(facts["snapshots"])}


def _moments(epochs: Sequence[int]) -> str:
    return f"{len(epochs)}, from epoch {epochs[0]} to {epochs[-1]}" if epochs else "none"


def _rows(facts: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from _rows(value, f"{prefix}{display(name)} ")
        elif isinstance(value, list) and any(isinstance(part, Mapping) for part in value):
            yield from ((f"{prefix}{display(name)} {place}", _shown(part)) for place, part in enumerate(value, start=1))
        else:
            yield f"{prefix}{display(name)}".replace("_", " "), _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        parts = [_shown(part) for part in value[:_MOST_SHOWN]]
        more = [f"… {len(value) - _MOST_SHOWN} more"] if len(value) > _MOST_SHOWN else []
        return ", ".join([*parts, *more])
    if isinstance(value, Mapping):
        return " ".join(f"{display(key)}={_shown(item)}" for key, item in value.items())
    if value is None or isinstance(value, bool):
        return {None: "-", True: "yes", False: "no"}[value]
    return display(f"{value:.6g}" if isinstance(value, float) else value, 200)
