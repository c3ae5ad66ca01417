"""`dlwhy generate`: makes a data set, or imports a table."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.console import Output
from dlwhy.errors import InputRefusedError, UsageError, display

if TYPE_CHECKING:
    from dlwhy.data.dataset import Dataset

_FOR_TOYS = ("name", "samples", "noise", "classes", "features")
_FOR_TABLES = ("target", "task", "drop", "missing", "split_column", "input_format", "max_rows", "max_size", "title")


def generate(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A data set of --list.", show_default="moons")
    ] = None,
    show_list: Annotated[bool, typer.Option("--list", help="List the data sets that there are.")] = False,
    samples: Annotated[
        int | None, typer.Option(help="Rows of a toy, both parts together.", show_default="1000")
    ] = None,
    noise: Annotated[
        float | None, typer.Option(help="Standard deviation of a toy's noise.", show_default="0.1 for most")
    ] = None,
    classes: Annotated[int | None, typer.Option(help="Number of classes, for toys that let one choose.")] = None,
    features: Annotated[int | None, typer.Option(help="Number of features, for toys that let one choose.")] = None,
    seed: shared.Seed = 42,
    test_size: Annotated[float, typer.Option(help="Share of the rows for testing.")] = 0.3,
    stratify: Annotated[
        bool | None,
        typer.Option(
            "--stratify/--no-stratify",
            help="Split so that both parts hold the same share of each class.",
            show_default="not for toys",
        ),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help='Import a table: CSV, TSV, Parquet, JSON Lines; "-" for stdin.'),
    ] = None,
    target: Annotated[str, typer.Option(metavar="COLUMN", help="The table's column that is to be learnt.")] = "target",
    task: Annotated[
        str | None,
        typer.Option(help="binary, multiclass or regression.", show_default="what the target looks like"),
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Leave out a column; may be given several times.")
    ] = None,
    missing: Annotated[
        str,
        typer.Option(help="Missing cells: impute the training median or category, drop the row, or take for an error."),
    ] = "impute",
    split_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="A column that says train or test, instead of a random split.")
    ] = None,
    input_format: Annotated[
        str | None,
        typer.Option("--format", help="csv, tsv, parquet or jsonl.", show_default="by the file's name, else csv"),
    ] = None,
    max_rows: Annotated[int | None, typer.Option(help="Refuse a table with more rows.")] = None,
    max_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Refuse a table that takes more memory, in MiB.",
            show_default="4096, or what is free if that is less",
        ),
    ] = None,
    title: Annotated[
        str | None, typer.Option(help="What to call an imported data set.", show_default="by its file")
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", help='The file to write: .joblib, .npz or .csv; "-" for CSV on stdout.')
    ] = "dataset.joblib",
    compress: Annotated[int, typer.Option(help="Compress a .joblib or .npz file: 0 not at all, to 9.")] = 0,
    no_clobber: shared.NoClobber = False,
    quiet: shared.Quiet = False,
    as_json: shared.Json = False,
    config: shared.Config = None,
) -> None:
    r"""Make a toy data set, take a bundled one, or import a table, and split it into a train and a test part.

    Of a table, numbers and true/false/yes/no become one feature each, text one for each category; dates and free text
    are refused by name. All rows weigh the same: row weights are not supported.

    \b
    Examples:
      dlwhy generate
      dlwhy generate --list
      dlwhy generate blobs --classes 5 --features 10 --noise 2 -o blobs.npz
      dlwhy generate digits -o - | dlwhy train -d - --layers 64,64
      dlwhy generate --from churn.csv --target churned --drop id -o churn.joblib
    """
    out = Output(quiet=quiet, as_json=as_json)
    if show_list:
        _list(out)
        return
    make_and_save(context, dict(locals()), out)


def make_and_save(context: typer.Context, settings: dict[str, Any], out: Output) -> "Dataset":
    """Make or import a data set, write it, and say what it holds; `settings` are the parameters of `generate`."""
    _check(context, settings)
    from dlwhy.data import storage

    dataset = _imported(settings) if settings["table"] is not None else _made(settings)
    storage.write(dataset, settings["output"], no_clobber=settings["no_clobber"], compress=settings["compress"])
    _tell(out, dataset, settings["output"])
    return dataset


def _list(out: Output) -> None:
    from dlwhy.data.registry import REGISTRY

    if out.as_json:
        fields = ("name", "task", "samples", "features", "classes", "purpose", "takes")
        out.json({"datasets": [{field: getattr(each, field) for field in fields} for each in REGISTRY.values()]})
        return
    rows = ((each.name, each.task, each.size, each.purpose) for each in REGISTRY.values())
    out.table(("name", "task", "size", "what it is for"), rows)


def _check(context: typer.Context, settings: dict[str, Any]) -> None:
    """Refuse what can be refused before anything is read or made."""
    from dlwhy.data import storage

    table, output = settings["table"], settings["output"]
    for parameter in _FOR_TABLES if table is None else _FOR_TOYS:
        if shared.is_given(context, parameter):
            option = next(each.opts[0] for each in context.command.params if each.name == parameter)
            option = option if option.startswith("-") else option.upper()
            verb = "goes with" if table is None else "does not go with"
            raise UsageError(f"{option} {verb} --from")
    if settings["as_json"] and files.is_standard(output):
        raise UsageError("--json and the data set can't both go to stdout", "write the data set to a file with -o")
    if not 0 <= settings["compress"] <= 9:
        raise UsageError(f"--compress must be from 0 to 9 (got {settings['compress']})")
    storage.output_format(output)
    files.check_outputs({"-o": output}, inputs=[table, settings["config"]], no_clobber=settings["no_clobber"])


def _made(settings: dict[str, Any]) -> "Dataset":
    from dlwhy.data.generators import make

    options = ("samples", "noise", "seed", "test_size", "classes", "features", "stratify")
    return make(settings["name"] or "moons", **{option: settings[option] for option in options})


def _imported(settings: dict[str, Any]) -> "Dataset":
    import dataclasses

    from dlwhy.data.tables import read_table

    options = ("target", "task", "missing", "split_column", "test_size", "seed", "stratify", "max_rows", "max_size")
    dataset = read_table(
        settings["table"],
        format=settings["input_format"],
        drop=settings["drop"] or (),
        **{option: settings[option] for option in options},
    )
    source, target = files.shown(settings["table"]), display(dataset.target_name)
    if dataset.n_classes == 1:
        only = display(dataset.class_names[0])
        raise InputRefusedError(f'{source}: target "{target}" has one class ({only}); training needs at least 2')
    if not len(dataset.y_train):
        raise InputRefusedError(f"{source}: no row is for training", "see --split-column")
    return dataclasses.replace(dataset, name=settings["title"] or dataset.name)


def _tell(out: Output, dataset: "Dataset", output: str) -> None:
    n_train, n_test = len(dataset.y_train), len(dataset.y_test)
    classes = ", ".join(display(name, 20) for name in dataset.class_names[:10])
    classes += f", … ({dataset.n_classes})" if dataset.n_classes > 10 else ""
    out.note(
        f"{files.shown(output, output=True)}: {display(dataset.name)}, {dataset.task}"
        + (f" ({classes})" if classes else "")
        + f", {n_train} training and {n_test} test rows, {dataset.n_features} features"
    )
    if out.as_json:
        about = {"path": output, "name": dataset.name, "task": dataset.task, "n_train": n_train, "n_test": n_test}
        about |= {"n_features": dataset.n_features, "classes": list(dataset.class_names)}
        out.json(about | {"fingerprint": dataset.fingerprint})
