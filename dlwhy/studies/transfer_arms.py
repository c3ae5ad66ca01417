"""Running the arms of the study of transfer: source networks, once for all arms, and what starts from them."""

import dataclasses
import functools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from dlwhy.data.dataset import Column, Dataset, FloatArray
from dlwhy.models import archive, baselines
from dlwhy.models import network as building
from dlwhy.models.details import Details
from dlwhy.models.layouts import Layout
from dlwhy.models.stacked import StackedNetwork, n_outputs
from dlwhy.models.trained import Trained
from dlwhy.studies import networks, scoring, simple, transfer_tasks
from dlwhy.studies.design import Arm, Seeds, fingerprint, training_seed
from dlwhy.studies.draws import Draw
from dlwhy.studies.request import OwnData
from dlwhy.studies.results import Outcome, Run
from dlwhy.training.options import TrainingOptions
from dlwhy.training.transfer import Start

# a source network has other initial weights than the target of the same seed
_SOURCE_SHIFT = 2
_SOURCE_BATCH = 64
# classes of what a base ends in: no head of a target, and no hidden layer, has this shape
_HEAD = ("one", "two", "three")
# settings of a task that its source does not depend on
_OF_TARGET = ("k", "rho")


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Sources:
    """Source networks, one a seed: dense layers with ReLU.

    Parameters
    ----------
    shape
        What their weights are.
    weights
        Their weights, (R, …) each.
    seeds
        Whose they are, R.
    scores
        Held-out accuracy of each, R.

    """

    shape: StackedNetwork
    weights: Sequence[FloatArray]
    seeds: tuple[int, ...]
    scores: tuple[float, ...]

    def hidden(self, place: int, X: FloatArray) -> FloatArray:
        """Give the last hidden layer of one network on rows, (n, width)."""
        named = dict(zip([(each.layer, each.name) for each in self.shape.weights], self.weights, strict=True))
        for index in range(1, len(self.shape.spec.layers) + 1):
            kernel, bias = (named[f"dense_{index}", name][place] for name in ("kernel", "bias"))
            X = np.maximum(X @ kernel + bias, 0)
        return X

    def base(self, place: int, carry: int) -> Trained:
        """Give the lower layers of one network to start from, as an ordinary model; its head is never taken."""
        spec = dataclasses.replace(self.shape.spec, layers=self.shape.spec.layers[:carry])
        shape = dataclasses.replace(self.shape, spec=spec)
        columns = tuple(Column(name=f"feature {i}") for i in range(shape.n_features))
        details = Details(task="multiclass", columns=columns, class_names=_HEAD)
        model = building.build(spec, n_features=shape.n_features, task=details.task, n_classes=len(_HEAD), seed=0)
        own = dict(zip([(each.layer, each.name) for each in self.shape.weights], self.weights, strict=True))
        kept = {each: own[each.layer, each.name][place] for each in shape.weights if each.layer != "output"}
        for each, values in kept.items():
            getattr(model.get_layer(each.layer), each.name).assign(values)
        return Trained(network=model, history={}, details=details)


# of this process: source networks by what decides them, and rates that were chosen
_SOURCES: dict[str, Sources] = {}
_TUNED: dict[str, networks.Tuned] = {}


def run(arm: Arm, seeds: Seeds, own: Dataset | None) -> Outcome:
    """Run an arm; its settings say what it starts from, and what learns the target.

    Parameters
    ----------
    arm
        Settings: ``from`` is ``nothing``; ``source`` or ``shuffled``, a network a seed, trained for ``source_steps``
        at ``source_rate``; ``random``, an untrained one; or ``file``, a model of the user's. ``head`` is ``net``, or
        the name of a simple model, which is fitted on the last hidden layer of what the arm starts from, or on the
        inputs. ``carry``: how many hidden layers are carried over, all by default; ``freeze``: how many of these a net
        leaves as they are. ``tuning_targets``: targets of each tuning seed that choose the rate, 1 by default.
    seeds, own
        Seeds of the runs, and the user's data.

    """
    draws = targets(arm, seeds.report, own)
    if arm.settings["head"] != "net":
        return Outcome(runs=tuple(_simple_runs(arm, seeds, draws)))
    tuned, bases = _tuned(arm, seeds, own), _bases(arm, seeds, seeds.report)
    start = Start(bases=bases, freeze=arm.settings.get("freeze", 0)) if bases else None
    rates = [tuned.rate] * len(draws)
    trained = networks.train(arm, draws, seeds.report, rates, room=networks.room_of(draws), start=start)
    runs = networks.score(arm, trained, seeds.report)
    if arm.settings["from"] == "source":
        found = sources(arm, seeds)
        accuracy = dict(zip(found.seeds, found.scores, strict=True))
        runs = [dataclasses.replace(run, extra={"source": accuracy[run.seed]}) for run in runs]
    return networks.outcome(runs, tuned)


def targets(arm: Arm, seeds: Sequence[int], own: Dataset | None, **more: Any) -> list[Draw]:
    """Draw an arm's target, once a seed."""
    given: dict[str, Any] = {"dataset": own} if arm.task.draw == "own" else {}
    return [transfer_tasks.target(arm.task.draw, seed, **arm.task.settings, **given, **more) for seed in seeds]


def sources(arm: Arm, seeds: Seeds) -> Sources:
    """Train the source networks of an arm, for all seeds at once; arms of one source share them in this process."""
    shuffled = arm.settings["from"] == "shuffled"
    given = {name: value for name, value in arm.task.settings.items() if name not in _OF_TARGET}
    recipe = {name: arm.settings[name] for name in ("source_steps", "source_rate")}
    parts = {"draw": arm.task.draw, "shuffled": shuffled, "given": given, "seeds": dataclasses.asdict(seeds), **recipe}
    key = json.dumps({**parts, "network": arm.network.to_json() if arm.network else None}, sort_keys=True)
    if key not in _SOURCES:
        every = (*seeds.report, *seeds.tuning)
        draws = [transfer_tasks.source(arm.task.draw, seed, shuffled=shuffled, **given) for seed in every]
        _SOURCES[key] = _learnt(arm, draws, every)
    return _SOURCES[key]


def _learnt(arm: Arm, draws: Sequence[Draw], seeds: Sequence[int]) -> Sources:
    rate = float(arm.settings["source_rate"])
    options = TrainingOptions(batch_size=_SOURCE_BATCH, learning_rate=rate, normalize="never")
    steps = int(arm.settings["source_steps"])
    recipe = dataclasses.replace(arm, options=options, steps=steps, rates=(), settings={}, shift=_SOURCE_SHIFT)
    trained = networks.train(recipe, draws, seeds, [rate] * len(draws), room=networks.room_of(draws))
    runs = networks.score(recipe, trained, seeds)
    return Sources(
        shape=trained.replicas.shape,
        weights=trained.replicas.weights,
        seeds=tuple(seeds),
        scores=tuple(run.metrics["accuracy"] or 0.0 for run in runs),
    )


def _tuned(arm: Arm, seeds: Seeds, own: Dataset | None) -> networks.Tuned:
    """Choose the rate on the tuning draws, whose held-out rows validate: a few labels leave nothing to hold out."""
    plain = dataclasses.replace(arm, shift=0)
    given = OwnData.of(own) if own else None
    key = fingerprint(dataclasses.replace(plain, name=""), seeds, own=given, versions={})
    if key not in _TUNED:
        copies = arm.settings.get("tuning_targets", 1)
        several = [{"copy": copy} for copy in range(copies)] if copies > 1 else [{}]
        draws = [draw for more in several for draw in targets(plain, seeds.tuning, own, **more)]
        _TUNED[key] = networks.tune(
            plain,
            dataclasses.replace(seeds, tuning=seeds.tuning * copies),
            own,
            draws=[dataclasses.replace(draw, overlap=0.0) for draw in draws],
            bases=_bases(plain, seeds, seeds.tuning) * copies,
        )
    return _TUNED[key]


def _bases(arm: Arm, seeds: Seeds, wanted: Sequence[int]) -> list[Trained]:
    """Give the networks that an arm starts from, one a seed; none if it starts from nothing."""
    begin = arm.settings["from"]
    if begin == "nothing" or arm.network is None:
        return []
    if begin == "file":
        return [archive.read(arm.settings["file"])] * len(wanted)
    found = sources(arm, seeds)
    carry = arm.settings.get("carry", len(arm.network.layers))
    return [_base(found, found.seeds.index(seed), carry) for seed in wanted]


@functools.lru_cache(maxsize=256)
def _base(found: Sources, place: int, carry: int) -> Trained:
    """Keep the models: making one takes 40 ms, and arms share them."""
    return found.base(place, carry)


def _simple_runs(arm: Arm, seeds: Seeds, draws: Sequence[Draw]) -> Iterator[Run]:
    for seed, draw, features in zip(seeds.report, draws, _features(arm, seeds, draws), strict=True):
        started = time.perf_counter()
        own = dataclasses.replace(draw, X_train=features(draw.X_train), X_test=features(draw.X_test))
        model = baselines.make(arm.settings["head"], draw.task, seed=seed)
        if arm.settings["head"] == "nearest-neighbours":
            model.set_params(n_neighbors=1)  # with a few labels a class, five neighbours would be of several classes
        baselines.fit(model, own.X_train, own.y_train)
        metrics = scoring.metrics(own, own.y_test, simple.predict(model, own, own.X_test))
        metrics |= scoring.metrics(own, own.y_train, simple.predict(model, own, own.X_train), prefix="train_")
        seconds = time.perf_counter() - started
        yield Run(seed=seed, metrics=metrics, n_train=len(own.X_train), overlap=own.overlap, seconds=seconds)


def _features(arm: Arm, seeds: Seeds, draws: Sequence[Draw]) -> list[Callable[[FloatArray], FloatArray]]:
    """Give what a simple model sees of rows, for each seed: the inputs, or the last hidden layer of a network."""
    if arm.settings["from"] == "nothing" or arm.network is None:
        return [lambda X: X] * len(draws)
    if arm.settings["from"] != "random":
        found = sources(arm, seeds)
        return [functools.partial(found.hidden, found.seeds.index(seed)) for seed in seeds.report]
    first = draws[0]
    shape = StackedNetwork(
        spec=arm.network,
        n_features=first.X_train.shape[1],
        n_outputs=n_outputs(first.task, first.n_classes),
        layout=Layout("first"),
    )
    started = [training_seed(seed, _SOURCE_SHIFT) for seed in seeds.report]
    untrained = Sources(shape=shape, weights=shape.initial(started), seeds=seeds.report, scores=())
    return [functools.partial(untrained.hidden, place) for place in range(len(draws))]
