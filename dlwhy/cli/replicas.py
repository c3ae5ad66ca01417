"""`dlwhy train --replicas`: many networks trained side by side; their distribution, and which of them to save."""

import dataclasses
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.bar import training_bar
from dlwhy.cli.console import Output
from dlwhy.cli.interruption import graceful
from dlwhy.errors import EndedBySignal, UnusableResultError, UsageError, check_whole, display
from dlwhy.models.digits import number

if TYPE_CHECKING:
    from dlwhy.data.dataset import Dataset
    from dlwhy.models.diagnosis import Finding
    from dlwhy.models.network import NetworkSpec
    from dlwhy.training.options import TrainingOptions
    from dlwhy.training.replicas import Replicas

_MOST = 100_000
SAVE = ("median", "best", "all")
# what one network's training has, and a stack's has not
_NOT_FOR_STACKS = {"resume", "init_from", "freeze", "checkpoint_every", "keep_diverged", "threads", "memory"}
_NOT_FOR_STACKS |= {"history", "tensorboard"}


def check(context: typer.Context, settings: dict[str, Any]) -> None:
    """Refuse what can be refused before anything is read; `settings` are the parameters of `train`."""
    if settings["save"] not in SAVE:
        raise UsageError(f"--save must be one of {', '.join(SAVE)} (got {display(settings['save'])})")
    if settings["replicas"] is None:
        if shared.is_given(context, "save"):
            raise UsageError("--save goes with --replicas")
        return
    # each has a seed of its own
    check_whole("--replicas", settings["replicas"], least=2, most=min(_MOST, 2**32 - settings["seed"]))
    for name in sorted(_NOT_FOR_STACKS):
        if shared.is_given(context, name):
            raise UsageError(f"--{name.replace('_', '-')} does not go with --replicas")
    if files.is_standard(settings["output"]):
        if settings["save"] == "all":
            raise UsageError("--save all needs a model file", "name one with -o")
        return
    if settings["save"] == "all":
        outputs = {
            f"-o with --seed {seed}": path for seed, path in zip(_seeds(settings), _paths(settings), strict=True)
        }
        read = [settings["data"], settings["config"]]
        files.check_outputs(outputs, inputs=read, no_clobber=settings["no_clobber"])


def train_and_save(
    settings: dict[str, Any], dataset: "Dataset", network: "NetworkSpec", recipe: "TrainingOptions", out: Output
) -> None:
    """Train the replicas, save those asked for, and print the distribution."""
    import numpy as np

    from dlwhy.training.loop import Hooks
    from dlwhy.training.replicas import Varying, train_replicas

    seeds = _seeds(settings)
    with graceful(out) as interruption, training_bar(out, recipe.epochs) as show:
        hooks = Hooks(on_progress=show, should_stop=lambda: interruption.number is not None)
        varying, device = Varying(seeds=seeds), settings["device"]
        replicas = train_replicas(dataset, network, recipe, varying=varying, device=device, hooks=hooks)
    finished = [i for i in range(len(replicas)) if replicas.status[i] != "diverged" and replicas.epochs[i] > 0]
    if not finished:
        raise UnusableResultError(
            f"none of {len(seeds)} replicas ended with a finite loss; no model written",
            "try a smaller --learning-rate, or --clip-norm 1",
        )
    last = np.array([replicas.history[i, replicas.epochs[i] - 1] for i in finished])
    # never by the test part: by what was held out of the training part, else by the training loss
    by = 2 if recipe.held_out else 0
    order = [finished[i] for i in np.argsort(last[:, by], kind="stable")]
    saved, findings = _save(settings, replicas, order)
    _tell(out, replicas, finished, last, saved, findings, ranked_by=replicas.columns[by])
    if interruption.number is not None:
        raise EndedBySignal(interruption.number)


def _seeds(settings: dict[str, Any]) -> range:
    return range(settings["seed"], settings["seed"] + settings["replicas"])


def _paths(settings: dict[str, Any]) -> Iterator[Path]:
    """Name the file of each replica by its seed: model.keras becomes model-42.keras."""
    output = Path(settings["output"])
    return (output.with_name(f"{output.stem}-{seed}{output.suffix}") for seed in _seeds(settings))


def _save(
    settings: dict[str, Any], replicas: "Replicas", order: list[int]
) -> tuple[dict[str, int], "dict[str, tuple[Finding, ...]]"]:
    """Write the models, and give the seed of each by path, and what its training shows."""
    from dlwhy.models import archive
    from dlwhy.models.diagnosis import diagnose

    findings = {}
    if settings["save"] == "all":
        chosen = {str(path): i for i, path in enumerate(_paths(settings)) if i in order}
    else:
        chosen = {settings["output"]: order[0] if settings["save"] == "best" else order[(len(order) - 1) // 2]}
    for path, i in chosen.items():
        trained = replicas.unstack(i)
        archive.write(trained, path, no_clobber=settings["no_clobber"])
        findings[path] = diagnose(trained.history, trained.details)
    return {path: replicas.seeds[i] for path, i in chosen.items()}, findings


def _tell(
    out: Output,
    replicas: "Replicas",
    finished: list[int],
    last: Any,
    saved: dict[str, int],
    findings: "dict[str, tuple[Finding, ...]]",
    *,
    ranked_by: str,
) -> None:
    import numpy as np

    census = {kind: replicas.status.count(kind) for kind in dict.fromkeys(replicas.status)}
    shown = [i for i in range(last.shape[1]) if np.isfinite(last[:, i]).all()]
    spread = {replicas.columns[i]: _distribution(last[:, i]) for i in shown}
    if out.as_json:
        runs = [
            {"seed": replicas.seeds[i], "status": replicas.status[i], "epochs": int(replicas.epochs[i])}
            | {replicas.columns[k]: float(row[k]) for k in shown}
            for i, row in zip(finished, last, strict=True)
        ]
        told = {path: [dataclasses.asdict(each) for each in found] for path, found in findings.items()}
        about = {"saved": saved, "ranked_by": ranked_by, "status": census, "distribution": spread, "runs": runs}
        out.json(about | {"diagnosis": told})
        return
    names = ("mean", "sd", "min", "median", "max")
    rows = [(column, *(number(found[name]) for name in names)) for column, found in spread.items()]
    out.table(("last epoch", *(f">{name}" for name in names)), rows, title=f"{len(finished)} replicas")
    out.note(f"status: {', '.join(f'{count} {kind}' for kind, count in census.items())}; ranked by {ranked_by}")
    for path, seed in saved.items():
        out.note(f"{files.shown(path, output=True)}: seed {seed}")
    if len(saved) == 1:
        for each in next(iter(findings.values())):
            out.note(f"note: {each.says}")


def _distribution(values: Any) -> dict[str, float]:
    return {
        "mean": float(values.mean()),
        "sd": float(values.std(ddof=1)) if len(values) > 1 else 0.0,
        "min": float(values.min()),
        "median": statistics.median(map(float, values)),
        "max": float(values.max()),
    }
