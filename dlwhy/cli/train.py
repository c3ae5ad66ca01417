"""`dlwhy train`: trains a network on a data set and saves it as a Keras model."""

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli import replicas as many
from dlwhy.cli.bar import training_bar
from dlwhy.cli.console import Output
from dlwhy.cli.inputs import start_while_waiting
from dlwhy.cli.interruption import graceful
from dlwhy.errors import EndedBySignal, UnusableResultError, UsageError, display
from dlwhy.models.digits import number

if TYPE_CHECKING:
    from dlwhy.data.dataset import Dataset
    from dlwhy.models.archive import Trained
    from dlwhy.models.network import NetworkSpec
    from dlwhy.training.loop import DivergedError, Progress
    from dlwhy.training.options import TrainingOptions

_WITH_RESUME = {
    "resume",
    "epochs",
    "data",
    "output",
    "device",
    "threads",
    "memory",
    "history",
    "tensorboard",
    "keep_diverged",
}
_WITH_RESUME |= {"no_clobber", "max_size", "quiet", "as_json", "config"}


def train(
    context: typer.Context,
    data: shared.Data = "dataset.joblib",
    output: Annotated[str, typer.Option("--output", "-o", help='The model to write; "-" for stdout.')] = "model.keras",
    epochs: Annotated[int, typer.Option(help="Passes over the training part.")] = 100,
    layers: Annotated[str, typer.Option(help="Units of each hidden layer.", metavar="N,N,…")] = "10,10",
    activation: Annotated[
        str, typer.Option(help="relu, tanh, sigmoid, linear, gelu, elu, selu, leaky_relu or swish.")
    ] = "relu",
    optimizer: Annotated[
        str, typer.Option(help="sgd, momentum, nesterov, rmsprop, adagrad, adam, adamw, nadam or lion.")
    ] = "adam",
    learning_rate: Annotated[float, typer.Option("--learning-rate", "--lr", help="The step size.")] = 0.01,
    schedule: Annotated[
        str, typer.Option(help="Of the learning rate: constant, cosine, step or warm-up (then cosine).")
    ] = "constant",
    batch_size: Annotated[int, typer.Option(help="Samples a step.")] = 32,
    dropout: Annotated[float, typer.Option(help="Share of units dropped in each step.")] = 0.0,
    batch_norm: Annotated[bool, typer.Option("--batch-norm", help="Normalize each layer over the batch.")] = False,
    layer_norm: Annotated[bool, typer.Option("--layer-norm", help="Normalize each layer over its units.")] = False,
    residual: Annotated[bool, typer.Option("--residual", help="Add each layer's input to its output.")] = False,
    l1: Annotated[float, typer.Option("--l1", help="L1 penalty on the kernels.")] = 0.0,
    l2: Annotated[float, typer.Option("--l2", help="L2 penalty on the kernels.")] = 0.0,
    initializer: Annotated[
        str, typer.Option(help="Of the kernels: glorot_uniform, he_normal, … (Keras' names).")
    ] = "glorot_uniform",
    normalize: Annotated[
        str, typer.Option(help="Standardize the features inside the model: auto, always or never.")
    ] = "auto",
    patience: Annotated[
        int | None,
        typer.Option(help="Stop when the validation loss has not improved for so many epochs; restore the best."),
    ] = None,
    validation_split: Annotated[
        float | None,
        typer.Option(help="Share of the training part to validate on; 0.2 with --patience, else the test part draws."),
    ] = None,
    class_weight: Annotated[str, typer.Option(help="none, or balanced: rare classes count more.")] = "none",
    clip_norm: Annotated[float | None, typer.Option(help="Largest norm of a gradient.")] = None,
    init_from: Annotated[
        str | None, typer.Option(help="Start from the matching layers of this model.", metavar="FILE")
    ] = None,
    freeze: Annotated[
        str,
        typer.Option(help="With --init-from: leave so many taken layers as they are, or all.", metavar="N|all"),
    ] = "0",
    resume: Annotated[
        str | None, typer.Option(help="Go on with the training of this model up to --epochs.", metavar="FILE")
    ] = None,
    checkpoint_every: Annotated[
        int | None, typer.Option(help="Save NAME.checkpoint.keras every so many epochs.", metavar="EPOCHS")
    ] = None,
    keep_diverged: Annotated[
        bool, typer.Option("--keep-diverged", help="If the loss diverges, save the last finite state as checkpoint.")
    ] = False,
    replicas: Annotated[
        int | None,
        typer.Option(help="Train so many networks side by side, from --seed on, and print their distribution."),
    ] = None,
    save: Annotated[
        str,
        typer.Option(help="With --replicas: the median (or best) by the validation loss, else by the loss; or all."),
    ] = "median",
    seed: shared.Seed = 42,
    device: shared.Device = "auto",
    threads: shared.Threads = None,
    memory: Annotated[
        int,
        typer.Option(
            help="Most MiB of training arrays on the device; larger data go there in slices.",
            metavar="MIB",
            min=0,
            max=1 << 24,
        ),
    ] = 1024,
    precision: Annotated[str, typer.Option(help="float32, or bfloat16 for the arithmetic.")] = "float32",
    engine: Annotated[str, typer.Option(help="auto, xla, graph, or keras: plain Model.fit.")] = "auto",
    history: Annotated[str | None, typer.Option(help="Write the history as CSV as well.", metavar="FILE.csv")] = None,
    tensorboard: Annotated[str | None, typer.Option(help="Write the history for TensorBoard.", metavar="DIR")] = None,
    max_size: shared.MaxSize = None,
    no_clobber: shared.NoClobber = False,
    quiet: shared.Quiet = False,
    as_json: shared.Json = False,
    config: shared.Config = None,
) -> None:
    r"""Train a network on a data set and save it as a Keras model.

    The model file carries its history, its options and the names of features and classes. The test part draws the
    validation curve and decides nothing; --patience holds out a part of the training data instead.

    Ctrl-C ends after the epoch in hand, or with the one before where an epoch takes long, and saves what there is
    (exit 130). A loss that is no longer a finite number ends at once (exit 3).

    \b
    Examples:
      dlwhy train --epochs 100
      dlwhy train -d digits.joblib --layers 64,64 --dropout 0.2 --patience 10
      dlwhy train --replicas 32 --save best --validation-split 0.2
      dlwhy train --resume model.keras --epochs 200 -o longer.keras
      dlwhy train -d odd.joblib --init-from even.keras --freeze all
      dlwhy generate moons -o - | dlwhy train -d - -o - > model.keras
    """
    settings = dict(locals())
    check(context, settings)
    from dlwhy.data import storage

    start_while_waiting(data)
    dataset, out = storage.read(data, max_size=max_size), Output(quiet=quiet, as_json=as_json)
    if replicas is None:
        train_and_save(context, settings, dataset, out)
    else:
        many.train_and_save(settings, dataset, *_recipe(settings), out)


def train_and_save(context: typer.Context, settings: dict[str, Any], dataset: "Dataset", out: Output) -> "Trained":
    """Train on a data set, save the model, and say how it went; `settings` are the parameters of `train`."""
    network, recipe = _recipe(settings)
    with graceful(out) as interruption, training_bar(out, recipe.epochs) as show:
        trained = _train(
            context,
            settings,
            dataset,
            network=network,
            recipe=recipe,
            should_stop=lambda: interruption.number is not None,
            show=show,
        )
    if not trained.history["loss"]:
        out.note("dlwhy: ended before the first epoch did; no model written")
        raise EndedBySignal(interruption.number or 0)
    _save(trained, settings)
    _tell(out, trained, settings)
    if interruption.number is not None:
        _date_back(settings["output"])
        raise EndedBySignal(interruption.number)
    return trained


def parse_layers(text: str) -> tuple[int, ...]:
    """Read the units of each hidden layer, such as ``64,64``.

    Raises
    ------
    UsageError
        If a part is not a whole number.

    """
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise UsageError(f"--layers must be whole numbers with commas between (got {display(text)})") from error


def _recipe(settings: dict[str, Any]) -> tuple["NetworkSpec", "TrainingOptions"]:
    from dlwhy.models.network import NetworkSpec
    from dlwhy.training.options import TrainingOptions

    values = {**settings, "layers": parse_layers(settings["layers"])}
    return tuple(  # type: ignore[return-value]
        kind(**{field.name: values[field.name] for field in dataclasses.fields(kind)})
        for kind in (NetworkSpec, TrainingOptions)
    )


def check(context: typer.Context, settings: dict[str, Any]) -> None:
    """Refuse what can be refused before anything is read; `settings` are the parameters of `train`."""
    from dlwhy.training import accelerator

    _recipe(settings)
    accelerator.check_threads(settings["threads"])
    many.check(context, settings)
    output, start = settings["output"], settings["init_from"] or settings["resume"]
    if settings["as_json"] and files.is_standard(output):
        raise UsageError("--json and the model can't both go to stdout", "write the model to a file with -o")
    if settings["checkpoint_every"] and files.is_standard(output):
        raise UsageError("--checkpoint-every needs a model file", "name one with -o")
    _check_freeze(settings["freeze"])
    if settings["freeze"] != "0" and not settings["init_from"]:
        raise UsageError("--freeze goes with --init-from")
    if start is not None and files.is_standard(start) and files.is_standard(settings["data"]):
        raise UsageError("the data and the model can't both come from stdin")
    if settings["resume"]:
        _check_resume(context)
    _check_outputs(settings)


def _check_freeze(freeze: str) -> None:
    from dlwhy.models.spec import MAX_HIDDEN

    # so long a number is not even read
    if freeze != "all" and not (freeze.isdecimal() and len(freeze) < 10 and int(freeze) <= MAX_HIDDEN + 1):
        raise UsageError(f"--freeze must be a whole number up to {MAX_HIDDEN + 1}, or all (got {display(freeze)})")


def _check_outputs(settings: dict[str, Any]) -> None:
    saves = any(settings[name] for name in ("checkpoint_every", "keep_diverged", "resume"))
    models = {"-o": settings["output"], "--checkpoint-every": _checkpoint(settings) if saves else None}
    history, folders = {"--history": settings["history"]}, {"--tensorboard": settings["tensorboard"]}
    # a training that goes on may replace its own model, but not by something else
    files.check_outputs(history, folders=folders, inputs=[settings["resume"]])
    read = [settings[name] for name in ("data", "init_from", "config")]
    files.check_outputs({**models, **history}, folders=folders, inputs=read, no_clobber=settings["no_clobber"])
    if settings["as_json"] and settings["history"] is not None and files.is_standard(settings["history"]):
        raise UsageError("--json and --history can't both go to stdout", "write the history to a file")


def _check_resume(context: typer.Context) -> None:
    for name in context.params:
        if name not in _WITH_RESUME and shared.is_given(context, name):
            raise UsageError(f"--{name.replace('_', '-')} can't be given with --resume: the model file decides it")


def _train(
    context: typer.Context,
    settings: dict[str, Any],
    dataset: "Dataset",
    *,
    network: "NetworkSpec",
    recipe: "TrainingOptions",
    should_stop: Callable[[], bool],
    show: Callable[["Progress"], None],
) -> "Trained":
    from dlwhy.models import archive
    from dlwhy.training import loop

    hooks = loop.Hooks(
        on_progress=show,
        on_checkpoint=lambda trained: archive.write(trained, _checkpoint(settings)),
        should_stop=should_stop,
    )
    where = {name: settings[name] for name in ("device", "threads", "memory")}
    try:
        if settings["resume"]:
            started = archive.read(settings["resume"], max_size=settings["max_size"])
            return loop.resume(started, dataset, epochs=settings["epochs"], hooks=hooks, **where)
        base = None
        if settings["init_from"]:
            base = archive.read(settings["init_from"], max_size=settings["max_size"])
            network = _like(base, network, context)
        return loop.fit(dataset, network, recipe, base=base, freeze=settings["freeze"], hooks=hooks, **where)
    except loop.DivergedError as error:
        raise _without_model(error, settings) from error


def _like(base: "Trained", network: "NetworkSpec", context: typer.Context) -> "NetworkSpec":
    """Give the network of the base model, but for what was given on the command line."""
    settings = dict(base.details.network or {})
    for field in dataclasses.fields(network):
        if shared.is_given(context, field.name):
            settings[field.name] = getattr(network, field.name)
    return type(network).from_json({**network.to_json(), **settings})


def _checkpoint(settings: dict[str, Any]) -> Path:
    output = Path(settings["output"])
    return output.with_name(f"{output.stem}.checkpoint.keras")


def _without_model(error: "DivergedError", settings: dict[str, Any]) -> UnusableResultError:
    from dlwhy.models import archive

    message = f"{error.message}; no model written"
    if error.last is not None and (settings["keep_diverged"] or settings["checkpoint_every"]):
        archive.write(error.last, _checkpoint(settings))
        message += f"; the last finite state is in {files.shown(_checkpoint(settings))}"
    return UnusableResultError(message, error.hint)


def _save(trained: "Trained", settings: dict[str, Any]) -> None:
    from dlwhy.models import archive

    if settings["history"]:
        with files.open_output(settings["history"]) as handle:
            handle.write(archive.history_csv(trained.history).encode())
    if settings["tensorboard"]:
        from dlwhy.training.tensorboard import write_scalars

        write_scalars(trained.history, settings["tensorboard"])
    # the model last: it is the file that make watches
    archive.write(trained, settings["output"], no_clobber=settings["no_clobber"])


def _date_back(output: str) -> None:
    """Make an interrupted model older than the data it is made from, so that make trains it again."""
    if not files.is_standard(output):
        os.utime(output, (0, 0))


def _tell(out: Output, trained: "Trained", settings: dict[str, Any]) -> None:
    from dlwhy.models import network
    from dlwhy.models.diagnosis import diagnose

    found = diagnose(trained.history, trained.details)
    details, epochs = trained.details, len(trained.history["loss"])
    best = (details.training or {}).get("best_epoch")
    last = {name: values[-1] for name, values in trained.history.items()}
    size = {"parameters": network.parameters(trained.model), "multiply_adds": network.multiply_adds(trained.model)}
    taken = (details.training or {}).get("taken")
    if taken:
        for what, names in taken.items():
            out.note(f"layers {what}: {', '.join(names) or 'none'}")
    out.note(
        f"{files.shown(settings['output'], output=True)}: {size['parameters']} parameters, "
        f"{size['multiply_adds']} multiply-adds a sample; epoch {epochs}: "
        + ", ".join(f"{name} {number(value)}" for name, value in last.items())
        + (f"; the weights are those of epoch {best}, the best" if best not in {None, epochs} else "")
    )
    for each in found:
        out.note(f"note: {each.says}")
    if out.as_json:
        about = {"model": settings["output"], "epochs": epochs, **size, **last, "taken": taken}
        about |= {"diagnosis": [dataclasses.asdict(each) for each in found]}
        about |= {"seed": details.seed, "engine": details.engine, "threads": details.threads}
        out.json(about | {"dataset": details.dataset, "best_epoch": best})
