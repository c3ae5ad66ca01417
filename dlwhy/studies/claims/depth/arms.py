"""Arms of the study of depth: networks whose map of classes is kept, and linear probes behind each layer."""

import dataclasses
import warnings
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset
from dlwhy.studies.arms.network import Network, outcome, scored
from dlwhy.studies.arms.training import hidden, train
from dlwhy.studies.arms.tuning import Tuned, tune
from dlwhy.studies.findings import statistics
from dlwhy.studies.plan.study import Outcome, Run, Seeds, Task
from dlwhy.studies.tasks import fresh
from dlwhy.studies.tasks.draws import Draw
from dlwhy.studies.tasks.registry import draws_of
from dlwhy.training.stack.fit import Replicas

Taught = Literal["trained", "untrained", "shuffled"]
_MOST_TEST = 2000
_MAP_CELLS = 61


@dataclasses.dataclass(frozen=True, kw_only=True)
class Mapped(Network):
    """Networks on rings, the first of which tells what class it gives each cell of a map."""

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Train a network a seed, and keep the map of the first seed's."""
        trained, tuned = self.fitted(task, seeds, dataset)
        first, *rest = scored(self, trained, seeds.report)
        cells = fresh.scaled_as_rings(first.seed, disc()[0], **task.settings)
        classes = trained.replicas.predict(cells)[0] > 0.5
        return outcome([dataclasses.replace(first, extra={"map": class_map(classes)}), *rest], tuned)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Probes(Network):
    """Linear probes at the input and behind each layer of a network.

    What the probes tell apart are the true classes, whatever the network was taught: its labels, nothing, or shuffled
    labels, at the rate that its own labels deserve.
    """

    taught: Taught

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Train a network a seed, and fit the probes to its layers."""
        draws = draws_of(task, seeds.report, dataset)
        untrained = self.taught == "untrained"
        tuned = Tuned(rate=1e-6, scores={}) if untrained else tune(self, task, seeds, dataset)
        brief = dataclasses.replace(self, steps=1) if untrained else self
        lessons = draws
        if self.taught == "shuffled":
            lessons = [fresh.with_shuffled_labels(*pair) for pair in zip(draws, seeds.report, strict=True)]
        trained = train(brief, lessons, seeds.report, [tuned.rate] * len(draws))
        runs = scored(brief, trained, seeds.report)
        curves = [accuracies(trained.replicas, index, draw) for index, draw in enumerate(draws)]
        return outcome([_probed(run, curve) for run, curve in zip(runs, curves, strict=True)], tuned)


def _probed(run: Run, curve: list[float]) -> Run:
    # a network that was not taught, or noise, has no result to be stuck at
    status = "ok" if run.status == "stuck" else run.status
    metrics = {**run.metrics, "probe": curve[-1], "slope": float(statistics.slopes([curve])[0])}
    return dataclasses.replace(run, metrics=metrics, status=status, extra={"probes": curve})


def accuracies(replicas: Replicas, index: int, draw: Draw) -> list[float]:
    """Fit a linear probe at the input and behind each hidden layer of one network (Alain & Bengio 2016).

    Parameters
    ----------
    replicas, place
        The networks, and which of them: dense layers with ReLU, without anything between.
    draw
        The probe is fitted on activations of its training rows, standardised, and scored on held-out rows.

    Returns
    -------
    accuracies
        Of the probes from the input to the last hidden layer, depth + 1.

    """
    y, y_test = draw.y_train, draw.y_test[:_MOST_TEST]
    parts = (draw.X_train, draw.X_test[:_MOST_TEST])
    behind = zip(*(hidden(replicas.shape, replicas.weights, index, X) for X in parts), strict=True)
    return [_probe(train, y, test, y_test) for train, test in (parts, *behind)]


def _probe(train: Any, y: npt.NDArray[Any], test: Any, y_test: npt.NDArray[Any]) -> float:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(train, y)
    return float(model.score(test, y_test))


def disc() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return the middles of a map's cells, from the top left on, (n·n, 2), and which lie in the unit disc, (n, n)."""
    side = (2 * np.arange(_MAP_CELLS) + 1) / _MAP_CELLS - 1
    across, up = np.meshgrid(side, side[::-1])
    return np.column_stack([across.ravel(), up.ravel()]), np.hypot(across, up) <= 1


def class_map(classes: npt.NDArray[Any]) -> list[str]:
    """Return the classes, 0 or 1, of all cells of `disc` as lines of characters, blank outside."""
    _, inside = disc()
    return ["".join(line) for line in np.where(inside, classes.reshape(inside.shape).astype(int).astype(str), " ")]
