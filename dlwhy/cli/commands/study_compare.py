"""`dlwhy study compare`: arms of one's own, compared seed by seed."""

from dlwhy.cli.arguments import command
from dlwhy.cli.steps import studying
from dlwhy.cli.steps.studying import Compare, Study


@command
def study_compare(options: Compare) -> None:
    r"""Compare recipes, models and simple models of your own choice on many seeds, or many splits of your data.

    The first arm is the one that the others are compared with. Each recipe is given the learning rate that serves it
    best, on seeds that are not reported.

    \b
    Examples:
      dlwhy study compare --arm "layers=64,64" --arm "layers=64,64 dropout=0.3"
      dlwhy study compare -d churn.joblib --arm net:table --arm baseline:svm
      dlwhy study compare -d churn.joblib --arm model:churn.keras --arm net:table
    """
    studying.run_and_show(options.to(Study, claims=["compare"]))
