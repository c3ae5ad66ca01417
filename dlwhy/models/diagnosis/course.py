"""How a training went, as far as a model's file knows: its curves, its options, its outputs."""

import bisect
import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.values import LARGEST, is_number
from dlwhy.models.details import Details
from dlwhy.models.diagnosis.outputs import Outputs
from dlwhy.models.history import History
from dlwhy.models.spec import NetworkSpec

Curve = npt.NDArray[np.float64]

# a fall within the last tenth of the epochs: of the loss itself, or of the mean fall since the start
_FALLING, _STEADY = 0.9, 0.5
# share of the loss by which a curve must have fallen in all
_FLAT = 0.01
# a rate that serves most tables, by optimizer
_GOOD_RATES = {"sgd": 0.1, "adagrad": 0.1, "lion": 0.001}
_GOOD_RATE = 0.01


@dataclasses.dataclass(frozen=True, kw_only=True)
class Course:
    """How a training went."""

    # loss, held_out: of the training and of the held-out rows, an epoch each, (n,); `held_out` may be empty
    loss: Curve
    held_out: Curve
    network: NetworkSpec | None = None  # the network, if it is known
    # `TrainingOptions` as JSON, as far as the file has them; they may come from a stranger
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    best_epoch: int | None = None  # whose weights the model has, from 1, where they are not the last epoch's
    planned: float | None = None  # how many epochs, or moments, there were to be
    resumes: bool = True  # whether train --resume can go on from it
    # mean held-out loss of the weights that were kept, and of the linear path in them; None if it is not known
    kept_loss: float | None = None
    linear_loss: float | None = None
    outputs: Outputs | None = None  # what the outputs look like, if it is known
    class_names: tuple[str, ...] = ()  # names of the classes

    @property
    def epochs(self) -> int:
        """Epochs done."""
        return len(self.loss)

    @property
    def tenth(self) -> int:
        """Epochs in a tenth of those done."""
        return max(1, self.epochs // 10)

    @property
    def watched(self) -> Curve:
        """The loss that counts: of held-out rows, if there are any."""
        return self.held_out if len(self.held_out) else self.loss

    @property
    def guess_loss(self) -> float:
        """Training loss of the best constant answer; 0 if it is not known."""
        if self.options.get("class_weight") == "balanced" and self.class_names:
            return math.log(len(self.class_names))
        return self.outputs.guess_loss if self.outputs else 0.0

    @property
    def is_comparable(self) -> bool:
        """Return whether the curves can be held against guessing: no penalty, no weights, the test part held out."""
        penalised = self.network is None or self.network.l1 or self.network.l2
        other_rows = any(self.option(name) for name in ("validation_split", "patience", "keep_best"))
        return (
            bool(self.guess_loss) and not (penalised or other_rows) and self.options.get("class_weight") != "balanced"
        )

    def option(self, name: str) -> float | None:
        """Return a training option that is a positive number."""
        value = self.options.get(name)
        return float(value) if is_number(value) and value > 0 else None

    @property
    def unit(self) -> str:
        """What a value of the curves is of: an epoch, or a moment among those of which the best is kept."""
        return "moment" if self.option("keep_best") else "epoch"

    @property
    def keeps_best(self) -> bool:
        """Whether the weights are those of the best epoch or moment, whatever came after."""
        return self.best_epoch is not None or bool(self.option("keep_best"))

    @property
    def good_rate(self) -> float:
        """A learning rate that serves most tables with this optimizer."""
        return _GOOD_RATES.get(str(self.options.get("optimizer")), _GOOD_RATE)


def course_of(history: History, details: Details, outputs: Outputs | None = None) -> Course:
    """Gather what is known; `outputs` stands in where the details do not hold them."""
    training = details.training or {}
    options, best = training.get("options"), training.get("best_epoch")
    options = options if isinstance(options, dict) else {}
    planned = training.get("rounds", options.get("epochs"))
    return Course(
        loss=_curve(history, "loss"),
        held_out=_curve(history, "val_loss"),
        network=NetworkSpec.from_json(details.network) if details.network else None,
        options=options,
        best_epoch=best if isinstance(best, int) and best > 0 else None,
        planned=float(planned) if is_number(planned) and planned > 0 else None,
        resumes=not details.inputs and "members" not in training,
        kept_loss=_number(training.get("held_out_loss")),
        linear_loss=_number(training.get("linear_loss")),
        outputs=Outputs.from_json(training.get("outputs")) or outputs,
        class_names=details.class_names,
    )


def levels(values: Curve, window: int) -> Curve:
    """Compute the running median, (n - window + 1,), which one epoch up or down does not move."""
    # the window stays sorted: all windows at once are gigabytes where the epochs are very many
    after: list[float] = values.tolist()
    inside = sorted(after[:window])
    low, high = (window - 1) // 2, window // 2
    found = [(inside[low] + inside[high]) / 2]
    for old, new in zip(after, after[window:], strict=False):
        del inside[bisect.bisect_left(inside, old)]
        bisect.insort(inside, new)
        found.append((inside[low] + inside[high]) / 2)
    return np.array(found)


def is_falling(values: Curve) -> bool:
    """Return whether a curve falls within its last tenth by a tenth of itself, or nearly as fast as it did before."""
    tenth = max(1, len(values) // 10)
    level = levels(values, tenth) if len(values) else values
    if len(level) <= tenth or not 0 <= level[-1] < level[-1 - tenth]:
        return False
    fall, all_of_it = level[-1 - tenth] - level[-1], level[0] - level[-1]
    # a curve that went nowhere does not fall because its noise does
    steady = all_of_it > _FLAT * level[0] and fall >= _STEADY * all_of_it * tenth / (len(level) - 1)
    return bool(level[-1] <= _FALLING * level[-1 - tenth] or steady)


def _number(value: Any) -> float | None:
    return float(value) if is_number(value) else None


def _curve(history: History, name: str) -> Curve:
    values = np.asarray(history.get(name, ()), np.float64)
    # beyond that, differences overflow
    return values if (np.abs(values) < LARGEST).all() else np.empty(0)
