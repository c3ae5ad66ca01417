"""The command line: one file a subcommand; here only what must be there before anything else is imported."""

# the built-in part of `signal`: a signal may come while the rest of that is imported
import _signal  # type: ignore[import-not-found]
import os

COMMANDS = (
    *("generate", "check", "train", "tune", "sweep", "evaluate", "predict", "plot", "run"),
    *("study", "study show", "study compare", "lesson", "report", "verify", "info", "cache"),
)


def main() -> None:
    """Be the program `dlwhy`."""
    for number in (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP):
        if _signal.getsignal(number) != _signal.SIG_IGN:
            _signal.signal(number, _leave)
    from dlwhy.cli import program

    program.main()


def run_command(arguments: list[str] | None = None) -> int:
    """Run one command line, by default the program's own, and give its exit code; see `program.run_command`."""
    from dlwhy.cli import program

    return program.run_command(arguments)


def _leave(number: int, frame: object) -> None:  # noqa: ARG001
    """End at once, as long as there is nothing to tidy up; `signals` takes over from here."""
    os._exit(128 + number)
