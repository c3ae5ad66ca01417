"""`dlwhy train --replicas`: many networks trained side by side; their distribution, and which of them to save."""

from pathlib import Path
from typing import TYPE_CHECKING

from dlwhy import files
from dlwhy.cli.process.interruption import graceful
from dlwhy.cli.show.bars import training_bar
from dlwhy.cli.show.console import Output
from dlwhy.cli.show.training import Spread, show_replicas
from dlwhy.cli.steps.recipe import Train
from dlwhy.errors import EndedBySignal, UnusableResultError, UsageError, check_one_of, check_whole

if TYPE_CHECKING:
    from dlwhy.data.dataset import Dataset
    from dlwhy.models.diagnosis.rules import Finding
    from dlwhy.training.stack.fit import Replicas

_MOST = 100_000
SAVE = ("median", "best", "all")
# what one network's training has, and a stack's has not
ONLY_ALONE = {"resume", "checkpoint_every", "keep_diverged", "threads", "memory", "snapshots"}
_NOT_FOR_REPLICAS = {*ONLY_ALONE, "inputs", "init_from", "freeze", "history", "tensorboard", "live"}


def check(options: Train) -> None:
    """Refuse what can be refused before anything is read."""
    check_one_of("--save", options.save, SAVE)
    if options.replicas is None:
        if "save" in options.given:
            raise UsageError("--save goes with --replicas")
        return
    # each has a seed of its own
    check_whole("--replicas", options.replicas, least=2, most=min(_MOST, 2**32 - options.seed))
    for name in sorted(_NOT_FOR_REPLICAS & options.given):
        raise UsageError(f"{options.flag(name)} does not go with --replicas")
    if options.save != "all":
        return
    if files.is_standard(options.output):
        raise UsageError("--save all needs a model file", "name one with -o")
    outputs = {f"-o with --seed {seed}": path for seed, path in _paths(options).items()}
    files.check_outputs(outputs, inputs=[options.data, options.config], no_clobber=options.no_clobber)


def train_and_save(options: Train, dataset: "Dataset", out: Output) -> None:
    """Train the replicas, save those asked for, and print the distribution."""
    import numpy as np

    from dlwhy.training.progress import Hooks
    from dlwhy.training.stack.fit import Varying, train_replicas

    network, recipe = options.choices()
    seeds = list(_paths(options))
    with graceful(out) as interruption, training_bar(out, recipe) as show:
        hooks = Hooks(on_progress=show, should_stop=lambda: interruption.number is not None)
        varying, device = Varying(seeds=seeds), options.device
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
    saved, findings = _save(options, replicas, order)
    spread = Spread(replicas=replicas, finished=finished, last=last, ranked_by=replicas.columns[by])
    show_replicas(out, spread, saved, findings)
    if interruption.number is not None:
        raise EndedBySignal(interruption.number)


def _paths(options: Train) -> dict[int, Path]:
    """Name the file of each replica by its seed: model.keras becomes model-42.keras."""
    output, seeds = Path(options.output), range(options.seed, options.seed + (options.replicas or 0))
    return {seed: output.with_name(f"{output.stem}-{seed}{output.suffix}") for seed in seeds}


def _save(
    options: Train, replicas: "Replicas", order: list[int]
) -> tuple[dict[str, int], "dict[str, tuple[Finding, ...]]"]:
    """Write the models, and give the seed of each by path, and what its training shows."""
    from dlwhy.models.diagnosis.rules import diagnose
    from dlwhy.models.keras_file import archive

    findings = {}
    if options.save == "all":
        chosen = {str(path): i for i, path in enumerate(_paths(options).values()) if i in order}
    else:
        chosen = {options.output: order[0] if options.save == "best" else order[(len(order) - 1) // 2]}
    for path, i in chosen.items():
        trained = replicas.unstack(i)
        archive.write(trained, path, no_clobber=options.no_clobber)
        findings[path] = diagnose(trained.history, trained.details)
    return {path: replicas.seeds[i] for path, i in chosen.items()}, findings
