"""`dlwhy tune`: variants of the recipe for tables are tried on a data set's training part."""

from dlwhy.cli.arguments import command
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps import tuning
from dlwhy.cli.steps.inputs import start_while_waiting
from dlwhy.cli.steps.tuning import Tune


@command
def tune(options: Tune) -> None:
    r"""Try variants of the recipe for tables on a data set, and write the best of them as a recipe file.

    Rates, dropout, a penalty, smaller and larger networks: each is tried on networks that hold out an eighth of the
    training rows of their own. The worse half is left behind, the better half goes on with more networks. What leads at
    the end is compared with the recipe on fresh networks, and replaces it only if it is better beyond noise. The test
    part chooses nothing: the score there is that of rows not seen.

    Trials are kept beside the output as they end: the same command goes on where it was interrupted.

    \b
    Examples:
      dlwhy tune -d churn.joblib
      dlwhy tune -d churn.joblib --minutes 5 -o churn.toml
      dlwhy train --recipe churn.toml --members 8 -d churn.joblib -o churn.keras
    """
    tuning.check(options)
    from dlwhy.data.stored import storage

    start_while_waiting(options.data)
    dataset = storage.read(options.data, max_size=options.max_size)
    tuning.tune_and_save(options, dataset, Output.of(options))
