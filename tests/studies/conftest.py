"""What the tests of the studies share: results made by hand, in place of hours of training."""

import numpy as np
import pytest

from dlwhy.studies.plan.study import Outcome, Run
from dlwhy.studies.request import Request


def outcome(values, *, seeds, metric="accuracy", extra=None, n_train=100, **facts):
    """Give an outcome whose runs have these values, (n_seeds,), of a metric."""
    runs = tuple(
        Run(
            seed=seed,
            metrics={metric: float(value), f"train_{metric}": float(value)},
            n_train=n_train,
            parameters=10,
            seconds=1.0,
            extra={} if extra is None else extra[place],
        )
        for place, (seed, value) in enumerate(zip(seeds, values, strict=True))
    )
    return Outcome(runs=runs, **facts)


@pytest.fixture
def made():
    """The function that makes outcomes."""
    return outcome


@pytest.fixture
def results_of():
    """Make results of a study from a function of an arm that gives its mean; the noise is small and the arms' own."""

    def make(study, mean, *, sd=0.004):
        rng = np.random.default_rng(0)
        again = {study.a_a.arm.key: study.arms[study.a_a.base]} if study.a_a else {}
        return {
            key: outcome(
                np.clip(mean(again.get(key, arm)) + sd * rng.standard_normal(len(study.seeds)), 0, 1),
                seeds=study.seeds,
                metric=arm.metric,
                n_train=arm.task.settings.get("n_train", 100),
            )
            for key, arm in study.every.items()
        }

    return make


@pytest.fixture
def quick():
    """A request for the smallest budget."""
    return lambda claim, **given: Request(claim=claim, budget="quick", **given)
