"""`dlwhy predict`: rows in, predictions out, in bounded memory."""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.arguments import argument, command, frozen_options, option
from dlwhy.cli.show.console import Output
from dlwhy.errors import MAX_WHOLE, UsageError

if TYPE_CHECKING:
    from dlwhy.models.trained import Trained


@frozen_options
class Predict(shared.Text, shared.Reading, shared.Writing):
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
    na: list[str] | None = shared.na()
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

    \b
    Examples:
      cut -d, -f1,2 points.csv | dlwhy predict -m model.keras > labels.csv
      dlwhy predict -m model.keras customers.csv --keep --proba -o scored.csv
      dlwhy predict -m model.keras --format jsonl < points.csv | jq .prediction
    """
    _check(options)
    from dlwhy.cli.steps import inputs
    from dlwhy.data.tables.formats.form import Form
    from dlwhy.evaluation import predicted_rows, table_rows

    trained, out, output = _read_model(options), Output.of(options), options.output
    about = trained.details
    form = Form(format=options.input_format, **options.some(shared.OF_TEXT))
    how = options.some(("missing", "chunk_size", "keep"))
    rows = table_rows.read_rows(options.table, about, form=form, na=options.na or (), **how)
    # what is wrong with a table is mostly wrong at once: nothing is opened or imported before the first rows
    first = next(rows)
    inputs.start_for(trained)
    n_rows = 0
    with _open(output, no_clobber=options.no_clobber) as write:
        for X, kept, marks in itertools.chain([first], rows):
            y = trained.predict(X)
            predicted = predicted_rows.as_frame(y, task=about.task, class_names=about.class_names, proba=options.proba)
            if marks is not None:
                predicted = predicted.with_columns(marks)
            write(predicted_rows.encode(predicted_rows.beside(kept, predicted), options.form, header=not n_rows))
            n_rows += len(X)
    if not files.is_standard(output):
        out.note(f"{files.shown(output, output=True)}: {n_rows} rows")
    if options.as_json:
        out.json({"predictions": output, "rows": n_rows, "model": options.model, "table": options.table})


def _check(options: Predict) -> None:
    """Refuse what can be refused before anything is read."""
    if options.as_json and files.is_standard(options.output):
        raise UsageError("--json and the predictions can't both go to stdout", "name a file with -o")
    if files.is_standard(options.table) and files.is_standard(options.model):
        raise UsageError("the model and the rows can't both come from stdin", "name a file for one")
    read = [options.table, options.model, options.config]
    files.check_outputs({"-o": options.output}, inputs=read, no_clobber=options.no_clobber)


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
