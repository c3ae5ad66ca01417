"""`dlwhy predict`: rows in, predictions out, in bounded memory."""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.arguments import argument, command, frozen_options, option
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps.cells import Written, cells_of
from dlwhy.errors import MAX_WHOLE, UsageError
from dlwhy.text import display

if TYPE_CHECKING:
    from dlwhy.models.trained import Trained


@frozen_options
class Predict(Written, shared.Text, shared.Reading, shared.Writing):
    """The options of `dlwhy predict`."""

    table: str = argument("-", 'The rows: CSV and its like, Parquet or JSON; "-" for stdin.', metavar="FILE")
    model: str = shared.model()
    output: str = option("-", 'The file to write; "-" for stdout.', "--output", "-o")
    proba: bool = option(False, "Give the probability of each class, too.", "--proba")
    form: Literal["csv", "jsonl"] = option("csv", "Form of the output.", "--format")
    keep: bool = option(False, "Put the columns of the table, as they stand there, before the prediction.", "--keep")
    missing: Literal["impute", "mark", "refuse"] = option(
        "impute",
        "What becomes of a missing cell where none was in training: it is taken for the training median or most "
        "frequent category (impute); that, and a column names the missing cells of each row (mark); or the table is "
        "refused.",
    )
    interval: float | None = option(
        None,
        "Give an interval, or a set of classes, that holds the truth of so many rows, such as 0.9; needs --data.",
        metavar="SHARE",
    )
    data: str | None = option(
        None,
        "Rows that the model was not trained on, for --interval: the test part of a data set, or a labelled table.",
        "--data",
        "-d",
        metavar="FILE",
    )
    input_format: Literal["csv", "tsv", "parquet", "json", "jsonl"] | None = option(
        None, "Form of the input.", show_default="what the file is"
    )
    chunk_size: int = option(100_000, "Most rows to predict at a time.", min=1, max=MAX_WHOLE)


@command
def predict(options: Predict) -> None:
    r"""Predict each row of a table with a trained model.

    Columns are matched by the names in the header; classes come out by their names. Rows keep their order, and go
    out while others come in, so a table may be larger than memory. --json prints a summary; the predictions need a
    file then.

    --interval 0.9 adds low and high to a predicted number, or a set of classes to a predicted class, by split conformal
    prediction: of many tables, 90 % of the rows and more have their truth inside. It holds where the held-out rows of
    --data and those predicted might as well have been swapped: not for rows of another time, or of the same customers.

    \b
    Examples:
      cut -d, -f1,2 points.csv | dlwhy predict -m model.keras > labels.csv
      dlwhy predict -m model.keras customers.csv --keep --proba -o scored.csv
      dlwhy predict -m model.keras customers.csv --interval 0.9 -d dataset.joblib
      dlwhy predict -m model.keras --format jsonl < points.csv | jq .prediction
    """
    _check(options)
    from dlwhy.cli.steps import inputs
    from dlwhy.data.cells.reading import Reading
    from dlwhy.data.tables.formats.form import Form
    from dlwhy.evaluation import predicted_rows, table_rows
    from dlwhy.evaluation.outside import Outside

    trained, out, output = _read_model(options), Output.of(options), options.output
    about = trained.details
    form = Form(format=options.input_format, **options.some(shared.Text.own_names()))
    how = options.some(("missing", "chunk_size", "keep"))
    rows = table_rows.read_rows(options.table, about, form=form, cells=Reading(**cells_of(options)), **how)
    # what is wrong with a table is mostly wrong at once: nothing is opened or imported before the first rows
    first = next(rows)
    inputs.start_for(trained)
    interval = _interval(options, trained, out)
    n_rows, outside = 0, Outside(about.columns, trained.plain(), files.shown(options.table))
    with _open(output, no_clobber=options.no_clobber) as write:
        for X, kept, marks in itertools.chain([first], rows):
            y = trained.predict(X)
            outside.look(X)
            predicted = predicted_rows.as_frame(y, task=about.task, class_names=about.class_names, proba=options.proba)
            if interval:
                predicted = predicted_rows.with_intervals(
                    predicted, y, interval["margin"], class_names=about.class_names, kind=options.form
                )
            if marks is not None:
                predicted = predicted.with_columns(marks)
            write(predicted_rows.encode(predicted_rows.beside(kept, predicted), options.form, header=not n_rows))
            n_rows += len(X)
    outside.warn()
    if not files.is_standard(output):
        out.note(f"{files.shown(output, output=True)}: {n_rows} rows")
    if options.as_json:
        said = {"predictions": output, "rows": n_rows, "model": options.model, "table": options.table}
        out.json({**said, "interval": interval})


def _check(options: Predict) -> None:
    """Refuse what can be refused before anything is read."""
    if options.as_json and files.is_standard(options.output):
        raise UsageError("--json and the predictions can't both go to stdout", "name a file with -o")
    if files.is_standard(options.table) and files.is_standard(options.model):
        raise UsageError("the model and the rows can't both come from stdin", "name a file for one")
    if (options.interval is None) != (options.data is None):
        raise UsageError("--interval and --data go together", "the interval comes from rows that were held out")
    if options.interval is not None:
        from dlwhy.evaluation import conformal

        conformal.check_coverage(options.interval)
    if options.data and files.is_standard(options.data) and "-" in (options.table, options.model):
        raise UsageError("two inputs can't both come from stdin", "name a file for one")
    read = [options.table, options.model, options.data, options.config]
    files.check_outputs({"-o": options.output}, inputs=read, no_clobber=options.no_clobber)


def _interval(options: Predict, trained: "Trained", out: Output) -> dict[str, Any] | None:
    """Return how far the truth may be from a prediction, and from how many rows that is known, if that is wanted."""
    if options.interval is None or options.data is None:
        return None
    from dlwhy.cli.steps import inputs
    from dlwhy.data.dataset import Dataset
    from dlwhy.evaluation import conformal, labelled
    from dlwhy.models.matching import was_trained_on

    about, names = trained.details, {"model": files.shown(options.model), "data": files.shown(options.data)}
    known = [(about.dataset or {}).get("fingerprint")]
    held_out = labelled.read(options.data, known=known, task=inputs.task_of([trained]), max_size=options.max_size)
    largest, n_rows = conformal.calibrated(trained, held_out, coverage=options.interval, **names)
    what = "intervals" if about.task == "regression" else "sets"
    out.note(f"{100 * options.interval:g} % {what}, from {n_rows} held-out rows of {names['data']}")
    if isinstance(held_out, Dataset) and about.dataset is not None and not was_trained_on(about, held_out):
        text = f"{names['model']} was trained on another data set ({display(about.dataset.get('name'))})"
        out.note(f"note: {text}: if on some of these rows, the {what} promise too much")
    return {"coverage": options.interval, "margin": largest, "rows": n_rows, "data": options.data}


def _read_model(options: Predict) -> "Trained":
    from dlwhy.models.keras_file import archive

    trained = archive.read(options.model, max_size=options.max_size)
    if options.proba and trained.details.task == "regression":
        raise UsageError(f"--proba is for classes; {files.shown(options.model)} predicts a number")
    return trained


@contextlib.contextmanager
def _open(output: str, *, no_clobber: bool) -> Iterator[Callable[[bytes], object]]:
    """Give a function that writes: to stdout at once, or to a file that appears when all is written."""
    if files.is_standard(output):
        yield files.write_stdout
    else:
        with files.open_output(output, no_clobber=no_clobber) as handle:
            yield handle.write
