"""What a training leaves behind: a model that a notebook can go on with, its history, and where it came from."""

import dataclasses
import platform
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.data.dataset import Dataset
from dlwhy.data.tables.fitting import typical_cells
from dlwhy.models import network as networks
from dlwhy.models.details import Details
from dlwhy.models.diagnosis import outputs
from dlwhy.models.network import NetworkSpec
from dlwhy.models.trained import Trained
from dlwhy.training.options import TrainingOptions
from dlwhy.training.taking_layers import Taken
from dlwhy.versions import of as versions_of


@dataclasses.dataclass(frozen=True, kw_only=True)
class Origin:
    """What a model came from.

    Parameters
    ----------
    dataset, network, options
        What was trained on, what was trained, and how.
    engine, threads
        What trained it, and on how many threads.
    taken
        What was taken from another network.
    own
        What it was given that can't be told from the data set alone, by name: it can't be resumed then.
    members
        How many networks it is the mean of.
    moments
        With `keep_best` how many ``rounds`` were planned, of which ``best_moments`` each member has the weights, and
        the mean ``held_out_loss`` there and that of its linear path, ``linear_loss``.

    """

    dataset: Dataset
    network: NetworkSpec
    options: TrainingOptions
    engine: str
    threads: int
    taken: Taken | None = None
    own: tuple[str, ...] = ()
    members: int = 1
    moments: Mapping[str, Any] | None = None


def finished(model: Any, optimizer: Any, history: Mapping[str, Sequence[float]], origin: Origin) -> Trained:
    """Compile a Keras model with the optimizer that trained it, and return it with its history and details."""
    model.compile(optimizer=optimizer or "adam", **_loss_and_metric(origin.dataset.task))
    if origin.own or optimizer is None:
        model.optimizer = None
    kept = {name: list(values) for name, values in history.items()}
    return Trained(network=model, history=kept, details=_details(model, kept, origin))


def versions() -> dict[str, str]:
    """Return the versions of all that decides the last bits of a result."""
    return {**versions_of("numpy", "keras", "tensorflow"), "python": platform.python_version()}


def _loss_and_metric(task: str) -> dict[str, Any]:
    """Name the loss and metric that the saved model is compiled with, so that a notebook can go on with it."""
    if task == "regression":
        return {"loss": "mean_squared_error", "metrics": ["mae"]}
    loss = "binary_crossentropy" if task == "binary" else "sparse_categorical_crossentropy"
    return {"loss": loss, "metrics": ["accuracy"]}


def _details(model: Any, history: Mapping[str, Sequence[float]], origin: Origin) -> Details:
    dataset, options = origin.dataset, origin.options
    epochs = done = len(history.get("loss", ()))
    if origin.moments:
        epochs = round(options.epochs * done / origin.moments["rounds"])
    training: dict[str, Any] = {"options": options.to_json(), "epochs": epochs}
    if seen := _outputs(model, dataset):
        training["outputs"] = dataclasses.asdict(seen)
    if origin.taken:
        training["taken"] = dataclasses.asdict(origin.taken)
    if options.patience and epochs:
        losses = history.get("val_loss", [])
        training["best_epoch"] = int(np.argmin(losses)) + 1 if losses else None
    if origin.members > 1:
        training["members"] = origin.members
    training |= origin.moments or {}
    if origin.own:
        training["own"] = list(origin.own)
    return Details(
        task=dataset.task,
        columns=dataset.columns,
        class_names=dataset.class_names,
        target_name=dataset.target_name,
        network=origin.network.to_json(),
        training=training,
        dataset={
            "name": dataset.name,
            "fingerprint": dataset.fingerprint,
            "n_train": len(dataset.X_train),
            "n_test": len(dataset.X_test),
        },
        seed=options.seed,
        engine=origin.engine,
        threads=origin.threads,
        versions=versions(),
        typical=typical_cells(dataset.X_train, dataset.columns),
    )


def _outputs(model: Any, dataset: Dataset) -> outputs.Outputs | None:
    """Look at the outputs on rows that the training did not see, if there are any."""
    part = "test" if len(dataset.X_test) else "train"
    X, y = outputs.sample(getattr(dataset, f"X_{part}"), getattr(dataset, f"y_{part}"))
    return outputs.outputs_of(y, networks.predict(model, X), dataset.task)
