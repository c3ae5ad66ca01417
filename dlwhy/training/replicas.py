"""Many replicas of one network, trained side by side as stacks."""

import dataclasses
import itertools
import os
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset, FloatArray
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.models import scaling, stacked
from dlwhy.models.archive import Trained
from dlwhy.models.layouts import Layout
from dlwhy.models.network import NetworkSpec
from dlwhy.models.stacked import StackedNetwork
from dlwhy.training import accelerator, engine, stack_data, stack_job, stack_run, stack_size
from dlwhy.training.loop import Hooks
from dlwhy.training.options import TrainingOptions
from dlwhy.training.replica_results import Replicas
from dlwhy.training.stack import Stack, program
from dlwhy.training.stack_data import StackData
from dlwhy.training.stack_job import Factors, Job
from dlwhy.training.stack_run import GroupResult
from dlwhy.training.stack_size import StackPlan
from dlwhy.training.transfer import Taken

__all__ = ["Replicas", "train_replicas"]


def train_replicas(
    dataset: Dataset,
    network: NetworkSpec | None = None,
    options: TrainingOptions | None = None,
    *,
    seeds: Sequence[int],
    rows: Sequence[npt.ArrayLike] | None = None,
    validation_rows: Sequence[npt.ArrayLike] | None = None,
    labels: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    learning_rates: npt.ArrayLike | None = None,
    dropout_rates: npt.ArrayLike | None = None,
    l1: npt.ArrayLike | None = None,
    l2: npt.ArrayLike | None = None,
    steps: int | None = None,
    log_every: int | None = None,
    bases: Sequence[Trained] | None = None,
    freeze: int | str = 0,
    size: int | None = None,
    device: str = "auto",
    hooks: Hooks | None = None,
) -> Replicas:
    """Train R replicas of a network; replica i ends as `fit` with seed i would, up to rounding, however R is cut.

    Parameters
    ----------
    dataset
        The data; as in `fit`, its test part draws the validation curve unless rows are held out.
    network, options
        What the replicas have in common. The seed in `options` does not count; `checkpoint_every` is not for stacks.
    seeds
        Seed of each replica, R: it decides initial weights, order of batches, dropout and held-out rows.
    rows
        Own training rows, R arrays of indices into the training part, of any lengths; by default all.
    validation_rows
        Own rows to validate on, R arrays of indices into the training part.
    labels
        Own targets of the training part, (R, n_train).
    weights
        Weights of the training rows, (n_train,) or (R, n_train), >= 0.
    learning_rates, dropout_rates, l1, l2
        Own values, (R,), in place of those in `options` and `network`.
    steps
        Train for so many steps, whatever the number of rows, in place of epochs.
    log_every
        With `steps`, how many of them make a row of the history; by default a tenth.
    bases
        Trained networks, 1 or R, whose matching layers are taken over.
    freeze
        How many of those layers are left as they are, or ``all``.
    size
        Replicas a stack; by default chosen by the work and the cache.
    device
        See `accelerator.start`.
    hooks
        `on_progress` is told means over replicas; `should_stop` is asked between calls.

    Returns
    -------
    replicas
        Histories, states and weights of all.

    Raises
    ------
    InputRefusedError
        If the data can't be trained on, or an array does not fit the replicas.
    UsageError
        If an option is not for stacks, or a value can't be.

    """
    network, hooks = network or NetworkSpec(), hooks or Hooks()
    options = (options or TrainingOptions()).fitting(max([len(dataset.X_train), *(np.size(own) for own in rows or ())]))
    count = len(seeds)
    _check(options, seeds, steps, log_every, bases)
    factors = Factors(
        rates=_factor("learning_rates", learning_rates, count, options.learning_rate),
        dropout=_factor("dropout_rates", dropout_rates, count, network.dropout)
        if _any(dropout_rates, network.dropout)
        else None,
        l1=_factor("l1", l1, count, network.l1) if _any(l1, network.l1, l2, network.l2) else None,
        l2=_factor("l2", l2, count, network.l2) if _any(l1, network.l1, l2, network.l2) else None,
    )
    cores = len(os.sched_getaffinity(0))
    started = accelerator.start(device, at_once=cores)
    cores = cores if started.name.startswith("CPU") else 1
    scales = None if bases is None else [scaling.feature_scale(base.model) for base in bases]
    data = stack_data.prepare(
        dataset,
        options,
        [int(seed) for seed in seeds],
        rows=rows,
        validation_rows=validation_rows,
        labels=labels,
        weights=weights,
        scales=scales and stack_job.spread(scales, count),
    )
    plan = stack_size.plan(
        _widths(dataset, network), replicas=count, batch_size=options.batch_size, cores=cores, size=size
    )
    taken = None if bases is None else stack_job.start_from(dataset, network, bases[0], freeze)[1]
    shape = _shape(dataset, network, plan, taken)
    every = log_every or max(1, (steps or 0) // 10)
    job = Job(
        dataset=dataset,
        network=network,
        options=options,
        data=data,
        factors=factors,
        plan=plan,
        shape=shape,
        stack=_stack(shape, dataset=dataset, options=options, data=data, plan=plan, steps=steps),
        rounds=options.epochs if steps is None else -(-steps // every),
        steps=steps,
        log_every=every,
        bases=bases,
        taken=taken,
    )
    with accelerator.kept_programs():
        results = stack_run.run(job, cores=cores, hooks=hooks, device=started.description)
    given = {"rows": rows, "validation_rows": validation_rows, "labels": labels, "weights": weights, "steps": steps}
    return _gathered(job, results, started, tuple(name for name, value in given.items() if value is not None))


def _check(
    options: TrainingOptions,
    seeds: Sequence[int],
    steps: int | None,
    log_every: int | None,
    bases: Sequence[Trained] | None,
) -> None:
    if not len(seeds) or not all(0 <= int(seed) < 2**32 for seed in seeds):
        raise UsageError("seeds of replicas must be at least one whole number from 0 to 2**32 - 1")
    for name, plain in (
        ("precision", ("float32",)),
        ("engine", ("auto", "graph", "xla")),
        ("checkpoint_every", (None,)),
    ):
        if getattr(options, name) not in plain:
            raise UsageError(f"--{name.replace('_', '-')} {getattr(options, name)} is not for replicas")
    if (steps is not None and steps < 1) or (log_every is not None and (steps is None or not 1 <= log_every <= steps)):
        raise UsageError(f"steps must be at least 1, and log_every from 1 to steps (got {steps} and {log_every})")
    if bases is not None and len(bases) not in (1, len(seeds)):
        raise UsageError(f"there must be 1 or {len(seeds)} bases (got {len(bases)})")


def _factor(name: str, given: npt.ArrayLike | None, count: int, common: float) -> FloatArray:
    """Check own values of replicas, or repeat the common one, (R,)."""
    values = np.full(count, common, np.float32) if given is None else np.asarray(given, np.float32)
    fits = {"learning_rates": values > 0, "dropout_rates": (values >= 0) & (values < 1)}.get(name, values >= 0)
    if values.shape != (count,) or not (np.isfinite(values) & fits).all():
        raise InputRefusedError(f"{name} must be {count} numbers in their range (got {values.shape})")
    return values


def _any(*given: npt.ArrayLike | None) -> bool:
    """Say whether any of these is an array or a number above 0."""
    return any(value is not None and np.any(np.asarray(value) != 0) for value in given)


def _widths(dataset: Dataset, network: NetworkSpec) -> tuple[int, ...]:
    return (dataset.n_features, *network.layers, stacked.n_outputs(dataset.task, dataset.n_classes))


def _shape(dataset: Dataset, network: NetworkSpec, plan: StackPlan, taken: Taken | None) -> StackedNetwork:
    """Give what decides the program, without what may differ between replicas."""
    return StackedNetwork(
        spec=dataclasses.replace(network, dropout=0.0, l1=0.0, l2=0.0),
        n_features=dataset.n_features,
        n_outputs=stacked.n_outputs(dataset.task, dataset.n_classes),
        layout=plan.layout,
        frozen=frozenset(taken.frozen if taken else ()),
    )


def _stack(
    shape: StackedNetwork,
    *,
    dataset: Dataset,
    options: TrainingOptions,
    data: StackData,
    plan: StackPlan,
    steps: int | None,
) -> Stack:
    own = data.steps
    of_one = sum(a * b for a, b in itertools.pairwise(shape.widths))
    size = {"batch_size": data.batch_size, "multiply_adds": plan.size * of_one}
    name = engine.choose(options.engine, steps=steps or int(own.max()) * options.epochs, **size)
    return program(
        shape,
        TrainingOptions(optimizer=options.optimizer, schedule=options.schedule),
        task=dataset.task,
        replicas=plan.size,
        ragged=steps is None and bool((own != own[0]).any()),
        compiled=name == "xla",
    )


def _gathered(
    job: Job, results: Sequence[GroupResult], started: accelerator.Accelerator, own: tuple[str, ...]
) -> Replicas:
    """Put the results of all groups together, in the order of the seeds."""
    order = np.argsort([replica for result in results for replica in result.members])
    history = np.concatenate([result.history for result in results])[order]
    if not job.validates:
        history[:, :, 2:] = np.nan
    if job.dataset.task == "regression":
        spread = np.array([(scale or (0.0, 1.0))[1] for scale in job.data.target_scales], np.float32)[:, None]
        history = history * np.stack([spread**2, spread, spread**2, spread], axis=-1)
    status = [status for result in results for status in result.status]
    return Replicas(
        dataset=job.dataset,
        network=job.network,
        options=job.options,
        seeds=tuple(job.data.seeds),
        history=history,
        status=tuple(status[place] for place in order),
        epochs=np.concatenate([result.done for result in results])[order],
        shape=dataclasses.replace(job.shape, layout=Layout("first")),
        weights=[np.concatenate(parts)[order] for parts in zip(*(result.weights for result in results), strict=True)],
        slots=[np.concatenate(parts)[order] for parts in zip(*(result.slots for result in results), strict=True)],
        stack=job.stack,
        scales=tuple(job.data.scales),
        target_scales=tuple(job.data.target_scales),
        learning_rates=job.factors.rates,
        dropout_rates=job.factors.dropout,
        l1=job.factors.l1,
        l2=job.factors.l2,
        taken=job.taken,
        accelerator=started,
        own=own,
    )
