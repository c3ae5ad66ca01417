"""Training one network and saving it: for `dlwhy train` and `run`."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlwhy import files
from dlwhy.cli.process.interruption import graceful
from dlwhy.cli.show.bars import training_bar
from dlwhy.cli.show.console import Output
from dlwhy.cli.show.training import show_trained
from dlwhy.cli.steps import replicas
from dlwhy.cli.steps.recipe import Train
from dlwhy.errors import EndedBySignal, UnusableResultError, UsageError, check_whole
from dlwhy.models.spec import MAX_HIDDEN, MAX_MEMBERS, NetworkSpec
from dlwhy.text import display
from dlwhy.training.options import TrainingOptions
from dlwhy.training.recipe import names_of

if TYPE_CHECKING:
    from dlwhy.data.dataset import Dataset
    from dlwhy.models.trained import Trained
    from dlwhy.training.progress import Hooks
    from dlwhy.training.single.fit import DivergedError

# what the file of a model decides whose training goes on
_DECIDED = [*names_of(NetworkSpec), *names_of(TrainingOptions)]
_DECIDED += ["recipe", "members", "init_from", "freeze", "replicas", "save", "snapshots", "inputs"]
_DECIDED.remove("epochs")


def check(options: Train) -> None:
    """Refuse what can be refused before anything is read."""
    from dlwhy.training import accelerator, handmade, snapshots

    _check_recipe(options)
    accelerator.check_installed()
    accelerator.check_threads(options.threads)
    replicas.check(options)
    start, to_stdout = options.init_from or options.resume, files.is_standard(options.output)
    if options.as_json and to_stdout:
        raise UsageError("--json and the model can't both go to stdout", "write the model to a file with -o")
    if options.checkpoint_every and to_stdout:
        raise UsageError("--checkpoint-every needs a model file", "name one with -o")
    if options.snapshots is not None:
        snapshots.check(options.snapshots)
    if options.inputs is not None:
        handmade.check(options.inputs, starts=bool(options.init_from))
    _check_freeze(options)
    if start is not None and files.is_standard(start) and files.is_standard(options.data):
        raise UsageError("the data and the model can't both come from stdin")
    for name in _DECIDED if options.resume else ():
        if name in options.given:
            raise UsageError(f"{options.flag(name)} can't be given with --resume: the model file decides it")
    _check_outputs(options)


def _check_recipe(options: Train) -> None:
    _, how = options.choices()
    check_whole("--members", options.members, least=1, most=MAX_MEMBERS)
    if options.members > 1 and options.replicas is not None:
        raise UsageError("--members and --replicas exclude each other: the mean of networks, or their distribution")
    if options.members > 1 or how.keep_best:
        for name in sorted(replicas.ONLY_ALONE & options.given):
            flag = "--members" if options.members > 1 else "--keep-best"
            flag += "" if options.members > 1 or "keep_best" in options.given else ", which the recipe has"
            raise UsageError(f"{options.flag(name)} does not go with {flag}")


def _check_freeze(options: Train) -> None:
    freeze = options.freeze
    # so long a number is not even read
    if freeze != "all" and not (freeze.isdecimal() and len(freeze) < 10 and int(freeze) <= MAX_HIDDEN + 1):
        raise UsageError(f"--freeze must be a whole number up to {MAX_HIDDEN + 1}, or all (got {display(freeze)})")
    if freeze != "0" and not options.init_from:
        raise UsageError("--freeze goes with --init-from")


def _check_outputs(options: Train) -> None:
    saves = options.checkpoint_every or options.keep_diverged or options.resume
    models = {"-o": options.output, "--checkpoint-every": _checkpoint(options) if saves else None}
    history, folders = {"--history": options.history}, {"--tensorboard": options.tensorboard}
    # a training that goes on may replace its own model, but not by something else
    files.check_outputs(history, folders=folders, inputs=[options.resume])
    read = [options.data, options.init_from, options.config]
    files.check_outputs({**models, **history}, folders=folders, inputs=read, no_clobber=options.no_clobber)
    if options.as_json and options.history is not None and files.is_standard(options.history):
        raise UsageError("--json and --history can't both go to stdout", "write the history to a file")


def train_and_save(options: Train, dataset: "Dataset", out: Output) -> "Trained":
    """Train on a data set, save the model, and say how it went."""
    from dlwhy.models.keras_file import archive
    from dlwhy.training.progress import Hooks
    from dlwhy.training.single.fit import DivergedError

    with graceful(out) as interruption, _watched(options, dataset, out) as watching:
        hooks = Hooks(
            **watching,
            on_checkpoint=lambda trained: archive.write(trained, _checkpoint(options)),
            should_stop=lambda: interruption.number is not None,
        )
        try:
            trained = _train(options, dataset, hooks)
        except DivergedError as error:
            raise _without_model(error, options) from error
    if not trained.history["loss"]:
        out.note("dlwhy: ended before the first epoch did; no model written")
        raise EndedBySignal(interruption.number or 0)
    _save(trained, options)
    show_trained(out, trained, options.output)
    if interruption.number is not None:
        _date_back(options.output)
        raise EndedBySignal(interruption.number)
    return trained


@contextlib.contextmanager
def _watched(options: Train, dataset: "Dataset", out: Output) -> "Iterator[dict[str, Any]]":
    """Show how a training goes, as a bar or live -> the hooks that it takes."""
    _, how = options.choices()
    if options.live:
        from dlwhy.cli.show.sketch import live

        if live.can_be_drawn(out):
            with live.shown(out, how, dataset) as hooks:
                yield hooks
            return
    with training_bar(out, how) as show:
        yield {"on_progress": show}


def _train(options: Train, dataset: "Dataset", hooks: "Hooks") -> "Trained":
    from dlwhy.models.keras_file import archive
    from dlwhy.training import fitting, taking_layers
    from dlwhy.training.single import fit as single

    where = options.some(("device", "threads", "memory"))
    if options.resume:
        started = archive.read(options.resume, max_size=options.max_size)
        return single.resume(started, dataset, epochs=options.epochs, hooks=hooks, **where)
    network, recipe = options.choices()
    start = None
    if options.init_from:
        base = archive.read(options.init_from, max_size=options.max_size)
        base = base.first_network(model=files.shown(options.init_from))
        start = taking_layers.Start(bases=(base,), freeze=options.freeze)
        network = _like(base, network, options.given)
    members = options.members
    where |= {name: value for name, value in options.some(("snapshots", "inputs")).items() if value is not None}
    if fitting.as_stack(recipe, members):  # the others were refused if given
        where = options.some(("device",))
    return fitting.fit(dataset, network, recipe, members=members, start=start, hooks=hooks, **where)


def _like(base: "Trained", network: NetworkSpec, given: frozenset[str]) -> NetworkSpec:
    """Give the network of the base model, but for what was given on the command line."""
    wanted = network.to_json()
    kept = {name: value for name, value in (base.details.network or {}).items() if name not in given}
    return NetworkSpec.from_json({**wanted, **kept})


def _checkpoint(options: Train) -> Path:
    output = Path(options.output)
    return output.with_name(f"{output.stem}.checkpoint.keras")


def _without_model(error: "DivergedError", options: Train) -> UnusableResultError:
    from dlwhy.models.keras_file import archive

    message = f"{error.message}; no model written"
    if error.last is not None and (options.keep_diverged or options.checkpoint_every):
        archive.write(error.last, _checkpoint(options))
        message += f"; the last finite state is in {files.shown(_checkpoint(options))}"
    return UnusableResultError(message, error.hint)


def _save(trained: "Trained", options: Train) -> None:
    from dlwhy.models.history import history_csv
    from dlwhy.models.keras_file import archive

    if options.history:
        with files.open_output(options.history) as handle:
            handle.write(history_csv(trained.history).encode())
    if options.tensorboard:
        from dlwhy.training.single.tensorboard import write_scalars

        write_scalars(trained.history, options.tensorboard)
    # the model last: it is the file that make watches
    archive.write(trained, options.output, no_clobber=options.no_clobber)


def _date_back(output: str) -> None:
    """Make an interrupted model older than the data it is made from, so that make trains it again."""
    if not files.is_standard(output):
        os.utime(output, (0, 0))
