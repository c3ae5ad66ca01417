"""Training on hand-made features: they are made of the data before the network, and the model knows them."""

import dataclasses
from typing import Any

from dlwhy.data import terms
from dlwhy.data.dataset import Column, Dataset
from dlwhy.data.tables.fitting import typical_cells
from dlwhy.errors import UsageError
from dlwhy.models.trained import Trained
from dlwhy.training.progress import Hooks


def engineered(dataset: Dataset, inputs: str) -> Dataset:
    """Return a data set with hand-made features in place of its own.

    Parameters
    ----------
    dataset
        The data.
    inputs
        The terms; see `dlwhy.data.terms.parse`.

    Raises
    ------
    UsageError
        If a term can't be read, or there is no feature of a name.

    """
    made, names = terms.parse(inputs), dataset.feature_names
    parts: dict[str, Any] = {name: terms.values(made, names, getattr(dataset, name)) for name in ("X_train", "X_test")}
    return dataclasses.replace(dataset, **parts, columns=tuple(Column(name=term.text) for term in made))


def restored(trained: Trained, dataset: Dataset, inputs: str) -> Trained:
    """Return a model that was trained on an engineered data set as one that takes the features of the data itself."""
    details = trained.details
    about: dict[str, Any] = {**(details.dataset or {}), "fingerprint": dataset.fingerprint}
    own = dataclasses.replace(
        details,
        columns=dataset.columns,
        typical=typical_cells(dataset.X_train, dataset.columns),
        dataset=about,
        inputs=tuple(term.text for term in terms.parse(inputs)),
    )
    return dataclasses.replace(trained, details=own)


def told(hooks: Hooks | None, dataset: Dataset, inputs: str) -> Hooks:
    """Return hooks that are given models which take the features of the data itself."""
    hooks = hooks or Hooks()
    look, checkpoint = hooks.on_look, hooks.on_checkpoint
    return dataclasses.replace(
        hooks,
        on_look=None if look is None else lambda trained: look(restored(trained, dataset, inputs)),
        on_checkpoint=lambda trained: checkpoint(restored(trained, dataset, inputs)),
    )


def check(inputs: str, *, starts: bool = False) -> None:
    """Refuse terms that can't be read, whatever the data, and a start from another network.

    Raises
    ------
    UsageError
        If that is so.

    """
    terms.parse(inputs)
    if starts:
        raise UsageError("--inputs does not go with --init-from: the layers of another network know other features")
