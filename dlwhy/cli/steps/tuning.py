"""Tuning the recipe for tables on a data set, and writing what was chosen: for `dlwhy tune`."""

import shlex
import sys
from typing import TYPE_CHECKING

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.arguments import frozen_options, option
from dlwhy.cli.process import signals
from dlwhy.cli.show.bars import tuning_bar
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps import checked
from dlwhy.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from dlwhy.data.dataset import Dataset


@frozen_options
class Tune(shared.Reading, shared.Writing):
    """The options of `dlwhy tune`."""

    data: str = shared.data()
    output: str = option("tuned.toml", 'The recipe file to write; "-" for stdout.', "--output", "-o")
    members: int = option(8, "Networks of the two ensembles that are compared at the end.")
    minutes: float | None = option(
        None, "Begin no trial after so many minutes; the last comparison is made all the same."
    )
    seed: int = shared.seed()

    @property
    def state(self) -> "Path | None":
        """The file in which trials are kept as they end; there is none beside stdout."""
        from dlwhy.tuning import tune

        return None if files.is_standard(self.output) else tune.state_beside(self.output)


def check(options: Tune) -> None:
    """Refuse what can be refused before anything is read."""
    from dlwhy.tuning import tune

    tune.check(**options.some(("members", "minutes", "seed")))
    if options.as_json and files.is_standard(options.output):
        raise UsageError("--json and the recipe can't both go to stdout", "write the recipe to a file with -o")
    read = [options.data, options.config]
    files.check_outputs({"-o": options.output}, inputs=read, no_clobber=options.no_clobber)
    files.check_outputs({"-o": options.output, "its trials": options.state}, inputs=read)


def tune_and_save(options: Tune, dataset: "Dataset", out: Output) -> None:
    """Tune on a data set, write the recipe, and say how it went."""
    from dlwhy.cli.show.tuning import show_tuned
    from dlwhy.tuning import tune

    checked.tell(out, dataset, options.data)
    total = tune.work(len(dataset.X_train), options.members)
    with signals.last_words(lambda: out.note(_interrupted(options))), tuning_bar(out, total) as show:
        how = options.some(("members", "minutes", "seed"))
        tuned = tune.tune(dataset, path=options.state, on_progress=show, **how)
    with files.open_output(options.output, no_clobber=options.no_clobber) as handle:
        handle.write(tuned.to_toml(shlex.join(["dlwhy", *sys.argv[1:]])).encode())
    show_tuned(out, tuned, recipe=options.output, data=options.data)


def _interrupted(options: Tune) -> str:
    if options.state is None:
        return "dlwhy: interrupted; with -o FILE.toml trials are kept as they end"
    if not options.state.exists():
        return "dlwhy: interrupted before the first trials ended; there is nothing to go on from"
    return f"dlwhy: interrupted; trials are kept in {files.shown(options.state)}, the same command goes on from them"
