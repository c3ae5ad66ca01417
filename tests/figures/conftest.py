"""Models that answer by a formula, and data sets for them: what a picture must show is then known."""

import dataclasses
import itertools
from collections.abc import Callable

import numpy as np
import pytest

from dlwhy.data.dataset import Column, Dataset
from dlwhy.figures.subject import Subject
from dlwhy.models.details import Details
from dlwhy.models.keras_file.schema import LayerPlan, PlainNetwork, Plan
from dlwhy.models.snapshots import Snapshots
from dlwhy.models.spec import HEADS, NetworkSpec, n_outputs
from dlwhy.models.trained import Trained

HISTORY = {
    "loss": [0.9, 0.5, 0.3],
    "val_loss": [1.0, 0.6, 0.4],
    "accuracy": [0.5, 0.7, 0.9],
    "val_accuracy": [0.4, 0.6, 0.8],
}


# what a kind needs of a subject
NEEDS = {"slices": {"n_test": 400, "wrong": 0.4}, "replicas": {"members": 5}}


def softmax(scores):
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def network_of(n_features, hidden, n_outputs, *, head="sigmoid", activation="relu", seed=0) -> PlainNetwork:
    """Make a plain network with random weights."""
    rng = np.random.default_rng(seed)
    widths = [n_features, *hidden, n_outputs]
    plans = [
        LayerPlan(kind="InputLayer", name="features", inputs=(), width=n_features, settings={}, weights=(), n_trained=0)
    ]
    weights: list[list[np.ndarray]] = [[]]
    for place, (before, width) in enumerate(itertools.pairwise(widths)):
        last = place == len(hidden)
        plans.append(
            LayerPlan(
                kind="Dense",
                name="output" if last else f"dense_{place + 1}",
                inputs=(place,),
                width=width,
                settings={"units": width, "activation": head if last else activation},
                weights=((before, width), (width,)),
                n_trained=2,
            )
        )
        kernel = rng.normal(size=(before, width)) / np.sqrt(before)
        weights.append([kernel.astype(np.float32), np.full(width, 0.1, np.float32)])
    plan = Plan(name="network", sequential=True, trainable=True, layers=tuple(plans))
    return PlainNetwork(plan=plan, weights=weights)


def averaged(networks) -> PlainNetwork:
    """Make the ensemble of plain networks on the same features."""
    layers, weights, answers = [networks[0].plan.layers[0]], [[]], []
    for number, network in enumerate(networks, start=1):
        for place, layer in enumerate(network.plan.layers[1:]):
            name, source = f"{layer.name}_m{number}", len(layers) - 1 if place else 0
            layers.append(dataclasses.replace(layer, name=name, inputs=(source,)))
        answers.append(len(layers) - 1)
        weights += network.weights[1:]
    settings = {"kind": "Average", "name": "mean", "inputs": tuple(answers), "width": layers[-1].width}
    layers.append(LayerPlan(**settings, settings={}, weights=(), n_trained=0))
    plan = Plan(name="network", sequential=False, trainable=True, layers=tuple(layers))
    return PlainNetwork(plan=plan, weights=[*weights, []])


def trained_on(dataset: Dataset, hidden=(4, 3), *, members=1, **options) -> Trained:
    """Make a network for a data set; it was not trained, but looks so, and as if three moments had been kept."""
    names = dataset.class_names
    widths = (dataset.n_features, hidden, n_outputs(dataset.task, len(names)))
    network = network_of(*widths, head=HEADS[dataset.task], **options)
    if members > 1:
        network = averaged([network_of(*widths, head=HEADS[dataset.task], seed=seed) for seed in range(members)])
    spec = NetworkSpec(layers=hidden).to_json()
    details = Details(task=dataset.task, columns=dataset.columns, class_names=names, network=spec)
    values = np.concatenate([np.ravel(weight) for layer in network.weights for weight in layer])
    weights = np.stack([0.2 * values, 0.7 * values, values])
    snapshots = Snapshots(planned=3, epochs=(0, 1, 3), weights=weights)
    return Trained(network=network, history={}, details=details, snapshots=snapshots)


@pytest.fixture
def subject_of() -> Callable[..., Subject]:
    """Make a subject: subject_of("binary", 2) has two features, and the first decides."""

    def make(
        task="binary", n_features=2, *, classes=None, names=None, n_test=30, history=None, wrong=0.0, members=1
    ) -> Subject:
        rng = np.random.default_rng(3)
        n_classes = {"binary": 2, "multiclass": 3, "regression": 0}[task] if classes is None else len(classes)
        X = rng.uniform(-1, 1, (60 + n_test, n_features)).astype(np.float32)
        centers = np.linspace(-1, 1, max(n_classes, 1))

        def predict(rows):
            if task == "regression":
                return 2 * rows[:, 0]
            if task == "binary":
                return (1 / (1 + np.exp(-8 * rows[:, 0]))).astype(np.float32)
            return softmax(-8 * (rows[:, :1] - centers) ** 2)

        found = predict(X)
        kind = np.float32 if task == "regression" else np.int32
        y = {"regression": found, "binary": found > 0.5}.get(task, found.argmax(axis=-1)).astype(kind)
        if wrong:  # so many rows have another's target, most of them where the last feature is large
            rows = rng.random(len(y)) < wrong * np.where(X[:, -1] > 0.5, 2, 0.5)
            y[rows] = rng.permutation(y[rows])
        dataset = Dataset(
            X_train=X[:60],
            y_train=y[:60],
            X_test=X[60:],
            y_test=y[60:],
            name="toy",
            task=task,
            columns=tuple(Column(name=name) for name in names) if names else (),
            class_names=tuple(classes or "abc"[:n_classes]),
            target_name="height",
        )
        learnt = HISTORY if history is None else history
        return Subject(dataset=dataset, predict=predict, history=learnt, trained=trained_on(dataset, members=members))

    return make


@pytest.fixture
def coarse(monkeypatch):
    """Ask the model at few places: the ground has no letters."""
    monkeypatch.setattr("dlwhy.figures.dependence._RESOLUTION", {1: 20, 2: 20})
    monkeypatch.setattr("dlwhy.figures.dependence._AVERAGED", {1: 20, 2: 20})
