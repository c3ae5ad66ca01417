"""What several tests of the study of algorithms start from."""

from dlwhy.studies.claims.algorithms import design as algorithms
from dlwhy.studies.plan.study import Outcome, Run
from dlwhy.studies.request import OwnData, Request

OWN = OwnData(name="wine {x}", fingerprint="f", rows=178, features=13, classes=3)


def designed(budget="default", **given):
    return algorithms.design(Request(claim="algorithms", budget=budget, **given))


def rows(study, value=lambda arm, seed: 0.5, **more):
    """Rows of all arms: `value` gives the accuracy of each."""

    def run(arm, seed):
        accuracy = value(arm, seed)
        metrics = {"accuracy": accuracy, "r2": accuracy, "train_accuracy": 1.0, "log_loss": 1 - accuracy}
        extra = {"gradients": [-3.0, -1.5, 0.0]} if "layers" in arm.place else {}
        return Run(seed=seed, metrics=metrics, learning_rate=0.1, extra=extra, **more)

    def outcome(arm):
        return Outcome(
            runs=tuple(run(arm, seed) for seed in study.seeds), rates={"0.01": 0.7, "0.1": 0.9, "1": 0.89, "10": 0.1}
        )

    return {key: outcome(arm) for key, arm in study.every.items()}
