"""A study small enough for tests: simple models only, so that nobody waits for TensorFlow; as a file, a command.

``python tiny.py study tiny --dir x`` is ``dlwhy study tiny --dir x``, if there were such a study. Its arms are those
that all processes know, so it runs on other processes and machines, too.
"""

import sys
from types import MappingProxyType

from dlwhy import cli
from dlwhy.studies import claims
from dlwhy.studies.design import Arm, Contrast, Task, assemble

NAME = "tiny"


def design(request):
    tasks = [
        Task(name="moons", role="positive", draw="moons", settings={"n_train": 150}),
        Task(name="linear", role="negative", draw="linear", settings={"features": 2, "n_train": 150}),
    ]
    if request.own:
        tasks.append(Task(name=request.own.name, role="own", draw="own"))
    models = ("logistic", "svm", "nearest-neighbours", "naive-bayes", "majority")
    arms = [arm(task, model) for task in tasks for model in models]
    contrasts = [
        Contrast(
            id="P1",
            arm=f"{task.name}: svm",
            base=f"{task.name}: logistic",
            primary=task.role != "negative",
            yes="svm is better, by {effect}.",
        )
        for task in tasks
    ]
    if "slow" in request.only:
        task = Task(name="slow", role="real", draw="moons", settings={"n_train": 20_000})
        arms += [arm(task, "gradient-boosting", copy=copy) for copy in range(4)]
    if "crowd" in request.only:
        task = Task(name="crowd", role="real", draw="moons", settings={"n_train": 3000})
        arms += [arm(task, "svm", copy=copy) for copy in range(12)]
    return assemble(request, claim="A small thing.", arms=arms, contrasts=contrasts, a_a=arms[0])


def arm(task, model, *, copy=0):
    name = f"{model} {copy}" if copy else model
    return Arm(name=name, task=task, kind="simple.run", settings={"model": model, "copy": copy})


def findings(study, results):
    return ()


def descriptive(study, results):
    return {}


def register():
    """Make it one of the studies of this process."""
    sys.modules[f"dlwhy.studies.{NAME}"] = sys.modules[__name__]
    claims.CLAIMS = MappingProxyType({**claims.CLAIMS, NAME: "a small thing"})


if __name__ == "__main__":
    register()
    cli.main()
