"""The command line: one file a subcommand; here the program and its error boundary."""

import importlib
import inspect
import os
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Annotated, NoReturn

import typer
import typer.core
import typer.main

from dlwhy import __version__
from dlwhy.cli import streams
from dlwhy.errors import DlwhyError, EndedBySignal

_A_MOMENT = 0.01  # seconds
COMMANDS = ("generate", "train", "evaluate", "predict", "plot", "run", "study", "info", "cache")

app = typer.Typer(
    name="dlwhy",
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
    app.command(_name)(getattr(importlib.import_module(f"dlwhy.cli.{_name}"), _name))


def main() -> NoReturn:
    """Be the program `dlwhy`."""
    streams.prepare()
    from dlwhy.cli import console  # Rich, after the streams are sure to be open

    if os.environ.get("NO_COLOR"):
        os.environ["TERM"] = "dumb"  # Rich leaves out only the colours, not bold and dim
    console.show_warnings()
    sys.excepthook = console.show_bug
    sys.unraisablehook = _unraisable
    for number in (signal.SIGINT, signal.SIGTERM):
        # a shell lets its background jobs ignore Ctrl-C
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)
    # leaving at once spares the seconds that TensorFlow takes to tidy up; files are closed, streams flushed by now
    os._exit(run_command())


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run one command line, by default the program's own, and give its exit code.

    An error of the user's becomes one line on stderr; a bug is raised.
    """
    from dlwhy.cli import console

    try:
        try:
            _program().main(arguments, prog_name="dlwhy")
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 0 if left.code is None else 1
        console.flush()
    except DlwhyError as error:
        console.show_error(error)
        code = error.exit_code
    except EndedBySignal as ended:
        code = 128 + ended.number
    return code


def _program() -> typer.core.TyperGroup:
    """Give the program, each of its options with a name in the environment: DLWHY_TRAIN_BATCH_SIZE."""
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)  # noqa: S101
    for command in group.commands.values():
        command.help = _flowing(command.help or "")
        for option in command.params:
            if isinstance(option, typer.core.TyperOption):
                name = next(name for name in option.opts if name.startswith("--"))
                # by the option's name, which the user knows; Typer itself would take the parameter's
                option.envvar = f"DLWHY_{command.name}_{name[2:]}".replace("-", "_").upper()
                option.show_envvar = False
    return group


def _flowing(text: str) -> str:
    r"""Let the paragraphs of a help text fill the width there is; those behind a line of ``\b`` keep their lines."""
    paragraphs = inspect.cleandoc(text).replace("[", r"\[").split("\n\n")
    return "\n\n".join(
        part.removeprefix("\\b\n") if part.startswith(r"\b") else part.replace("\n", " ") for part in paragraphs
    )


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    raise EndedBySignal(number)


def _unraisable(lost: "sys.UnraisableHookArgs") -> None:
    """Send a signal again that Python swallowed, since it came while an object was being cleared away."""
    if isinstance(lost.exc_value, EndedBySignal):
        # in a moment: raised in here it would be swallowed as well
        again = threading.Timer(_A_MOMENT, os.kill, (os.getpid(), lost.exc_value.number))
        again.daemon = True
        again.start()
    else:
        sys.__unraisablehook__(lost)
