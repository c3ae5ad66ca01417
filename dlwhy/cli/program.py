"""The program: its commands, their options' names in the environment, and its error boundary."""

import functools
import importlib
import inspect
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer
import typer.core
import typer.main

from dlwhy import __version__
from dlwhy.cli import COMMANDS, helping, settings
from dlwhy.cli.process import signals, streams
from dlwhy.errors import BusyError, DlwhyError, EndedBySignal, is_lack_of_memory
from dlwhy.text import display


class Program(typer.core.TyperGroup):
    """The program, some of whose commands have two words: `dlwhy study show`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that a line begins with."""
        two = " ".join(args[:2])
        return super().resolve_command(ctx, [two, *args[2:]] if two in self.commands else args)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Offer the commands by their first word; the second one is offered as an argument."""
        return [each for each in super().shell_complete(ctx, incomplete) if " " not in each.value]


app = typer.Typer(
    name="dlwhy",
    cls=Program,
    help="A lab bench for one question: does deep learning work here, and why?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Any option can also be set in the environment, as DLWHY_COMMAND_OPTION, or in the file of --config.",
)


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"dlwhy {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Pick a command."""


for _name in COMMANDS:
    _function = _name.replace(" ", "_")
    _module = importlib.import_module(f"dlwhy.cli.commands.{_function}")
    app.command(_name, cls=settings.Command)(getattr(_module, _function))


def main() -> NoReturn:
    """Run the command line, and end with its exit code."""
    signals.listen()
    streams.prepare()
    from dlwhy.cli.show import console

    if os.environ.get("NO_COLOR"):
        os.environ["TERM"] = "dumb"  # Rich leaves out only the colours, not bold and dim
    # libraries read it as a number while they are imported, and fail; nothing that we write holds a date
    os.environ.pop("SOURCE_DATE_EPOCH", None)
    for name in ("COLUMNS", "LINES"):
        if os.environ.get(name, "").strip("0") == "":
            os.environ.pop(name, None)  # a terminal of no known size has 0, which Rich takes for its width
    console.show_warnings()
    sys.excepthook = console.show_bug
    # leaving at once spares the seconds that TensorFlow takes to tidy up; files are closed, streams flushed by now
    os._exit(run_command())


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run one command line, by default the program's own, and give its exit code.

    An error of the user's becomes one line on stderr; a bug is raised.
    """
    from dlwhy.cli.show import console

    try:
        return _run(arguments)
    except DlwhyError as error:
        console.show_error(error)
        return error.exit_code
    except EndedBySignal as ended:
        return 128 + ended.number
    except Exception as error:
        if not is_lack_of_memory(error):
            raise
        console.show_error(BusyError(f"there is too little memory: {display(error, 200)}"))
        return BusyError.exit_code


def _run(arguments: Sequence[str] | None) -> int:
    from dlwhy.cli.show import console

    try:
        code = group().main(arguments, prog_name="dlwhy", standalone_mode=False, obj=run_command)
    except typer.TyperException as error:
        if error.message:
            raise settings.usage_error(error, getattr(error, "ctx", None)) from error
        code = error.exit_code  # no command was given, and help has been shown
    console.flush()
    return code or 0


@functools.cache
def group() -> typer.core.TyperGroup:
    """Give the program, each of its options with a name in the environment: DLWHY_TRAIN_BATCH_SIZE."""
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)  # noqa: S101
    for command in group.commands.values():
        command.help = _flowing(command.help or "")
        helping.arrange(command)
        for option in command.params:
            if isinstance(option, typer.core.TyperOption):
                option.envvar = settings.variable(command.name, option)
                option.show_envvar = False
                option.split_envvar_value = settings.lines  # type: ignore  # Typer would split at blanks
    return group


def _flowing(text: str) -> str:
    r"""Let the paragraphs of a help text fill the width there is; those behind a line of ``\b`` keep their lines."""
    paragraphs = inspect.cleandoc(text).replace("[", r"\[").split("\n\n")
    return "\n\n".join(
        part.removeprefix("\\b\n") if part.startswith(r"\b") else part.replace("\n", " ") for part in paragraphs
    )
