"""`dlwhy evaluate`: metrics of models on a data set."""

import functools

from dlwhy.cli import options as shared
from dlwhy.cli.arguments import command
from dlwhy.cli.show import following
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps import inputs, scoring
from dlwhy.cli.steps.cells import cells_of
from dlwhy.cli.steps.scoring import Evaluate


@command
def evaluate(options: Evaluate) -> None:
    r"""Print the metrics of one or several models on a data set, by default on its held-out part.

    Accuracy comes with its 95 % Wilson interval, R², MAE and RMSE with a bootstrap interval. Columns and classes are
    matched by name. A table that is no data set, such as next month's, is read with the model's columns, medians and
    categories, as predict reads it; it needs the target that the model predicts, and all its rows are evaluated.

    --baselines adds simple models, from the majority class (or the mean) to gradient boosting, and the gain in accuracy
    (or R²) over each. Several models are compared with the first. Gains have a 95 % interval for pairs on the same
    rows; it says what other rows would change, not another seed: that is what study compare is for.

    --importance says what the model looks at, --slices where it errs most, --temperature whether its probabilities
    are too sure of themselves; each with an interval, on rows that did not choose what is said of them.

    \b
    Examples:
      dlwhy evaluate
      dlwhy evaluate -m model.keras -d moons.csv --json | jq .accuracy
      dlwhy evaluate -m model.keras -d february.csv
      dlwhy evaluate -m m1.keras -m m2.keras --format csv
      dlwhy evaluate --importance --slices --temperature
      dlwhy evaluate --baselines --min-accuracy 0.95 --max loss=0.2
    """
    scoring.check(options)
    from dlwhy.data.cells.reading import Reading
    from dlwhy.data.tables.formats.form import Form

    check = functools.partial(scoring.check_data, options)
    form = Form(**options.some(shared.Text.own_names()))
    cells = Reading(**cells_of(options))
    trained, dataset = inputs.read_models_and_labelled(
        options.model, options.data, form=form, cells=cells, max_size=options.max_size, check=check
    )
    out = Output(quiet=options.quiet, as_json=options.as_json or options.form == "json")
    scoring.score_and_show(options, trained, dataset, out)
    if len(options.model) == 1:
        words = ["plot"] if options.baselines else ["evaluate", "--baselines"]
        why = "draws it" if options.baselines else "adds simple models"
        following.say(out, *words, model=options.model[0], data=options.data, why=why)
