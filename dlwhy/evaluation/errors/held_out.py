"""Rows with their truth, and a model that can be asked about rows like them."""

import dataclasses
import functools
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset, FloatArray
from dlwhy.data.splitting import Keys, group_order, interleaved
from dlwhy.errors import DlwhyWarning, UnusableResultError
from dlwhy.evaluation.calibration import predicted_classes
from dlwhy.evaluation.clusters import effective_rows, quantile
from dlwhy.evaluation.evaluate import Split, groups_of, rows_of
from dlwhy.evaluation.labelled import Table, as_seen_by

if TYPE_CHECKING:
    from dlwhy.models.trained import Trained

Array = npt.NDArray[np.float64]
# as where metrics are computed without logits
_SMALLEST_PROBABILITY = 1e-7


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class HeldOut:
    """Rows of one part of a data set.

    Parameters
    ----------
    dataset
        The data set as the model sees it (`dlwhy.models.matching.fit_model_to_data`).
    predict
        From (n, n_features) float32 to predictions as `dlwhy.models.trained.Trained.predict` gives them.
    X, y
        Features, (n, n_features), and targets, (n,), of the rows.
    groups
        (n,): the number of each row's group, if rows belong together.

    """

    dataset: Dataset
    predict: Callable[[FloatArray], npt.NDArray[Any]]
    X: FloatArray
    y: npt.NDArray[Any]
    groups: Keys | None = None

    @classmethod
    def of_part(
        cls, dataset: Dataset, predict: Callable[[FloatArray], npt.NDArray[Any]], split: Split = "test"
    ) -> Self:
        """Take the rows of a part of a data set as the model sees it.

        Raises
        ------
        InputRefusedError
            If the part has no rows.

        """
        X, y = rows_of(dataset, split)
        return cls(dataset=dataset, predict=predict, X=X, y=y, groups=groups_of(dataset, split))

    @classmethod
    def of_model(cls, trained: "Trained", dataset: Dataset | Table, split: Split = "test") -> Self:
        """Take a model and a part of a data set, or all rows of a table, as `evaluate_model` does, which warns.

        Raises
        ------
        InputRefusedError
            If the two do not fit, or the part has no rows.

        """
        from dlwhy.models.matching import fit_model_to_data

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DlwhyWarning)
            if isinstance(dataset, Table):
                dataset, split = as_seen_by(trained.details, dataset), "test"
            return cls.of_part(fit_model_to_data(trained.details, dataset), trained.predict, split)

    @property
    def is_regression(self) -> bool:
        """Whether numbers are predicted."""
        return self.dataset.task == "regression"

    @functools.cached_property
    def y_prob(self) -> npt.NDArray[Any]:
        """The model's predictions of the rows.

        Raises
        ------
        UnusableResultError
            If they are not finite numbers.

        """
        found = self.predict(self.X)
        if not np.isfinite(found).all():
            raise UnusableResultError("the model's predictions are not finite numbers", "train it on scaled features")
        return found

    def errors(self, y_prob: npt.NDArray[Any], y: npt.NDArray[Any]) -> Array:
        """Return of each prediction whether it is wrong, 0 or 1; of numbers how far off it is; (n,)."""
        if self.is_regression:
            return np.asarray(np.abs(y_prob.astype(np.float64) - y))
        return np.asarray(predicted_classes(y_prob, self.dataset.task) != y, np.float64)

    def losses(self, y_prob: npt.NDArray[Any], y: npt.NDArray[Any]) -> Array:
        """Return the cross-entropy of each prediction, in nats; of numbers the squared error; (n,)."""
        wide = np.asarray(y_prob, np.float64)
        if self.is_regression:
            return np.asarray((wide - y) ** 2)
        of_truth = np.where(y == 1, wide, 1 - wide) if wide.ndim == 1 else wide[np.arange(len(y)), y]
        return np.asarray(-np.log(np.clip(of_truth, _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY)))

    def taken(self, rows: npt.NDArray[np.intp]) -> Self:
        """Return the same with some of the rows."""
        groups = None if self.groups is None else self.groups[rows]
        return dataclasses.replace(self, X=self.X[rows], y=self.y[rows], groups=groups)

    def halves(self, seed: int) -> npt.NDArray[np.bool_]:
        """Return which rows are in the first of two halves by chance, (n,): classes alike in both, groups whole."""
        rng = np.random.default_rng(seed)
        labels = None if self.is_regression else self.y
        if self.groups is None:
            first = interleaved(np.arange(len(self.y)), labels, rng)[: (len(self.y) + 1) // 2]
            return np.isin(np.arange(len(self.y)), first)
        order, sizes = group_order(self.groups, labels, rng)
        reached = np.cumsum(sizes) - sizes  # before each group
        return np.isin(self.groups, order[reached < len(self.y) / 2])

    def too_few(self, first: npt.NDArray[np.bool_], least: int) -> str:
        """Say that a half, as `halves` gives it, has not so many rows; nothing if it has."""
        if min(first.sum(), (~first).sum()) >= least:
            return ""
        whole = "" if self.groups is None else f" of {len(np.unique(self.groups))} groups, which stay whole,"
        return f"{len(first)} rows{whole} are too few for two halves of at least {least}"


def half_width(influence: Array, groups: Keys | None = None, *, added: float = 0.0) -> float:
    """Return half the length of the 95 % interval of a mean over rows; infinite for a single row or group.

    Parameters
    ----------
    influence
        (n,): what each row adds to the mean.
    groups
        (n,): the number of each row's group, if rows belong together: they count for as many as they are worth.
    added
        What is added to the sum of squares, for means of few that are not 0.

    """
    from scipy import stats

    n = len(influence)
    if n < 2:
        return np.inf
    t = float(stats.t.ppf(0.975, n - 1)) if groups is None else quantile(groups)
    worth = n if groups is None else effective_rows(influence, groups)
    variance = (float(((influence - influence.mean()) ** 2).sum()) + added) / (n - 1)
    return t * float(np.sqrt(variance / worth))
