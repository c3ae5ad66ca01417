"""The options of a training: for `dlwhy train` and `run`."""

from typing import Annotated

import typer

from dlwhy.cli import options as shared
from dlwhy.cli.arguments import Options, frozen_options
from dlwhy.errors import UsageError
from dlwhy.models.spec import NetworkSpec
from dlwhy.text import display
from dlwhy.training import recipe as recipes
from dlwhy.training.options import TrainingOptions

# a default is written once, there
_NET, _HOW = NetworkSpec, TrainingOptions


@frozen_options
class Training(Options):
    """How a network is trained."""

    epochs: Annotated[int, typer.Option(help="Passes over the training part.")] = _HOW.epochs
    layers: Annotated[str, typer.Option(help="Units of each hidden layer.", metavar="N,N,…")] = ",".join(
        map(str, _NET.layers)
    )
    activation: Annotated[
        str, typer.Option(help="relu, tanh, sigmoid, linear, gelu, elu, selu, leaky_relu or swish.")
    ] = _NET.activation
    optimizer: Annotated[
        str, typer.Option(help="sgd, momentum, nesterov, rmsprop, adagrad, adam, adamw, nadam or lion.")
    ] = _HOW.optimizer
    learning_rate: Annotated[float, typer.Option("--learning-rate", "--lr", help="The step size.")] = _HOW.learning_rate
    schedule: Annotated[
        str, typer.Option(help="Of the learning rate: constant, cosine, step or warm-up (then cosine).")
    ] = _HOW.schedule
    batch_size: Annotated[int, typer.Option(help="Samples a step.")] = _HOW.batch_size
    dropout: Annotated[float, typer.Option(help="Share of units dropped in each step.")] = _NET.dropout
    batch_norm: Annotated[bool, typer.Option("--batch-norm", help="Normalize each layer over the batch.")] = (
        _NET.batch_norm
    )
    layer_norm: Annotated[bool, typer.Option("--layer-norm", help="Normalize each layer over its units.")] = (
        _NET.layer_norm
    )
    residual: Annotated[bool, typer.Option("--residual", help="Add each layer's input to its output.")] = _NET.residual
    l1: Annotated[float, typer.Option("--l1", help="L1 penalty on the kernels.")] = _NET.l1
    l2: Annotated[float, typer.Option("--l2", help="L2 penalty on the kernels.")] = _NET.l2
    initializer: Annotated[str, typer.Option(help="Of the kernels: glorot_uniform, he_normal, … (Keras' names).")] = (
        _NET.initializer
    )
    normalize: Annotated[
        str, typer.Option(help="Standardize the features inside the model: auto, always or never.")
    ] = _HOW.normalize
    patience: Annotated[
        int | None,
        typer.Option(help="Stop when the validation loss has not improved for so many epochs; restore the best."),
    ] = _HOW.patience
    validation_split: Annotated[
        float | None,
        typer.Option(help="Share of the training part to validate on; 0.2 with --patience, else the test part draws."),
    ] = _HOW.validation_split
    class_weight: Annotated[str, typer.Option(help="none, or balanced: rare classes count more.")] = _HOW.class_weight
    clip_norm: Annotated[float | None, typer.Option(help="Largest norm of a gradient.")] = _HOW.clip_norm
    init_from: Annotated[
        str | None, typer.Option(help="Start from the matching layers of this model.", metavar="FILE")
    ] = None
    freeze: Annotated[
        str,
        typer.Option(help="With --init-from: leave so many taken layers as they are, or all.", metavar="N|all"),
    ] = "0"
    checkpoint_every: Annotated[
        int | None, typer.Option(help="Save NAME.checkpoint.keras every so many epochs.", metavar="EPOCHS")
    ] = _HOW.checkpoint_every
    keep_diverged: Annotated[
        bool, typer.Option("--keep-diverged", help="If the loss diverges, save the last finite state as checkpoint.")
    ] = False
    seed: shared.Seed = _HOW.seed
    device: Annotated[
        str, typer.Option(help="auto (the first GPU, else the CPU), cpu, gpu, or a name such as GPU:1.")
    ] = "auto"
    threads: Annotated[int | None, typer.Option(help="Threads of one operation; by default all cores.")] = None
    memory: Annotated[
        int,
        typer.Option(
            help="Most MiB of training arrays on the device; larger data go there in slices.",
            metavar="MIB",
            min=0,
            max=1 << 24,
        ),
    ] = 1024
    precision: Annotated[str, typer.Option(help="float32, or bfloat16 for the arithmetic.")] = _HOW.precision
    engine: Annotated[str, typer.Option(help="auto, xla, graph, or keras: plain Model.fit.")] = _HOW.engine
    history: Annotated[str | None, typer.Option(help="Write the history as CSV as well.", metavar="FILE.csv")] = None
    tensorboard: Annotated[str | None, typer.Option(help="Write the history for TensorBoard.", metavar="DIR")] = None

    def recipe(self) -> tuple[NetworkSpec, TrainingOptions]:
        """Give the network and how it is trained.

        Raises
        ------
        UsageError
            If a value can't be.

        """
        try:
            layers = recipes.read_layers(self.layers)
        except ValueError as error:
            shown = display(self.layers)
            raise UsageError(f"--layers must be whole numbers with commas between (got {shown})") from error
        return recipes.recipe({**vars(self), "layers": layers})


@frozen_options
class _InOtherWays(Options):
    resume: Annotated[
        str | None, typer.Option(help="Go on with the training of this model up to --epochs.", metavar="FILE")
    ] = None
    replicas: Annotated[
        int | None,
        typer.Option(help="Train so many networks side by side, from --seed on, and print their distribution."),
    ] = None
    save: Annotated[
        str,
        typer.Option(help="With --replicas: the median (or best) by the validation loss, else by the loss; or all."),
    ] = "median"


@frozen_options
class Train(Training, _InOtherWays, shared.Reading, shared.Writing):
    """The options of `dlwhy train`."""

    data: shared.Data = shared.DATA
    output: Annotated[str, typer.Option("--output", "-o", help='The model to write; "-" for stdout.')] = shared.MODEL
