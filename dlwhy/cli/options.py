"""Each option that several commands share, once."""

from typing import Annotated

import typer

from dlwhy.cli.settings import read_config

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
    int | None, typer.Option(help="Largest file content to read, in MiB; by default what is safe.", min=1, max=1 << 20)
]
Device = Annotated[str, typer.Option(help="auto (the first GPU, else the CPU), cpu, gpu, or a name such as GPU:1.")]
Threads = Annotated[int | None, typer.Option(help="Threads of one operation; by default all cores.")]


def is_given(context: typer.Context, name: str) -> bool:
    """Say whether a parameter was given: on the command line, in the environment or in the configuration file."""
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"
