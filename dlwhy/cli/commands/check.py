"""`dlwhy check`: what is wrong with a data set and its split, by code."""

from typing import TYPE_CHECKING

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.arguments import argument, command, frozen_options, option
from dlwhy.cli.show import following
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps.cells import OF_CELLS, Cells, cells_of
from dlwhy.errors import UsageError

if TYPE_CHECKING:
    from dlwhy.data.dataset import Dataset

_OF_TABLES = ("drop", "task", "split_column", *OF_CELLS)


@frozen_options
class Check(Cells, shared.Reading):
    """The options of `dlwhy check`."""

    data: str = argument(
        shared.DATA,
        'A data set: .joblib, .npz, .csv, "-" for CSV on stdin; or with --target any table.',
        metavar="DATA",
    )
    select: list[str] | None = option(
        None, "Only these checks: codes or their beginnings, with commas.", metavar="CODES", show_default="all"
    )
    ignore: list[str] | None = option(None, "Not these checks.", metavar="CODES")
    fail_on: list[str] | None = option(
        None, "Exit with 4 on an error, a warning (or error), a note (or worse), or on these codes.", metavar="WHAT"
    )
    explain: str | None = option(
        None, "Say what a check looks at, why it matters and what to do; nothing is checked.", metavar="CODE"
    )
    show_list: bool = option(False, "List the checks that there are.", "--list")
    target: str | None = option(
        None, "DATA is a table that is not imported yet, and this its column to be learnt.", metavar="COLUMN"
    )
    drop: list[str] | None = option(
        None, "Leave out a column of the table; may be given several times.", metavar="COLUMN"
    )
    task: str | None = option(None, "binary, multiclass or regression.", show_default="what the target looks like")
    split_column: str | None = option(None, "The table's column that says train or test.", metavar="COLUMN")


@command
def check(options: Check) -> None:
    r"""Say what is wrong with a data set or its split: leaks, rows seen twice, identifiers, drift, too few rows.

    Each finding has a code, which --explain explains: what is looked at, from which threshold on, how often that is a
    false alarm, and what to do. An error makes results wrong, a warning may mislead, a note is good to know. What a
    data set is to be silent about can be kept in it: dlwhy generate --ignore-check.

    \b
    Examples:
      dlwhy check
      dlwhy check churn.csv --target churned
      dlwhy check churn.joblib --ignore D2,P102 --fail-on warning
      dlwhy check --explain D101
      dlwhy check churn.joblib --json | jq '.findings[].code'
    """
    from dlwhy.checks import registry, run
    from dlwhy.cli.show import findings as show

    out = Output.of(options)
    if options.explain is not None:
        show.explain(out, registry.codes([options.explain], "--explain"))
        return
    if options.show_list:
        show.list_checks(out)
        return
    _check(options)
    dataset = _read(options)
    codes = run.chosen(dataset, select=options.select or (), ignore=options.ignore or ())
    found = run.run([registry.REGISTRY[code] for code in codes], dataset)
    show.show(out, found, dataset, data=files.shown(options.data), codes=codes)
    if options.target is None:
        following.say(out, "train", data=options.data, why="trains a network on it")
    show.gate(found, options.fail_on or (), data=files.shown(options.data))


def _check(options: Check) -> None:
    """Refuse what can be refused before anything is read."""
    from dlwhy.checks import registry
    from dlwhy.cli.show import findings as show

    for name in _OF_TABLES if options.target is None else ():
        if name in options.given:
            raise UsageError(f"{options.flag(name)} goes with --target")
    registry.codes(options.select or ())
    registry.codes(options.ignore or (), "--ignore")
    show.read_gate(options.fail_on or ())


def _read(options: Check) -> "Dataset":
    if options.target is None:
        from dlwhy.data.stored import storage

        return storage.read(options.data, max_size=options.max_size)
    from dlwhy.data.tables.importing import read_table

    table = options.some(("target", "task", "split_column", "max_size"))
    return read_table(options.data, drop=options.drop or (), **table, **cells_of(options))
