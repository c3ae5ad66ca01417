"""Each option that several commands share, once; and the file that can hold them."""

import tomllib
from typing import Annotated, Any

import typer

from dlwhy import files
from dlwhy.errors import UsageError, display


def read_config(context: typer.Context, path: str | None) -> str | None:
    """Take the command's defaults from its table in a TOML file; the command line and environment win.

    Raises
    ------
    UsageError
        If the file is not TOML, or names an option that the command does not have.

    """
    if path is None:
        return None
    try:
        tables = tomllib.loads(files.read_bytes(path, limit=1 << 20).decode())
    except ValueError as error:
        raise UsageError(f"{files.shown(path)}: not TOML: {display(error)}") from error
    table = tables.get(str(context.info_name), {})
    if not isinstance(table, dict):
        raise UsageError(f"{files.shown(path)}: [{context.info_name}] is not a table")
    values = {key.replace("-", "_"): value for key, value in table.items()}
    # an option may be named as on the command line (--lr) or as its parameter; --no-X is written X = false
    names = {
        name.lstrip("-").replace("-", "_"): parameter.name
        for parameter in context.command.params
        for name in (*parameter.opts, parameter.name or "")
    }
    for key in values:
        if key not in names or key == "config":
            raise UsageError(f"{files.shown(path)}: [{context.info_name}] has no option {display(key)!r}")
    defaults: dict[str, Any] = {str(names[key]): value for key, value in values.items()}
    context.default_map = {**(context.default_map or {}), **defaults}
    return path


Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing on stderr but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object on stdout.")]
NoClobber = Annotated[bool, typer.Option("--no-clobber", help="Refuse to replace a file that exists.")]
Config = Annotated[
    str | None,
    typer.Option(
        help="Take options from this TOML file: a table for each command.",
        metavar="FILE.toml",
        is_eager=True,
        callback=read_config,
    ),
]
Data = Annotated[str, typer.Option("--data", "-d", help='The data set: .joblib, .npz, .csv, or "-" for CSV on stdin.')]
Model = Annotated[str, typer.Option("--model", "-m", help='The model: a .keras file, or "-" for stdin.')]
Seed = Annotated[int, typer.Option(help="Seed of everything random.")]
MaxSize = Annotated[
    int | None, typer.Option(help="Largest file content to read, in MiB; by default what is safe.", min=1)
]
Device = Annotated[str, typer.Option(help="auto (the first GPU, else the CPU), cpu, gpu, or a name such as GPU:1.")]
Threads = Annotated[int | None, typer.Option(help="Threads of one operation; by default all cores.")]


def is_given(context: typer.Context, name: str) -> bool:
    """Say whether a parameter was given: on the command line, in the environment or in the configuration file."""
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"
