"""The options of a training: for `dlwhy train` and `run`."""

from dlwhy.cli import options as shared
from dlwhy.cli.arguments import Options, frozen_options, option
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

    epochs: int = option(_HOW.epochs, "Passes over the training part.")
    layers: str = option(",".join(map(str, _NET.layers)), "Units of each hidden layer.", metavar="N,N,…")
    activation: str = option(_NET.activation, "relu, tanh, sigmoid, linear, gelu, elu, selu, leaky_relu or swish.")
    optimizer: str = option(_HOW.optimizer, "sgd, momentum, nesterov, rmsprop, adagrad, adam, adamw, nadam or lion.")
    learning_rate: float = option(_HOW.learning_rate, "The step size.", "--learning-rate", "--lr")
    schedule: str = option(_HOW.schedule, "Of the learning rate: constant, cosine, step or warm-up (then cosine).")
    batch_size: int = option(_HOW.batch_size, "Samples a step.")
    dropout: float = option(_NET.dropout, "Share of units dropped in each step.")
    batch_norm: bool = option(_NET.batch_norm, "Normalize each layer over the batch.", "--batch-norm")
    layer_norm: bool = option(_NET.layer_norm, "Normalize each layer over its units.", "--layer-norm")
    residual: bool = option(_NET.residual, "Add each layer's input to its output.", "--residual")
    l1: float = option(_NET.l1, "L1 penalty on the kernels.", "--l1")
    l2: float = option(_NET.l2, "L2 penalty on the kernels.", "--l2")
    initializer: str = option(_NET.initializer, "Of the kernels: glorot_uniform, he_normal, … (Keras' names).")
    normalize: str = option(_HOW.normalize, "Standardize the features inside the model: auto, always or never.")
    patience: int | None = option(
        _HOW.patience, "Stop when the validation loss has not improved for so many epochs; restore the best."
    )
    validation_split: float | None = option(
        _HOW.validation_split,
        "Share of the training part to validate on; 0.2 with --patience, else the test part draws.",
    )
    class_weight: str = option(_HOW.class_weight, "none, or balanced: rare classes count more.")
    clip_norm: float | None = option(_HOW.clip_norm, "Largest norm of a gradient.")
    init_from: str | None = option(
        None, "Start from the matching layers of this model; of several averaged networks, the first.", metavar="FILE"
    )
    freeze: str = option("0", "With --init-from: leave so many taken layers as they are, or all.", metavar="N|all")
    checkpoint_every: int | None = option(
        _HOW.checkpoint_every, "Save NAME.checkpoint.keras every so many epochs.", metavar="EPOCHS"
    )
    keep_diverged: bool = option(
        False, "If the loss diverges, save the last finite state as checkpoint.", "--keep-diverged"
    )
    seed: int = shared.seed()
    device: str = option("auto", "auto (the first GPU, else the CPU), cpu, gpu, or a name such as GPU:1.")
    threads: int | None = option(None, "Threads of one operation; by default all cores.")
    memory: int = option(
        1024,
        "Most MiB of training arrays on the device; larger data go there in slices.",
        metavar="MIB",
        min=0,
        max=1 << 24,
    )
    precision: str = option(_HOW.precision, "float32, or bfloat16 for the arithmetic.")
    engine: str = option(_HOW.engine, "auto, xla, graph, or keras: plain Model.fit.")
    history: str | None = option(None, "Write the history as CSV as well.", metavar="FILE.csv")
    tensorboard: str | None = option(None, "Write the history for TensorBoard.", metavar="DIR")

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
    resume: str | None = option(None, "Go on with the training of this model up to --epochs.", metavar="FILE")
    replicas: int | None = option(
        None, "Train so many networks side by side, from --seed on, and print their distribution."
    )
    save: str = option(
        "median", "With --replicas: the median (or best) by the validation loss, else by the loss; or all."
    )


@frozen_options
class Train(Training, _InOtherWays, shared.Reading, shared.Writing):
    """The options of `dlwhy train`."""

    data: str = shared.data()
    output: str = option(shared.MODEL, 'The model to write; "-" for stdout.', "--output", "-o")
