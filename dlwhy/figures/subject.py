"""What pictures are drawn of: a model's predictions on a data set, and how it learnt."""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset
from dlwhy.errors import InputRefusedError, UnusableResultError, UsageError
from dlwhy.text import display

if TYPE_CHECKING:
    from dlwhy.models.trained import Trained

Predict = Callable[[npt.NDArray[np.float32]], npt.NDArray[Any]]


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """A trained model and the data set it is looked at with.

    Parameters
    ----------
    dataset
        The data set as the model sees it (`dlwhy.models.matching.fit_model_to_data`).
    predict
        From (n_samples, n_features) float32 to predictions as `dlwhy.models.trained.Trained.predict` gives them.
    history
        A list of values, one an epoch, for each of ``loss``, ``val_loss``, ``accuracy``, ``val_accuracy``.
    name
        What the model is called in messages and legends.
    unit
        What a value of the history is of: an ``epoch``, or a ``moment`` of those of which the best was kept.
    trained
        The model itself, for pictures of its inside; None if there is nothing to look into.

    """

    dataset: Dataset
    predict: Predict
    history: Mapping[str, Sequence[float]] = dataclasses.field(default_factory=dict)
    unit: str = "epoch"
    name: str = "the model"
    trained: "Trained | None" = None

    @classmethod
    def from_trained(cls, trained: "Trained", dataset: Dataset, *, model: str = "the model", data: str = "") -> Self:
        """Take a trained model and a data set, matched by the names of features and classes.

        Parameters
        ----------
        trained
            The model with its history and details.
        dataset
            The data set.
        model, data
            How to name the two in messages; passed through `display` or `files.shown`.

        Raises
        ------
        InputRefusedError
            If the two do not fit.

        """
        from dlwhy.models.matching import fit_model_to_data

        fitted = fit_model_to_data(trained.details, dataset, model=model, data=data)
        unit = trained.details.unit
        history = trained.history
        return cls(dataset=fitted, predict=trained.predict, history=history, unit=unit, name=model, trained=trained)

    @functools.cached_property
    def test_prob(self) -> npt.NDArray[Any]:
        """Predictions on the test part.

        Raises
        ------
        InputRefusedError
            If there is no test part.
        UnusableResultError
            If predictions are not finite numbers.

        """
        if not len(self.dataset.y_test):
            raise InputRefusedError(f"{display(self.dataset.name)} has no test part")
        found = self.predict(self.dataset.X_test)
        if not np.isfinite(found).all():
            raise UnusableResultError(
                f"{self.name}: its predictions are not finite numbers", "train it on scaled features"
            )
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """The user's own names that pictures show, each as it is shown: of data, columns, classes and the target."""
        dataset = self.dataset
        columns = [
            name
            for column in dataset.columns
            for name in (column.name, column.of, *column.features, *column.categories)
        ]
        made = (self.trained.details.inputs if self.trained else None) or ()
        every = [dataset.name, dataset.target_name, *columns, *made, *dataset.class_names, self.name]
        return tuple(dict.fromkeys(display(name, 80) for name in every))

    def need_classes(self, kind: str) -> None:
        """Refuse a picture of classes where there are none.

        Raises
        ------
        UsageError
            If the task is regression.

        """
        if self.dataset.task == "regression":
            raise UsageError(f"{kind}: drawn for classes only; {display(self.dataset.name)} is a regression")

    def need_numbers(self, kind: str) -> None:
        """Refuse a picture of numbers where classes are predicted.

        Raises
        ------
        UsageError
            If the task is not regression.

        """
        if self.dataset.task != "regression":
            raise UsageError(f"{kind}: drawn for a regression only; {display(self.dataset.name)} has classes")

    def need_snapshots(self, kind: str) -> "Mapping[int, Trained]":
        """Return the model as it was at each moment that was kept, by the epochs that were done.

        Raises
        ------
        UsageError
            If it is no network, or none was kept.

        """
        if self.trained is None:
            raise UsageError(f"{kind}: drawn of a network only")
        found = self.trained.at_snapshots()
        if not found:
            raise UsageError(
                f"{kind}: {self.name} has no snapshots of its training", "train it with dlwhy train --snapshots 30"
            )
        return found


def title_of(subject: Subject) -> str:
    """Headline of a picture: the data set and how well the model does on its test part."""
    from dlwhy.evaluation.calibration import predicted_classes

    dataset = subject.dataset
    name = display(dataset.name, 30)
    if not len(dataset.y_test):
        return name
    if dataset.task == "regression":
        error = float(np.sqrt(np.mean((subject.test_prob - dataset.y_test) ** 2, dtype=np.float64)))
        return f"{name}: test RMSE {error:.4g}"
    accuracy = float(np.mean(predicted_classes(subject.test_prob, dataset.task) == dataset.y_test))
    return f"{name}: test accuracy {accuracy:.3f}"
