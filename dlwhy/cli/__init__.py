"""The command line: one file a subcommand; here only what must be there before anything else is imported."""

from collections.abc import Sequence

from dlwhy.cli import signals

COMMANDS = ("generate", "train", "evaluate", "predict", "plot", "run", "study", "info", "cache")


def main() -> None:
    """Be the program `dlwhy`."""
    # the imports behind this take a tenth of a second, in which a signal may come, too
    signals.listen()
    from dlwhy.cli import program

    program.main()


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run one command line, by default the program's own, and give its exit code; see `program.run_command`."""
    from dlwhy.cli import program

    return program.run_command(arguments)
