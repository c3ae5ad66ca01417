"""Arms of the study of transfer: networks that start from a source, and simple models on what a network sees.

Source networks, one a seed, are trained once for all arms that start from them, or read from a file of the user's.
"""

import dataclasses
import functools
import json
from collections.abc import Sequence

from dlwhy import files
from dlwhy.data.dataset import Column, Dataset, FloatArray
from dlwhy.models import network as building
from dlwhy.models.details import Details
from dlwhy.models.keras_file import archive
from dlwhy.models.network import NetworkSpec
from dlwhy.models.stacked import StackedNetwork
from dlwhy.models.trained import Trained
from dlwhy.studies.arms.network import Network, scored
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.arms.training import hidden, shape_for, train
from dlwhy.studies.plan.study import NetworkRecipe, Outcome, Seeds, Task, training_seed
from dlwhy.studies.tasks import transfer
from dlwhy.studies.tasks.draws import Draw
from dlwhy.studies.tasks.registry import draws_of
from dlwhy.training.options import TrainingOptions
from dlwhy.training.stack.fit import Start

# a source network has other initial weights than the target of the same seed
_SHIFT = 2
_BATCH = 64
# classes of what a base ends in: no head of a target, and no hidden layer, has this shape
_HEAD = ("one", "two", "three")
# settings of a task that its source does not depend on
_OF_TARGET = ("k", "rho")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Source:
    """How source networks are trained."""

    rate: float
    steps: int
    shuffled: bool = False  # labels, so that there is nothing to learn


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Sources:
    """Source networks, one a seed: dense layers with ReLU."""

    shape: StackedNetwork  # what their weights are
    weights: Sequence[FloatArray]  # (R, …) each
    seeds: tuple[int, ...]  # whose they are, R
    scores: tuple[float, ...]  # held-out accuracy of each, R

    def hidden(self, index: int, X: FloatArray) -> FloatArray:
        """Return the last hidden layer of one network on rows, (n, width)."""
        *_, last = hidden(self.shape, self.weights, index, X)
        return last

    def base(self, index: int, carry: int) -> Trained:
        """Return the lower layers of one network to start from, as an ordinary model; its head is never taken."""
        spec = dataclasses.replace(self.shape.spec, layers=self.shape.spec.layers[:carry])
        shape = dataclasses.replace(self.shape, spec=spec)
        columns = tuple(Column(name=f"feature {i}") for i in range(shape.n_inputs))
        details = Details(task="multiclass", columns=columns, class_names=_HEAD)
        model = building.build(spec, n_features=shape.n_inputs, task=details.task, n_classes=len(_HEAD), seed=0)
        for weight, values in zip(self.shape.weights, self.weights, strict=True):
            if weight in shape.weights and weight.layer != "output":
                getattr(model.get_layer(weight.layer), weight.name).assign(values[index])
        return Trained(network=model, history={}, details=details)


# of this process, by what decides them
_SOURCES: dict[str, Sources] = {}


def sources(source: Source, network: NetworkSpec, task: Task, seeds: Seeds) -> Sources:
    """Train the source networks of a task, for all seeds at once; arms of one source share them in this process."""
    settings = {name: value for name, value in task.settings.items() if name not in _OF_TARGET}
    parts = [dataclasses.asdict(part) for part in (source, network, seeds)]
    key = json.dumps([task.draw, settings, *parts], sort_keys=True)
    if key not in _SOURCES:
        every = (*seeds.report, *seeds.tuning)
        draws = [transfer.source(task.draw, seed, shuffled=source.shuffled, **settings) for seed in every]
        _SOURCES[key] = _learnt(source, network, draws, every)
    return _SOURCES[key]


def untrained(network: NetworkSpec, draw: Draw, seeds: Sequence[int]) -> Sources:
    """Return networks for such draws that have learnt nothing."""
    shape = shape_for(draw, network)
    weights = shape.initial([training_seed(seed, _SHIFT) for seed in seeds])
    return Sources(shape=shape, weights=weights, seeds=tuple(seeds), scores=())


@functools.lru_cache(maxsize=256)
def base_of(group: Sources, seed: int, carry: int) -> Trained:
    """Keep the models to start from: making one takes 40 ms, and arms share them."""
    return group.base(group.seeds.index(seed), carry)


def _learnt(source: Source, network: NetworkSpec, draws: Sequence[Draw], seeds: tuple[int, ...]) -> Sources:
    options = TrainingOptions(batch_size=_BATCH, learning_rate=source.rate, normalize="never")
    recipe = Network(network=network, options=options, steps=source.steps, shift=_SHIFT)
    trained = train(recipe, draws, seeds)
    return Sources(
        shape=trained.replicas.shape,
        weights=trained.replicas.weights,
        seeds=seeds,
        scores=tuple(run.metrics["accuracy"] or 0.0 for run in scored(recipe, trained, seeds)),
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Carried(Network):
    """Networks that start from a source network's layers, from a model file's, or from nothing.

    The rate is chosen on tuning draws, whose held-out rows validate: a few labels leave nothing to hold out.
    """

    source: Source | None = None
    file: str | None = None
    sha256: str | None = None  # what tells the file from another one of its name
    carry: int | None = None  # hidden layers that are carried over; None for all
    freeze: int = 0  # how many of these are left as they are
    tuning_targets: int = 1  # targets of each tuning seed that choose the rate

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Train a network a seed, and note what its source scores on the source's own task."""
        outcome = super().run(task, seeds, dataset)
        if self.source is None or self.source.shuffled:
            return outcome
        trained = sources(self.source, self.network, task, seeds)
        accuracy = dict(zip(trained.seeds, trained.scores, strict=True))
        runs = tuple(dataclasses.replace(run, extra={"source": accuracy[run.seed]}) for run in outcome.runs)
        return dataclasses.replace(outcome, runs=runs)

    def tuning_draws(self, task: Task, seeds: Sequence[int], dataset: Dataset | None) -> list[Draw]:
        """Draw several targets a seed where a few labels of one say little of a rate."""
        several = [{"copy": copy} for copy in range(self.tuning_targets)] if self.tuning_targets > 1 else [{}]
        draws = [draw for more in several for draw in draws_of(task, seeds, dataset, **more)]
        return [dataclasses.replace(draw, overlap=0.0) for draw in draws]

    def start(self, task: Task, seeds: Seeds, wanted: Sequence[int]) -> Start | None:
        """Return the networks to start from, one a wanted seed."""
        if self.file is not None:
            base = archive.read(self.file).first_network(model=files.shown(self.file))
            return Start(bases=[base] * len(wanted), freeze=self.freeze)
        if self.source is None:
            return None
        trained = sources(self.source, self.network, task, seeds)
        carry = len(self.network.layers) if self.carry is None else self.carry
        return Start(bases=[base_of(trained, seed, carry) for seed in wanted], freeze=self.freeze)


@dataclasses.dataclass(frozen=True, kw_only=True)
class OnFeatures(NetworkRecipe):
    """A simple model on the last hidden layer of a source network, or of an untrained one."""

    model: str
    source: Source | None = None

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Fit the model once a seed."""
        draws = draws_of(task, seeds.report, dataset)
        if self.source:
            trained = sources(self.source, self.network, task, seeds)
        else:
            trained = untrained(self.network, draws[0], seeds.report)
        simple = Simple(model=self.model)
        runs = []
        for seed, draw in zip(seeds.report, draws, strict=True):
            train, test = (trained.hidden(trained.seeds.index(seed), X) for X in (draw.X_train, draw.X_test))
            runs.append(simple.fitted(seed, dataclasses.replace(draw, X_train=train, X_test=test)))
        return Outcome(runs=tuple(runs))
