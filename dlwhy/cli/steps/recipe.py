"""The options of a training: for `dlwhy train` and `run`."""

from dlwhy.cli import options as shared
from dlwhy.cli.arguments import Options, frozen_options, option
from dlwhy.errors import UsageError
from dlwhy.models.spec import NetworkSpec
from dlwhy.text import display
from dlwhy.training import recipe as recipes
from dlwhy.training.options import TrainingOptions

_OF_HIDDEN_LAYERS = ("activation", "batch_norm", "dropout", "layer_norm", "residual")
# a default is written once, there
_NET, _HOW = NetworkSpec, TrainingOptions


@frozen_options
class Training(Options):
    """How a network is trained."""

    recipe: str = option(
        "essay",
        "What the options below start from: essay, whose defaults are shown, table, or a FILE.toml.",
        metavar="essay|table|FILE",
    )
    members: int = option(1, "Train so many networks, and average what they predict: an ensemble, in one file.", min=1)
    epochs: int = option(_HOW.epochs, "Passes over the training part.")
    min_steps: int | None = option(_HOW.min_steps, "Train for more epochs where they are fewer steps than these.")
    layers: str = option(
        ",".join(map(str, _NET.layers)), "Units of each hidden layer; none makes a linear model.", metavar="N,N,…"
    )
    activation: str = option(_NET.activation, "relu, tanh, sigmoid, linear, gelu, elu, selu, leaky_relu, silu or mish.")
    optimizer: str = option(_HOW.optimizer, "sgd, momentum, nesterov, rmsprop, adagrad, adam, adamw, nadam or lion.")
    learning_rate: float = option(_HOW.learning_rate, "The step size.", "--learning-rate", "--lr")
    beta_2: float | None = option(
        _HOW.beta_2, "How slowly adam, adamw and nadam forget squared gradients; by default 0.999.", "--beta-2"
    )
    schedule: str = option(_HOW.schedule, "Of the learning rate: constant, cosine, step or warm-up (then cosine).")
    batch_size: int = option(_HOW.batch_size, "Samples a step.")
    dropout: float = option(_NET.dropout, "Share of units dropped in each step.")
    batch_norm: bool = option(_NET.batch_norm, "Normalize each layer over the batch.", "--batch-norm")
    layer_norm: bool = option(_NET.layer_norm, "Normalize each layer over its units.", "--layer-norm")
    residual: bool = option(_NET.residual, "Add each layer's input to its output.", "--residual")
    l1: float = option(_NET.l1, "L1 penalty on the kernels.", "--l1")
    l2: float = option(_NET.l2, "L2 penalty on the kernels.", "--l2")
    label_smoothing: float = option(_HOW.label_smoothing, "Share of each label that is spread over all classes.")
    linear_path: bool = option(
        _NET.linear_path, "Add a linear model to the output, fitted beforehand and left alone.", "--linear-path"
    )
    zero_output: bool = option(_NET.zero_output, "Start the output layer at zeros.", "--zero-output")
    bins: int = option(
        _NET.bins, "Most pieces of a piecewise-linear encoding of numbers, one a hundred rows; none below 1000 rows."
    )
    initializer: str = option(_NET.initializer, "Of the kernels: glorot_uniform, he_normal, … (Keras' names).")
    normalize: str = option(
        _HOW.normalize, "Scale the features inside the model: auto, always, never, or robust (by quartiles)."
    )
    patience: int | None = option(
        _HOW.patience, "Stop when the validation loss has not improved for so many epochs; restore the best."
    )
    keep_best: int | None = option(
        _HOW.keep_best,
        "Validate at so many moments, and end with the weights of the last least validation loss.",
        metavar="MOMENTS",
    )
    validation_split: float | None = option(
        _HOW.validation_split,
        "Share of the training part to validate on; 0.2 with --patience, 0.125 with --keep-best, "
        "else the test part draws.",
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
    inputs: str | None = option(
        None,
        "Hand-made features that the network takes in place of the data's, such as x0^2,x0*x1,sin(x0).",
        metavar="TERM,TERM,…",
    )
    snapshots: int | None = option(
        None,
        "Keep the weights at so many moments, the untrained start among them, for plot gradients and animation.",
        metavar="MOMENTS",
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
    live: bool = option(
        False, "Draw the loss, and with two features the boundary, while it trains, if stderr is a terminal.", "--live"
    )
    history: str | None = option(None, "Write the history as CSV as well.", metavar="FILE.csv")
    tensorboard: str | None = option(None, "Write the history for TensorBoard.", metavar="DIR")

    def choices(self) -> tuple[NetworkSpec, TrainingOptions]:
        """Return the network and how it is trained: the recipe, but for what was given.

        Raises
        ------
        UsageError
            If a value can't be.

        """
        try:
            layers = recipes.read_layers(self.layers)
        except ValueError as error:
            shown = display(self.layers)
            raise UsageError(f"--layers must be whole numbers with commas between, or none (got {shown})") from error
        values = {**vars(self), "layers": layers}
        if not layers and (idle := self.given & {*_OF_HIDDEN_LAYERS}):
            raise UsageError(f"{self.flag(min(idle))} is of hidden layers, and --layers none has none")
        if self.recipe == "essay":
            return recipes.recipe(values)
        given = {name: value for name, value in values.items() if name in self.given}
        return recipes.recipe(given, recipes.read_recipe(self.recipe))


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
