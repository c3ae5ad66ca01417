"""Sweeping options of a training, and writing what came of it: for `dlwhy sweep`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.arguments import frozen_options, option
from dlwhy.cli.process import interruption
from dlwhy.cli.show.bars import networks_bar
from dlwhy.cli.show.console import Output
from dlwhy.cli.show.sweeps import show_swept
from dlwhy.errors import UnusableResultError, UsageError, check_whole
from dlwhy.models.spec import NetworkSpec
from dlwhy.training.options import TrainingOptions
from dlwhy.training.sweep import values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dlwhy.data.dataset import Dataset
    from dlwhy.training.sweep.sweeping import Key, Trials
    from dlwhy.training.sweep.swept import Swept

# a default is written once, there
_NET, _HOW = NetworkSpec, TrainingOptions
SWEEP = "sweep.json"
_FIXED = ("epochs", "batch_norm", "layer_norm", "residual", "normalize", "class_weight", "clip_norm", "seed")


@frozen_options
class Sweep(shared.Reading, shared.Writing):
    """The options of `dlwhy sweep`."""

    layers: str = option(
        ",".join(map(str, _NET.layers)), "Units of each hidden layer, or none; / between values.", metavar="N,N,…[/…]"
    )
    activation: str = option(_NET.activation, "As in train; one or several.", metavar="TEXT[,…]")
    initializer: str = option(_NET.initializer, "As in train; one or several.", metavar="TEXT[,…]")
    optimizer: str = option(_HOW.optimizer, "As in train; one or several.", metavar="TEXT[,…]")
    learning_rate: str = option(
        str(_HOW.learning_rate), "The step size; one or several.", "--learning-rate", "--lr", metavar="X[,…]"
    )
    schedule: str = option(_HOW.schedule, "As in train; one or several.", metavar="TEXT[,…]")
    batch_size: str = option(str(_HOW.batch_size), "Samples a step; one or several.", metavar="N[,…]")
    dropout: str = option(str(_NET.dropout), "Share of units dropped; one or several.", metavar="X[,…]")
    l1: str = option(str(_NET.l1), "L1 penalty; one or several.", "--l1", metavar="X[,…]")
    l2: str = option(str(_NET.l2), "L2 penalty; one or several.", "--l2", metavar="X[,…]")
    epochs: int = option(_HOW.epochs, "Passes over the training part.")
    batch_norm: bool = option(_NET.batch_norm, "Normalize each layer over the batch.", "--batch-norm")
    layer_norm: bool = option(_NET.layer_norm, "Normalize each layer over its units.", "--layer-norm")
    residual: bool = option(_NET.residual, "Add each layer's input to its output.", "--residual")
    normalize: str = option(_HOW.normalize, "Scale the features: auto, always, never, or robust.")
    class_weight: str = option(_HOW.class_weight, "none, or balanced: rare classes count more.")
    clip_norm: float | None = option(_HOW.clip_norm, "Largest norm of a gradient.")
    validation_split: float = option(0.2, "Share of the training part to score on.")
    seeds: int = option(5, "Networks of each combination, from --seed on.")
    seed: int = shared.seed()
    device: str = option("auto", "auto (the first GPU, else the CPU), cpu, gpu, or a name such as GPU:1.")
    data: str = shared.data()
    output: str = option(SWEEP, 'What came of it, as JSON; "-" for stdout.', "--output", "-o")

    def swept(self) -> "dict[str, tuple[str, ...]]":
        """Give the values of each option that may have several."""
        return {name: values.split(name, getattr(self, name)) for name in values.SWEPT}


def check(options: Sweep) -> None:
    """Refuse what can be refused before anything is read."""
    check_whole("--seeds", options.seeds, least=2, most=1024)
    values.check(options.swept(), options.seeds)
    _cells(options)
    if options.seed + options.seeds > 2**32:
        raise UsageError(f"--seed {options.seed} leaves no seeds for {options.seeds} networks")
    if options.as_json and files.is_standard(options.output):
        raise UsageError("--json and the sweep can't both go to stdout", "write the sweep to a file with -o")
    read = [options.data, options.config]
    files.check_outputs({"-o": options.output}, inputs=read, no_clobber=options.no_clobber)


def _cells(options: Sweep) -> "Mapping[Key, Any]":
    fixed = options.some((*_FIXED, "validation_split"))
    return values.cells(options.swept(), fixed)


def sweep_and_save(options: Sweep, dataset: "Dataset", out: Output) -> None:
    """Train all combinations, write what came of them, and print it."""
    from dlwhy.training.sweep import sweeping

    cells, seeds = _cells(options), range(options.seed, options.seed + options.seeds)
    with (
        interruption.at_once(lambda: out.note(_interrupted(options))),
        networks_bar(out, len(cells) * len(seeds)) as show,
    ):
        trials = sweeping.sweep(dataset, cells, seeds, device=options.device, on_progress=show)
    found = _swept(options, dataset, trials, seeds)
    with files.open_output(options.output, no_clobber=options.no_clobber) as handle:
        handle.write(json.dumps(found.to_json(), allow_nan=False).encode())
    show_swept(out, found, options.output)


def _interrupted(options: Sweep) -> str:
    before = not files.is_standard(options.output) and Path(options.output).exists()
    kept = f"{files.shown(options.output)} is the one from before" if before else "nothing is kept"
    return f"dlwhy: interrupted; a sweep is written when all its networks are trained: {kept}"


def _swept(options: Sweep, dataset: "Dataset", trials: "Mapping[Key, Trials]", seeds: "Sequence[int]") -> "Swept":
    """Put together what is kept of a sweep, with a map of what each combination has learnt."""
    import dataclasses

    from dlwhy.figures.subject import Subject
    from dlwhy.figures.trainings import sweep as drawing
    from dlwhy.training.sweep.sweeping import epochs_of
    from dlwhy.training.sweep.swept import Cell, Swept

    epochs = epochs_of(options.epochs).tolist()
    cells = [
        Cell(values=key, scores=tuple(each.scores), curve=tuple(each.curve(epochs)), response=None)
        for key, each in trials.items()
    ]
    first, how = next(iter(_cells(options).values()))
    swept = Swept(
        options={name: texts for name, texts in options.swept().items() if len(texts) > 1},
        cells=tuple(cells),
        seeds=tuple(seeds),
        score="RMSE" if dataset.task == "regression" else "accuracy",
        rows=len(dataset.X_train) - how.learnt_of(len(dataset.X_train)),
        epochs=tuple(epochs),
        data=dataset.name,
        task=dataset.task,
        class_names=dataset.class_names,
        target_name=dataset.target_name,
        recipe={"network": first.to_json(), "training": how.to_json()},
        **_NO_MAPS,
    )
    if swept.best is None:
        raise UnusableResultError("all networks ended with a loss that is no finite number; no sweep written")
    medians = [each.median() for each in trials.values()]
    subjects = [None if one is None else Subject.from_trained(one, dataset) for one in medians]
    made = vars(drawing.maps_of(subjects, swept.best))
    responses = made.pop("responses")
    mapped = [dataclasses.replace(cell, response=each) for cell, each in zip(cells, responses, strict=True)]
    return dataclasses.replace(swept, cells=tuple(mapped), **made)


_NO_MAPS: dict[str, Any] = {"columns": (), "limits": (0.0, 1.0), "points": None, "targets": None, "n_averaged": 0}
