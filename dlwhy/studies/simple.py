"""How an arm with a simple model is run: fitted on the same draws as the networks."""

import time
from typing import Any

from dlwhy.data.dataset import Dataset
from dlwhy.models import baselines
from dlwhy.studies import networks, scoring
from dlwhy.studies.design import Arm, Seeds, training_seed
from dlwhy.studies.draws import Draw
from dlwhy.studies.results import Outcome, Run


def run(arm: Arm, seeds: Seeds, own: Dataset | None) -> Outcome:
    """Fit the arm's simple model once a seed; its name is in the settings, as ``model``."""
    draws = networks.draws_of(arm, seeds.report, own)
    runs = [_fitted(arm, seed, draw) for seed, draw in zip(seeds.report, draws, strict=True)]
    return Outcome(runs=tuple(runs))


def predict(model: Any, draw: Draw, X: Any) -> Any:
    """Predict in the form of the networks: (n,) probabilities of class 1 or values, or (n, k)."""
    return baselines.predict(model, X, task=draw.task, n_classes=draw.n_classes)


def _fitted(arm: Arm, seed: int, draw: Draw) -> Run:
    model = baselines.make(arm.settings["model"], draw.task, seed=training_seed(seed, arm.shift))
    started = time.perf_counter()
    baselines.fit(model, draw.X_train, draw.y_train)
    seconds = time.perf_counter() - started
    metrics = scoring.metrics(draw, draw.y_test, predict(model, draw, draw.X_test))
    metrics |= scoring.metrics(draw, draw.y_train, predict(model, draw, draw.X_train), prefix="train_")
    return Run(seed=seed, metrics=metrics, n_train=len(draw.X_train), overlap=draw.overlap, seconds=seconds)
