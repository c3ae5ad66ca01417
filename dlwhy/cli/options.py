"""The options that several commands share, each once."""

from typing import Annotated

import typer

from dlwhy.cli.arguments import Options, frozen_options
from dlwhy.cli.settings import read_config

Data = Annotated[str, typer.Option("--data", "-d", help='The data set: .joblib, .npz, .csv, or "-" for CSV on stdin.')]
Model = Annotated[str, typer.Option("--model", "-m", help='The model: a .keras file, or "-" for stdin.')]
Seed = Annotated[int, typer.Option(help="Seed of everything random.")]
# what one command writes, the next one reads
DATA, MODEL = "dataset.joblib", "model.keras"


@frozen_options
class Common(Options):
    """What every command has."""

    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing on stderr but errors.")] = False
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object on stdout.")] = False
    config: Annotated[
        str | None,
        typer.Option(
            help="Take options from this TOML file: a table for each command.",
            metavar="FILE.toml",
            is_eager=True,
            callback=read_config,
        ),
    ] = None


@frozen_options
class Writing(Common):
    """What a command has that writes files."""

    no_clobber: Annotated[bool, typer.Option("--no-clobber", help="Refuse to replace a file that exists.")] = False


@frozen_options
class Reading(Common):
    """What a command has that reads files."""

    max_size: Annotated[
        int | None,
        typer.Option(help="Largest file content to read, in MiB; by default what is safe.", min=1, max=1 << 20),
    ] = None
