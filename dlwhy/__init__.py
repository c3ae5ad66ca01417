"""Ask of a data set whether deep learning works there, and why; importing this costs nothing.

    dataset = dlwhy.make("moons")
    trained = dlwhy.fit(dataset, layers=(64, 64), epochs=20)
    dlwhy.evaluate(trained, dataset).accuracy

`docs/python.md` shows the rest.
"""

from typing import TYPE_CHECKING

from dlwhy import lazy

if TYPE_CHECKING:
    from dlwhy.api.fitting import evaluate, fit
    from dlwhy.api.storing import load, make, read_table, save
    from dlwhy.api.study import StudyResult, study
    from dlwhy.data.dataset import Column, Dataset
    from dlwhy.errors import DlwhyError, DlwhyWarning
    from dlwhy.evaluation.results import Evaluation
    from dlwhy.models.spec import NetworkSpec
    from dlwhy.models.trained import Trained
    from dlwhy.training.options import TrainingOptions

__version__ = "0.1.0"

__all__ = [
    "Column",
    "Dataset",
    "DlwhyError",
    "DlwhyWarning",
    "Evaluation",
    "NetworkSpec",
    "StudyResult",
    "Trained",
    "TrainingOptions",
    "evaluate",
    "fit",
    "load",
    "make",
    "read_table",
    "save",
    "study",
]

_HOMES = {
    "Column": "dlwhy.data.dataset",
    "Dataset": "dlwhy.data.dataset",
    "DlwhyError": "dlwhy.errors",
    "DlwhyWarning": "dlwhy.errors",
    "Evaluation": "dlwhy.evaluation.results",
    "NetworkSpec": "dlwhy.models.spec",
    "StudyResult": "dlwhy.api.study",
    "Trained": "dlwhy.models.trained",
    "TrainingOptions": "dlwhy.training.options",
    "evaluate": "dlwhy.api.fitting",
    "fit": "dlwhy.api.fitting",
    "load": "dlwhy.api.storing",
    "make": "dlwhy.api.storing",
    "read_table": "dlwhy.api.storing",
    "save": "dlwhy.api.storing",
    "study": "dlwhy.api.study",
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy.names(__name__, _HOMES)
