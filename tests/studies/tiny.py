"""A study small enough for tests: simple models only, so that nobody waits for TensorFlow; as a file, a command.

``python tiny.py study tiny --dir x`` is ``dlwhy study tiny --dir x``, if there were such a study. Its arms are those
that all processes know, so it runs on other processes and machines, too.
"""

from dlwhy import cli
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.claims import registry
from dlwhy.studies.claims.claim import Claim
from dlwhy.studies.plan.assembling import assemble
from dlwhy.studies.plan.study import Arm, Says, Task, contrast


def design(request):
    tasks = [
        Task(name="moons", role="positive", draw="moons", settings={"n_train": 150}),
        Task(name="linear", role="negative", draw="linear", settings={"features": 2, "n_train": 150}),
    ]
    if request.own:
        tasks.append(Task(name=request.own.name, role="own", draw="own"))
    models = ("logistic", "svm", "nearest-neighbours", "naive-bayes", "majority")
    arms = {(task.name, model): arm(task, model) for task in tasks for model in models}
    says = Says(yes="svm is better, by {effect}.")
    contrasts = [
        contrast(arms[task.name, "svm"], arms[task.name, "logistic"], says, id="P1", primary=task.role != "negative")
        for task in tasks
    ]
    more = []
    if "slow" in request.only:
        task = Task(name="slow", role="real", draw="moons", settings={"n_train": 20_000})
        more += [arm(task, "gradient-boosting", copy=copy) for copy in range(4)]
    if "crowd" in request.only:
        task = Task(name="crowd", role="real", draw="moons", settings={"n_train": 3000})
        more += [arm(task, "svm", copy=copy) for copy in range(12)]
    every = [*arms.values(), *more]
    return assemble(request, arms=every, contrasts=contrasts, repeated=every[0])


def arm(task, model, *, copy=0):
    name = f"{model} {copy}" if copy else model
    return Arm(name=name, task=task, recipe=Simple(model=model), place={"model": model, "copy": copy})


CLAIM = Claim(name="tiny", in_short="a small thing", sentence="A small thing.", design=design)


def register():
    """Make it one of the studies of this process."""
    registry.CLAIMS[CLAIM.name] = CLAIM


if __name__ == "__main__":
    register()
    cli.main()
