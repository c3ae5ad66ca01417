"""Ask of a data set whether deep learning works there, and why; importing this costs nothing.

    dataset = dlwhy.make("moons")
    trained = dlwhy.fit(dataset, layers=(64, 64), epochs=20)
    dlwhy.evaluate(trained, dataset).accuracy

`docs/python.md` shows the rest.
"""

from typing import TYPE_CHECKING

from dlwhy import lazy

__version__ = "0.1.0"

if TYPE_CHECKING:
    from dlwhy import checks as checks, data as data, evaluation as evaluation, figures as figures, models as models
    from dlwhy import studies as studies, training as training
    from dlwhy.api.checking import check as check
    from dlwhy.api.fitting import evaluate as evaluate, fit as fit
    from dlwhy.api.storing import load as load, make as make, read_table as read_table, save as save
    from dlwhy.api.study import StudyResult as StudyResult, study as study
    from dlwhy.api.tuning import tune as tune
    from dlwhy.data.dataset import Column as Column, Dataset as Dataset
    from dlwhy.errors import DlwhyError as DlwhyError, DlwhyWarning as DlwhyWarning
    from dlwhy.evaluation.results import Evaluation as Evaluation
    from dlwhy.models.spec import NetworkSpec as NetworkSpec
    from dlwhy.models.trained import Trained as Trained
    from dlwhy.training.options import TrainingOptions as TrainingOptions
else:
    __getattr__, __dir__, __all__ = lazy.names(__name__, __file__)
