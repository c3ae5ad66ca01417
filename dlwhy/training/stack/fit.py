"""Many replicas of one network, trained side by side as stacks."""

import dataclasses
import itertools
import os
from collections.abc import Sequence

import numpy as np

from dlwhy.data.dataset import Dataset
from dlwhy.errors import UsageError
from dlwhy.models import front, stacked
from dlwhy.models.front import Front
from dlwhy.models.layouts import Layout
from dlwhy.models.network import NetworkSpec
from dlwhy.models.stacked import StackedNetwork
from dlwhy.training import accelerator, choosing
from dlwhy.training.options import TrainingOptions
from dlwhy.training.progress import Hooks
from dlwhy.training.stack import data as stack_data
from dlwhy.training.stack import encoding
from dlwhy.training.stack import job as stack_job
from dlwhy.training.stack import run as stack_run
from dlwhy.training.stack import size as stack_size
from dlwhy.training.stack.data import StackData
from dlwhy.training.stack.job import Job
from dlwhy.training.stack.program import InFront, Stack, program
from dlwhy.training.stack.results import Replicas
from dlwhy.training.stack.run import GroupResult
from dlwhy.training.stack.size import StackPlan
from dlwhy.training.stack.varying import Length, Varying, factors
from dlwhy.training.taking_layers import Start

__all__ = ["Length", "Replicas", "Start", "Varying", "train_replicas"]

# what may be chosen of options that stacks do without
_FOR_STACKS = {"precision": ("float32",), "engine": ("auto", "graph", "xla"), "checkpoint_every": (None,)}


def train_replicas(
    dataset: Dataset,
    network: NetworkSpec | None = None,
    options: TrainingOptions | None = None,
    *,
    varying: Varying,
    start: Start | None = None,
    length: Length | None = None,
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
    varying
        The seed of each replica, and what else it has of its own.
    start
        Networks to start from, by default none.
    length
        A number of steps in place of epochs.
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
    options = (options or TrainingOptions()).fitting(varying.most_rows or len(dataset.X_train))
    _check(options, len(varying), start)
    own = factors(varying, network, options)
    cores = len(os.sched_getaffinity(0))
    started = accelerator.start(device, at_once=cores)
    cores = cores if started.name.startswith("CPU") else 1
    data = stack_data.prepare(dataset, network, options, varying, fronts=_fronts_of(start, len(varying)))
    data = encoding.ahead(data)
    if length is None and options.keep_best:
        length = Length.in_moments(int(data.steps.max()) * options.epochs, options.keep_best)
    shape = _shape(dataset, network, data)
    plan = stack_size.plan(
        shape.widths,
        replicas=len(varying),
        batch_size=options.batch_size,
        cores=cores,
        size=varying.stack_size,
    )
    taken = None if start is None else stack_job.start_from(dataset, network, start.bases[0], start.freeze)[1]
    shape = dataclasses.replace(shape, layout=plan.layout, frozen=frozenset(taken.frozen if taken else ()))
    job = Job(
        dataset=dataset,
        network=network,
        options=options,
        data=data,
        factors=own,
        plan=plan,
        shape=shape,
        stack=_stack(shape, dataset=dataset, options=options, data=data, plan=plan, length=length),
        length=length,
        start=start,
        taken=taken,
    )
    with accelerator.kept_programs():
        results = stack_run.run(job, cores=cores, hooks=hooks, device=started.description)
    return _gathered(job, results, started, (*varying.data, *(("steps",) if length else ())))


def _check(options: TrainingOptions, count: int, start: Start | None) -> None:
    for name, plain in _FOR_STACKS.items():
        if getattr(options, name) not in plain:
            raise UsageError(f"--{name.replace('_', '-')} {getattr(options, name)} is not for replicas")
    if start is not None and len(start.bases) not in (1, count):
        raise UsageError(f"there must be 1 or {count} bases (got {len(start.bases)})")


def _fronts_of(start: Start | None, count: int) -> list[Front | None] | None:
    """Return what stands in front of each replica if it starts from another network, which then decides it."""
    if start is None:
        return None
    return stack_job.spread([front.of_model(base.model) for base in start.bases], count)


def _shape(dataset: Dataset, network: NetworkSpec, data: StackData) -> StackedNetwork:
    """Give what decides the program, without what may differ between replicas."""
    return StackedNetwork(
        spec=dataclasses.replace(network, dropout=0.0, l1=0.0, l2=0.0, bins=0),
        n_inputs=data.n_inputs,
        n_outputs=stacked.n_outputs(dataset.task, dataset.n_classes),
        layout=Layout("first"),
    )


def _stack(
    shape: StackedNetwork,
    *,
    dataset: Dataset,
    options: TrainingOptions,
    data: StackData,
    plan: StackPlan,
    length: Length | None,
) -> Stack:
    own = data.steps
    of_one = sum(a * b for a, b in itertools.pairwise(shape.widths))
    size = {"batch_size": data.batch_size, "multiply_adds": plan.size * of_one}
    name = choosing.choose(options.engine, steps=length.steps if length else int(own.max()) * options.epochs, **size)
    return program(
        shape,
        _of_a_step(options),
        task=dataset.task,
        replicas=plan.size,
        ragged=length is None and bool((own != own[0]).any()),
        compiled=name == "xla",
        in_front=_in_front(data),
    )


def _of_a_step(options: TrainingOptions) -> TrainingOptions:
    """Give what a step's program depends on, and nothing else, so that trainings share programs."""
    names = ("optimizer", "schedule", "beta_2", "label_smoothing")
    return TrainingOptions(**{name: getattr(options, name) for name in names})


def _in_front(data: StackData) -> InFront | None:
    first = data.fronts[0]
    if first is None or data.is_encoded or not (first.clips or first.bins):
        return None
    binned = () if first.bins is None else tuple(dict.fromkeys(first.bins.columns.tolist()))
    return InFront(clips=first.clips, binned=binned)


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
        fronts=tuple(job.data.fronts),
        paths=job.data.paths,
        target_scales=tuple(job.data.target_scales),
        factors=job.factors,
        taken=job.taken,
        accelerator=started,
        own=own,
    )
