"""The options that several commands share, each once."""

import functools

from dlwhy.cli.arguments import Options, frozen_options, option
from dlwhy.cli.settings import read_config
from dlwhy.training.options import TrainingOptions

# what one command writes, the next one reads
DATA, MODEL = "dataset.joblib", "model.keras"
data = functools.partial(option, DATA, 'The data set: .joblib, .npz, .csv, or "-" for CSV on stdin.', "--data", "-d")
model = functools.partial(option, MODEL, 'The model: a .keras file, or "-" for stdin.', "--model", "-m")
_SEVERAL = "; may be given several times."
na = functools.partial(option, None, f"A text that marks a missing cell, such as -999{_SEVERAL}", metavar="MARK")
seed = functools.partial(option, TrainingOptions.seed, "Seed of everything random.")


@frozen_options
class Text(Options):
    """What a command has that reads a table which may be a text."""

    delimiter: str | None = option(
        None,
        "What separates the fields: one character, tab, or blank for any number of blanks.",
        metavar="CHAR",
        show_default="what all lines agree on",
    )
    encoding: str | None = option(
        None, "The encoding of a text, such as cp1252.", metavar="NAME", show_default="what is recognised"
    )
    header: bool | None = option(
        None,
        "Whether the first line holds the names of the columns; without, they are column 1 and so on.",
        "--header/--no-header",
        show_default="it does, unless it is evidently a row",
    )


@frozen_options
class Common(Options):
    """What every command has."""

    quiet: bool = option(False, "Print nothing on stderr but errors.", "--quiet", "-q")
    as_json: bool = option(False, "Print the result as one JSON object on stdout.", "--json")
    config: str | None = option(
        None,
        "Take options from this TOML file: a table for each command.",
        metavar="FILE.toml",
        is_eager=True,
        callback=read_config,
    )


@frozen_options
class Writing(Common):
    """What a command has that writes files."""

    no_clobber: bool = option(False, "Refuse to replace a file that exists.", "--no-clobber")


@frozen_options
class Reading(Common):
    """What a command has that reads files."""

    max_size: int | None = option(
        None, "Largest file content to read, in MiB; by default what is safe.", min=1, max=1 << 20
    )
