"""Making a toy data set, or importing a table: for `dlwhy generate` and `run`."""

import dataclasses
from typing import TYPE_CHECKING

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.arguments import Options, argument, frozen_options, option
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps import checked
from dlwhy.cli.steps.cells import OF_CELLS, Cells, cells_of
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.text import display

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlwhy.data.dataset import Dataset

_FOR_TOYS = ("name", "samples", "noise", "classes", "features")
# what the functions of the library call the same
_OF_MAKE = ("samples", "noise", "seed", "test_size", "classes", "features", "stratify")
_OF_SPLIT = ("group", "time", "split_column", "test_size", "seed", "stratify")
_OF_SPLIT_COLUMN = tuple(name for name in _OF_SPLIT if name != "test_size")
_OF_TABLE = ("target", "task", "missing", "drop_unlabelled", "max_rows", "max_size", *shared.Text.own_names())
_FOR_TABLES = (*_OF_TABLE, *_OF_SPLIT[:3], "drop", "input_format", "title", *OF_CELLS)
# identifiers and marks of missing cells are told of when a table is read
_TOLD_BY_IMPORT = ("D201", "D206")


@frozen_options
class Making(Cells, shared.Text):
    """Which data set is made."""

    name: str | None = argument(None, "A data set of --list.", metavar="NAME", show_default="moons")
    samples: int | None = option(None, "Rows of a toy, both parts together.", show_default="1000")
    noise: float | None = option(None, "Standard deviation of a toy's noise.", show_default="0.1 for most")
    classes: int | None = option(None, "Number of classes, for toys that let one choose.")
    features: int | None = option(None, "Number of features, for toys that let one choose.")
    seed: int = shared.seed()
    test_size: float = option(0.3, "Share of the rows for testing; not beside --split-column.")
    stratify: bool | None = option(
        None,
        "Split so that both parts hold the same share of each class.",
        "--stratify/--no-stratify",
        show_default="not for toys",
    )
    table: str | None = option(
        None, 'Import a table: CSV and its like, Parquet, JSON; "-" for stdin.', "--from", metavar="FILE"
    )
    target: str = option("target", "The table's column that is to be learnt.", metavar="COLUMN")
    task: str | None = option(None, "binary, multiclass or regression.", show_default="what the target looks like")
    drop: list[str] | None = option(None, "Leave out a column; may be given several times.", metavar="COLUMN")
    missing: str = option(
        "impute", "Missing cells: impute the training median or category, drop the row, or take for an error."
    )
    drop_unlabelled: bool = option(False, "Leave out the rows whose target is missing.")
    group: str | None = option(
        None,
        "A column, such as the customer, whose rows of one value are never on both sides of any split.",
        metavar="COLUMN",
    )
    time: str | None = option(
        None,
        "A column to order rows by, numbers, dates or times: train on the past, test on the latest rows.",
        metavar="COLUMN",
    )
    split_column: str | None = option(
        None, "A column that says train or test, instead of a random split.", metavar="COLUMN"
    )
    input_format: str | None = option(
        None, "csv, tsv, parquet, json or jsonl.", "--format", show_default="what the file is"
    )
    max_rows: int | None = option(None, "Refuse a table with more rows.")
    title: str | None = option(None, "What to call an imported data set.", show_default="by its file")
    ignore_check: list[str] | None = option(
        None, "Keep in the data set that checks are not to be told: codes of dlwhy check, with commas.", metavar="CODES"
    )
    compress: int = option(0, "Compress a .joblib or .npz file: 0 not at all, to 9.")


@frozen_options
class _Limit(Options):
    max_size: int | None = option(
        None,
        "Refuse a table that takes more memory, in MiB.",
        min=1,
        show_default="4096, or what is free if that is less",
    )


@frozen_options
class Generate(Making, _Limit, shared.Writing):
    """The options of `dlwhy generate`."""

    show_list: bool = option(False, "List the data sets that there are.", "--list")
    output: str = option(
        shared.DATA, 'The file to write: .joblib, .npz or .csv; "-" for CSV on stdout.', "--output", "-o"
    )


def make_and_save(options: Generate, out: Output) -> "Dataset":
    """Make or import a data set, write it, and say what it holds."""
    _check(options)
    from dlwhy.checks.registry import codes
    from dlwhy.checks.run import IGNORED
    from dlwhy.data.stored import storage

    dataset = _made(options) if options.table is None else _imported(options, options.table)
    if options.ignore_check:
        ignored = {IGNORED: sorted(codes(options.ignore_check, "--ignore-check"))}
        dataset = dataclasses.replace(dataset, provenance={**dataset.provenance, **ignored})
    storage.write(dataset, options.output, no_clobber=options.no_clobber, compress=options.compress)
    chosen = options.table is None or options.task is not None or options.target_type is not None
    _tell(out, dataset, options.output, counts=not chosen and _numbered(dataset.class_names))
    if options.table is not None and not files.is_standard(options.output):
        checked.tell(out, dataset, options.output, told=_TOLD_BY_IMPORT)
    return dataset


def _check(options: Generate) -> None:
    """Refuse what can be refused before anything is read or made."""
    from dlwhy.checks import registry
    from dlwhy.data.stored import storage

    verb = "goes with" if options.table is None else "does not go with"
    for name in _FOR_TABLES if options.table is None else _FOR_TOYS:
        if name in options.given:
            raise UsageError(f"{options.flag(name)} {verb} --from")
    if options.as_json and files.is_standard(options.output):
        raise UsageError("--json and the data set can't both go to stdout", "write the data set to a file with -o")
    if not 0 <= options.compress <= 9:
        raise UsageError(f"--compress must be from 0 to 9 (got {options.compress})")
    if storage.output_format(options.output) == "csv" and options.ignore_check:
        raise UsageError("a .csv file can't keep --ignore-check", "write .joblib or .npz")
    if options.ignore_check:
        registry.codes(options.ignore_check, "--ignore-check")
    read = [options.table, options.config]
    files.check_outputs({"-o": options.output}, inputs=read, no_clobber=options.no_clobber)


def _made(options: Generate) -> "Dataset":
    from dlwhy.data.toys.make import make

    return make(options.name or "moons", **options.some(_OF_MAKE))


def _imported(options: Generate, table: str) -> "Dataset":
    from dlwhy.data.tables.importing import read_table

    different = {"format": options.input_format, "drop": options.drop or ()} | cells_of(options)
    # a share that was not asked for contradicts no column
    split = _OF_SPLIT if not options.split_column or "test_size" in options.given else _OF_SPLIT_COLUMN
    dataset = read_table(table, **options.some((*_OF_TABLE, *split)) | different)
    source, target = files.shown(table), display(dataset.target_name)
    if dataset.n_classes == 1:
        only = display(dataset.class_names[0])
        raise InputRefusedError(f'{source}: target "{target}" has one class ({only}); training needs at least 2')
    if not len(dataset.y_train):
        raise InputRefusedError(f"{source}: no row is for training", "see --split-column")
    return dataclasses.replace(dataset, name=options.title or dataset.name)


def _numbered(names: "Sequence[str]") -> bool:
    from dlwhy.data.tables.targets import numbered

    return numbered(names)


def _tell(out: Output, dataset: "Dataset", output: str, *, counts: bool) -> None:
    n_train, n_test = len(dataset.y_train), len(dataset.y_test)
    classes = ", ".join(display(name, 20) for name in dataset.class_names[:10])
    classes += f", … ({dataset.n_classes})" if dataset.n_classes > 10 else ""
    out.note(
        f"{files.shown(output, output=True)}: {display(dataset.name)}, {dataset.task}"
        + (f" ({classes})" if classes else "")
        + f", {n_train} training and {n_test} test rows, {dataset.n_features} features"
        + (f"; split {dataset.how_split}" if dataset.split or dataset.split_column else "")
    )
    if counts:
        out.note(f"note: the {dataset.n_classes} classes are whole numbers (--task regression predicts the number)")
    if out.as_json:
        about = {"path": output, "name": dataset.name, "task": dataset.task, "n_train": n_train, "n_test": n_test}
        about |= {"n_features": dataset.n_features, "classes": list(dataset.class_names), "split": dataset.how_split}
        out.json(about | {"fingerprint": dataset.fingerprint})
