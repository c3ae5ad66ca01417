"""The recipe of a training: every choice that is not the network's or the data's."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Self

from dlwhy.data.values import is_number
from dlwhy.errors import UsageError, check_one_of, check_whole
from dlwhy.models.spec import check_names
from dlwhy.text import display

OPTIMIZERS = ("sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw", "nadam", "lion")
SCHEDULES = ("constant", "cosine", "step", "warm-up")
ENGINES = ("auto", "graph", "xla", "keras")
NORMALIZE = ("auto", "always", "never", "robust")
CLASS_WEIGHTS = ("none", "balanced")
PRECISIONS = ("float32", "bfloat16")
VALIDATION_WITH_PATIENCE = 0.2
VALIDATION_WITH_KEEP_BEST = 0.125
# those that average squared gradients with a factor of their own
_WITH_BETA_2 = ("adam", "adamw", "nadam", "lion")
# whose history fits into a model file, however long its numbers
MOST_EPOCHS = 250_000
_SMALL_BATCH = 1024
MAX_MOMENTS = 1024


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """How to train; the defaults are the essay's demonstration.

    Parameters
    ----------
    epochs
        Passes over the training part; with early stopping, at most so many.
    min_steps
        Train for more epochs than that where they are fewer steps than these.
    batch_size
        Samples a step, at most all there are; a last, smaller batch is a real part of each epoch.
    optimizer
        One of Keras' optimizers: ``sgd``, ``momentum`` and ``nesterov`` (SGD with momentum 0.9), ``rmsprop``,
        ``adagrad``, ``adam``, ``adamw``, ``nadam``, ``lion``.
    learning_rate
        The step size; with a schedule, its largest value.
    schedule
        ``constant``; ``cosine`` to zero; ``step``: a tenth after half and again after three quarters of the epochs;
        ``warm-up``: linear over the first tenth, then cosine.
    beta_2
        How slowly ``adam``, ``adamw`` and ``nadam`` forget squared gradients, ``lion`` its momentum; None for Keras'
        default.
    label_smoothing
        Share of each target's weight that is spread over all classes.
    clip_norm
        Largest global norm of a gradient; None leaves gradients as they are.
    class_weight
        ``balanced`` weights every class by n_samples / (n_classes · n_samples_of_class).
    validation_split
        Share of the training part that is held out for the validation curve. None: with `patience` a fifth, with
        `keep_best` an eighth; else the curve is drawn on the test part, which then decides nothing.
    patience
        Stop when the validation loss has not improved for so many epochs, and restore the best weights.
    keep_best
        Validate at so many moments, evenly over all steps, and end with the weights of the last least validation loss.
    normalize
        ``auto`` puts a `Normalization` layer into the model when the features are not scaled already; ``robust`` scales
        by median and quartiles, and clips smoothly.
    checkpoint_every
        Hand the state of training out every so many epochs.
    seed
        Seed of initial weights, order of batches, dropout and validation split.
    engine
        ``xla`` and ``graph`` run whole epochs in one compiled program, ``keras`` is plain `Model.fit`; ``auto``
        chooses by the work ahead.
    precision
        ``bfloat16`` computes in bfloat16 and keeps weights in float32.

    Raises
    ------
    UsageError
        If a value can't be.

    """

    epochs: int = 100
    min_steps: int | None = None
    batch_size: int = 32
    optimizer: str = "adam"
    learning_rate: float = 0.01
    schedule: str = "constant"
    beta_2: float | None = None
    label_smoothing: float = 0.0
    clip_norm: float | None = None
    class_weight: str = "none"
    validation_split: float | None = None
    patience: int | None = None
    keep_best: int | None = None
    normalize: str = "auto"
    checkpoint_every: int | None = None
    seed: int = 42
    engine: str = "auto"
    precision: str = "float32"

    def __post_init__(self) -> None:
        for name, bounds in _BOUNDS.items():
            value = getattr(self, name)
            if value is not None:
                check_whole(_flag(name), value, **bounds)
        for name, values in CHOICES.items():
            check_one_of(_flag(name), getattr(self, name), values)
        for name in ("learning_rate", "clip_norm"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise UsageError(f"{_flag(name)} must be a finite number > 0 (got {value})")
        self._check_shares()
        if self.validation_split is not None and not 0 < self.validation_split < 1:
            raise UsageError(f"--validation-split must be between 0 and 1 (got {self.validation_split})")

    def _check_shares(self) -> None:
        for name in ("beta_2", "label_smoothing"):
            value = getattr(self, name)
            if value is not None and not (is_number(value) and 0 <= value < 1):
                shown = display(value)
                raise UsageError(f"{_flag(name)} must be a number from 0 up to, not including, 1 (got {shown})")
        if self.beta_2 is not None and self.optimizer not in _WITH_BETA_2:
            raise UsageError(f"--beta-2 is not for {self.optimizer}", f"for {', '.join(_WITH_BETA_2)}")
        if self.patience and self.keep_best:
            raise UsageError("--patience and --keep-best exclude each other: both choose the weights to end with")

    @property
    def held_out(self) -> float:
        """Share of the training part that is held out for validation; 0 when the test part draws the curve."""
        if self.validation_split is not None:
            return self.validation_split
        if self.patience:
            return VALIDATION_WITH_PATIENCE
        return VALIDATION_WITH_KEEP_BEST if self.keep_best else 0.0

    @property
    def round_name(self) -> str:
        """What a row of the history is of: an epoch, or a moment of `keep_best`."""
        return "moment" if self.keep_best else "epoch"

    def fitting(self, rows: int) -> Self:
        """Give the options with batches no larger than all rows, for memory is taken by the batch, and enough epochs.

        Small batches stay as they are, however few the rows: so trainings on different numbers of rows share a program.

        Raises
        ------
        UsageError
            If the history of so many epochs would not fit into a model file.

        """
        fitting = dataclasses.replace(self, batch_size=min(self.batch_size, max(rows, _SMALL_BATCH)))
        epochs = self.epochs
        if self.min_steps is not None:
            epochs = max(epochs, -(-self.min_steps // fitting.steps_an_epoch(self.learnt_of(rows))))
        if epochs > MOST_EPOCHS and not self.keep_best:
            raise UsageError(f"--epochs: a history of {epochs} is too long for a model file; at most {MOST_EPOCHS}")
        return dataclasses.replace(fitting, epochs=epochs)

    def learnt_of(self, rows: int) -> int:
        """Give how many of so many training rows are left to learn from, some being held out."""
        return rows - round(rows * self.held_out)

    def steps(self, rows: int) -> int:
        """Give the steps of a whole training on so many rows, those that are held out among them."""
        fitting = self.fitting(rows)
        return fitting.epochs * fitting.steps_an_epoch(self.learnt_of(rows))

    def steps_an_epoch(self, rows: int) -> int:
        """Give the steps of an epoch over so many training rows; a last, smaller batch is a step."""
        return max(1, -(-rows // self.batch_size))

    def to_json(self) -> dict[str, Any]:
        """Give the options as JSON-like values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Take options back from JSON-like values; what a newer version added is refused.

        Raises
        ------
        UsageError
            If a value can't be, or is unknown.

        """
        check_names(cls, values, "training")
        return cls(**values)


_BOUNDS = {
    "epochs": {"least": 1, "most": 10_000_000},
    "min_steps": {"least": 1, "most": 10_000_000},
    "batch_size": {"least": 1},
    "patience": {"least": 1},
    "keep_best": {"least": 1, "most": MAX_MOMENTS},
    "checkpoint_every": {"least": 1},
    "seed": {"least": 0, "most": 2**32 - 1},
}
CHOICES = {
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "engine": ENGINES,
    "normalize": NORMALIZE,
    "class_weight": CLASS_WEIGHTS,
    "precision": PRECISIONS,
}


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
