"""What an evaluation is: metrics with intervals, a row a class, and notes where a number needs one."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy import html
from dlwhy.data.dataset import Task
from dlwhy.data.splitting import Keys
from dlwhy.models.diagnosis.outputs import Outputs
from dlwhy.text import counted, number

ENDS = ("", "_low", "_high")  # of a metric's name: its value, and the ends of its interval
CLASSIFICATION_METRICS = (*(f"accuracy{end}" for end in ENDS), "balanced_accuracy", "loss", "roc_auc", "brier", "ece")
REGRESSION_METRICS = (*(f"{metric}{end}" for metric in ("r2", "mae", "rmse") for end in ENDS), "loss")
METRICS: Mapping[Task, tuple[str, ...]] = {
    "binary": CLASSIFICATION_METRICS,
    "multiclass": CLASSIFICATION_METRICS,
    "regression": REGRESSION_METRICS,
}
MAIN_METRIC: Mapping[Task, str] = {"binary": "accuracy", "multiclass": "accuracy", "regression": "r2"}
_EVERY_METRIC = {*CLASSIFICATION_METRICS, *REGRESSION_METRICS}
FloatArray = npt.NDArray[np.floating[Any]]
LOWER_IS_BETTER = ("loss", "brier", "ece", "mae", "rmse")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClassScore:
    """How one class fared.

    Parameters
    ----------
    name
        The class.
    n_samples
        Rows that are of this class.
    precision
        Of the rows taken for this class, the share that is; None if there are none.
    recall
        Of the rows of this class, the share that was found; None if there are none.
    f1
        Harmonic mean of the two; None where the class neither occurs nor is predicted.

    """

    name: str
    n_samples: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclasses.dataclass(frozen=True, kw_only=True, repr=False)
class Evaluation:
    """How good predictions are; each metric is an attribute as well: ``evaluation.accuracy``.

    Parameters
    ----------
    task
        ``binary``, ``multiclass`` or ``regression``.
    n_samples
        Rows that were evaluated.
    metrics
        Value of each of ``METRICS[task]``; None where it can't be computed, and then a note says why.

        For classes: `accuracy` with its 95 % Wilson interval, `balanced_accuracy` (mean recall of the classes that
        occur), `loss` (cross-entropy, nats), `roc_auc` (several classes: one against the rest, mean), `brier`
        (binary: 0 to 1; several classes: summed over the classes, 0 to 2), `ece` (expected calibration error as in
        Guo et al. 2017, 15 bins of equal width; binary: of the probability of the second class; several classes: of
        the confidence in the predicted one). For regression: `r2`, `mae`, `rmse` with 95 % bootstrap intervals
        (percentile, 2000 resamples), and `loss` (mean squared error). Where rows come in groups, intervals count groups
        (`dlwhy.evaluation.clusters`; the bootstrap resamples whole groups).
    y_true, y_pred
        (n_samples,): what was compared, class indices or numbers.
    classes
        A row a class; empty for regression.
    confusion
        (n_classes, n_classes) counts, row: true class, column: predicted class; None for regression.
    notes
        What to know about the numbers, for people.
    outputs
        What the outputs look like, for `dlwhy.models.diagnosis.rules`.
    groups
        (n_samples,): the number of each row's group, if rows belong together; intervals count groups then.

    """

    task: Task
    n_samples: int
    metrics: Mapping[str, float | None]
    y_true: npt.NDArray[Any] = dataclasses.field(repr=False, compare=False)
    y_pred: npt.NDArray[Any] = dataclasses.field(repr=False, compare=False)
    classes: tuple[ClassScore, ...] = ()
    confusion: npt.NDArray[np.int64] | None = None
    notes: tuple[str, ...] = ()
    outputs: Outputs | None = None
    groups: Keys | None = dataclasses.field(default=None, repr=False, compare=False)

    @property
    def n_groups(self) -> int | None:
        """Number of groups, if rows belong together."""
        return None if self.groups is None else len(np.unique(self.groups))

    @property
    def rows(self) -> str:
        """Say what was compared: ``160 rows``, or ``160 rows of 20 groups``."""
        rows = f"{self.n_samples:,}".replace(",", " ") + " rows"
        return rows if self.n_groups is None else f"{rows} of {counted(self.n_groups, 'group')}"

    def __getattr__(self, name: str) -> float | None:
        metrics: Mapping[str, float | None] = self.__dict__.get("metrics", {})
        if name in metrics:
            return metrics[name]
        there = f"; for {self.__dict__['task']} there is {', '.join(metrics)}" if metrics else ""
        has = there if name in _EVERY_METRIC else ""
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{has}", name=name, obj=self)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.metrics]

    def __repr__(self) -> str:
        return f"<Evaluation of {self.n_samples} rows: {', '.join(f'{name} {text}' for name, text in self._rows())}>"

    def _repr_html_(self) -> str:
        return html.card(f"Evaluation on {self.n_samples} rows", self._rows(), notes=self.notes)

    def _rows(self) -> Iterator[tuple[str, str]]:
        for name, value in self.metrics.items():
            if not name.endswith(("_low", "_high")):
                low, high = (self.metrics.get(f"{name}_{end}") for end in ("low", "high"))
                interval = f" [{number(low)}, {number(high)}]" if low is not None and high is not None else ""
                yield name, number(value) + interval

    def as_json(self, split: str = "test") -> dict[str, float | int | None]:
        """Return the numbers as one flat object; the count of rows is named after the split: ``n_test``."""
        groups = {} if self.groups is None else {"n_groups": self.n_groups}
        return {f"n_{split}": self.n_samples, **groups, **self.metrics}


def without_probabilities(evaluation: Evaluation) -> Evaluation:
    """Take away the metrics that need probabilities, where a model only gives an order."""
    lacking = dict.fromkeys(name for name in ("loss", "brier", "ece") if name in evaluation.metrics)
    return dataclasses.replace(evaluation, metrics={**evaluation.metrics, **lacking})
