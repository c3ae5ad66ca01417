"""Source networks, one a seed: trained once for all arms that start from them, or read from a file of the user's."""

import dataclasses
import functools
import json
from collections.abc import Sequence

from dlwhy.data.dataset import Column, FloatArray
from dlwhy.models import network as building
from dlwhy.models.details import Details
from dlwhy.models.layouts import Layout
from dlwhy.models.network import NetworkSpec
from dlwhy.models.stacked import StackedNetwork, n_outputs
from dlwhy.models.trained import Trained
from dlwhy.studies.arms.hidden import layers
from dlwhy.studies.arms.network import Network, scored
from dlwhy.studies.arms.training import train
from dlwhy.studies.plan.seeds import Seeds, training_seed
from dlwhy.studies.plan.study import Task
from dlwhy.studies.tasks import transfer
from dlwhy.studies.tasks.draws import Draw
from dlwhy.training.options import TrainingOptions

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
        *_, last = layers(self.shape, self.weights, index, X)
        return last

    def base(self, index: int, carry: int) -> Trained:
        """Return the lower layers of one network to start from, as an ordinary model; its head is never taken."""
        spec = dataclasses.replace(self.shape.spec, layers=self.shape.spec.layers[:carry])
        shape = dataclasses.replace(self.shape, spec=spec)
        columns = tuple(Column(name=f"feature {i}") for i in range(shape.n_features))
        details = Details(task="multiclass", columns=columns, class_names=_HEAD)
        model = building.build(spec, n_features=shape.n_features, task=details.task, n_classes=len(_HEAD), seed=0)
        values = {
            (each.layer, each.name): of_all for each, of_all in zip(self.shape.weights, self.weights, strict=True)
        }
        for each in shape.weights:
            if each.layer != "output":
                getattr(model.get_layer(each.layer), each.name).assign(values[each.layer, each.name][index])
        return Trained(network=model, history={}, details=details)


# of this process, by what decides them
_SOURCES: dict[str, Sources] = {}


def sources(source: Source, network: NetworkSpec, task: Task, seeds: Seeds) -> Sources:
    """Train the source networks of a task, for all seeds at once; arms of one source share them in this process."""
    settings = {name: value for name, value in task.settings.items() if name not in _OF_TARGET}
    parts = [dataclasses.asdict(each) for each in (source, network, seeds)]
    key = json.dumps([task.draw, settings, *parts], sort_keys=True)
    if key not in _SOURCES:
        every = (*seeds.report, *seeds.tuning)
        draws = [transfer.source(task.draw, seed, shuffled=source.shuffled, **settings) for seed in every]
        _SOURCES[key] = _learnt(source, network, draws, every)
    return _SOURCES[key]


def untrained(network: NetworkSpec, draw: Draw, seeds: Sequence[int]) -> Sources:
    """Return networks for such draws that have learnt nothing."""
    shape = StackedNetwork(
        spec=network,
        n_features=draw.X_train.shape[1],
        n_outputs=n_outputs(draw.task, draw.n_classes),
        layout=Layout("first"),
    )
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
