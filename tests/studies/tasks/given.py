"""Settings with which the tests draw each task."""

from dlwhy.data.toys.make import make
from dlwhy.studies.tasks import registry as tasks

SETTINGS = {
    "rings": {"k": 4},
    "tent": {"k": 4},
    "linear": {"features": 20, "noise": 0.5},
    "moons": {},
    "products": {},
    "teacher": {},
    "smooth-teacher": {"d": 4, "noise": 0.1},
    "hierarchy": {},
    "digits": {"label_noise": 0.3, "scaling": 1.5},
    "bundled": {"name": "spirals"},
    "own": {"dataset": make("breast-cancer")},
}


def drawn(task, seed=3, **more):
    """Draw a task."""
    return tasks.draw(task, seed, **{"n_train": 200, **SETTINGS[task], **more})
