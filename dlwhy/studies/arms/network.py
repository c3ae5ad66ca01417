"""How an arm of networks is run: a learning rate of its own, a network a seed, each scored on its held-out rows."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from dlwhy.data.dataset import Dataset, FloatArray
from dlwhy.studies.arms import scoring
from dlwhy.studies.arms.training import TrainedArm, train
from dlwhy.studies.arms.tuning import Tuned, tune
from dlwhy.studies.plan.study import NetworkRecipe, Outcome, Run, Seeds, Status, Task
from dlwhy.studies.tasks.draws import Draw
from dlwhy.studies.tasks.registry import draws_of
from dlwhy.training.stack.fit import Replicas, Start

_MOST_SCORED = 3000  # training rows
_FALLING = 0.1


@dataclasses.dataclass(frozen=True, kw_only=True)
class Network(NetworkRecipe):
    """A network a seed, its learning rate chosen where there are rates."""

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Tune the learning rate, train a network a seed, and score each on its own held-out rows."""
        trained, tuned = self.fitted(task, seeds, dataset)
        return outcome(scored(self, trained, seeds.report), tuned)

    def steps_on(self, rows: int) -> int:
        """Return the steps of a training on so many rows: its own number, or what the options make of them."""
        return self.steps or self.options.steps(rows)

    def fitted(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> tuple[TrainedArm, Tuned]:
        """Tune the learning rate, and train a network a seed."""
        draws = draws_of(task, seeds.report, dataset)
        tuned = tune(self, task, seeds, dataset)
        start = self.start(task, seeds, seeds.report)
        return train(self, draws, seeds.report, [tuned.rate] * len(draws), start=start), tuned

    def tuning_draws(self, task: Task, seeds: Sequence[int], dataset: Dataset | None) -> list[Draw]:
        """Draw what the learning rate is chosen on, the same number of draws a seed."""
        return draws_of(task, seeds, dataset)

    def start(self, task: Task, seeds: Seeds, wanted: Sequence[int]) -> Start | None:  # noqa: ARG002  # for others
        """Return what networks of the wanted seeds start from: nothing."""
        return None


def outcome(runs: Sequence[Run], tuned: Tuned) -> Outcome:
    """Put runs and the choice of their learning rate together."""
    rates = {f"{rate:.4g}": score for rate, score in sorted(tuned.scores.items())}
    return Outcome(runs=tuple(runs), rates=rates, at_edge=tuned.at_edge, hopeless=tuned.hopeless)


def scored(recipe: NetworkRecipe, trained: TrainedArm, seeds: Sequence[int]) -> list[Run]:
    """Score each network on its own held-out rows, and on (some of) its training rows."""
    draws, replicas = trained.draws, trained.replicas
    held_out, fitted = predictions(trained)
    parameters = scoring.parameters(replicas.shape)
    losses = _losses(replicas, len(draws))
    runs = []
    for index, (seed, draw) in enumerate(zip(seeds, draws, strict=True)):
        metrics = scoring.both(draw, held_out[index], fitted[index])
        status, reason = _ending(replicas, index, draw, held_out[index])
        samples, epochs = _length(recipe, len(draw.X_train))
        runs.append(
            Run(
                seed=seed,
                metrics=metrics if status != "diverged" else dict.fromkeys(metrics),
                status=status,
                reason=reason,
                n_train=len(draw.X_train),
                overlap=draw.overlap,
                parameters=parameters,
                epochs=epochs,
                flops=6.0 * parameters * samples,
                seconds=trained.seconds / len(draws),
                learning_rate=float(f"{float(replicas.factors.rates[index]):.4g}"),
                extra=losses[index],
            )
        )
    return runs


def predictions(trained: TrainedArm) -> tuple[FloatArray, FloatArray]:
    """Predict each network's held-out rows, and the first of its training rows, as many for all."""
    draws = trained.draws
    seen = min(_MOST_SCORED, *(len(draw.X_train) for draw in draws))
    held_out = trained.replicas.predict(np.stack([draw.X_test for draw in draws]))
    return held_out, trained.replicas.predict(np.stack([draw.X_train[:seen] for draw in draws]))


def _losses(replicas: Replicas, count: int) -> list[dict[str, float]]:
    """Return what each network lost on its own held-out rows, and its linear part by itself, where there are such."""
    if not replicas.options.keep_best:
        return [{}] * count
    kept, linear = replicas.held_out_losses(), replicas.linear_losses()
    named = {"held_out_loss": kept} | ({} if linear is None else {"linear_loss": linear})
    return [
        {name: float(losses[index]) for name, losses in named.items() if np.isfinite(losses[index])}
        for index in range(count)
    ]


def _length(recipe: NetworkRecipe, n_train: int) -> tuple[int, float]:
    """Return the samples that a training sees, and how often it passes over its rows."""
    options = recipe.options.fitting(n_train)
    if recipe.steps:
        return recipe.steps * options.batch_size, recipe.steps * options.batch_size / n_train
    return options.epochs * options.learnt_of(n_train), options.epochs


def _ending(replicas: Replicas, index: int, draw: Draw, y_prob: FloatArray) -> tuple[Status, str]:
    done, keeps_best = int(replicas.epochs[index]), bool(replicas.options.keep_best)
    if replicas.status[index] == "diverged":
        name = "moment" if keeps_best else "round"
        return "diverged", f"the loss stopped being finite in {name} {done + 1} of {replicas.history.shape[1]}"
    if draw.task != "regression" and scoring.predicts_one_class(draw, y_prob):
        return "stuck", "predicts one class only"
    losses = replicas.history[index, :done, 0]
    if (
        replicas.status[index] == "ok"
        and not keeps_best  # held-out rows decide when enough is learnt
        and done > 2
        and losses[-1] > 0.01
        and losses[-2] - losses[-1] > _FALLING * losses[-2]
    ):
        return "unfinished", "the training loss was still falling fast"
    return "ok", ""
