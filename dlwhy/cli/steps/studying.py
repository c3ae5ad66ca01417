"""Running studies: for `dlwhy study`."""

import functools
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.arguments import argument, frozen_options, option
from dlwhy.cli.process import signals
from dlwhy.cli.show import outcomes, verdicts
from dlwhy.cli.show.bars import study_bar
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps import checked, studied
from dlwhy.errors import UsageError, check_whole
from dlwhy.training.options import TrainingOptions

if TYPE_CHECKING:
    from dlwhy.data.dataset import Dataset
    from dlwhy.studies.conduct import Conducted
    from dlwhy.studies.request import Request

_MOST_JOBS = 1024


@frozen_options
class Experiment(shared.Reading):
    """What every study has."""

    data: str | None = option(None, 'Your own data set beside the controls: .joblib, .npz, .csv, "-".', "--data", "-d")
    budget: str = option("default", "quick (12 seeds, controls only), default (20 seeds), thorough (64, everything).")
    seeds: int | None = option(None, "Replicates of each arm, in place of the budget's.")
    seed: int = option(TrainingOptions.seed, "Base seed, from which all seeds of runs derive.")
    epochs: int | None = option(None, "Passes over the training part, in place of each arm's, but for model:FILE.")
    only: list[str] | None = option(None, "Keep this task or arm only; may be repeated.", metavar="TASK-OR-ARM")
    smallest_effect: float | None = option(
        None, "Smallest effect that matters, in the metric's unit; 0.01 is one point."
    )
    alpha: float = option(0.05, "Error rate of intervals and tests.")
    directory: str = option("study", "Folder for rows and reports; made if missing.", "--dir")
    jobs: int = option(1, "Processes with a TensorFlow each; many simple models take one a core besides.")
    cluster: str | None = option(
        None,
        "Run on this Dask scheduler instead (its workers with --nthreads 1). "
        "Whoever reaches a scheduler runs code on it: keep it private.",
        metavar="ADDRESS",
    )
    retry_failed: bool = option(False, "Run failed runs again.", "--retry-failed")
    fail_unless: str | None = studied.fail_unless()
    details: bool = studied.details()
    dry_run: bool = option(False, "Print what would be run, and run nothing.", "--dry-run")


@frozen_options
class Compare(Experiment):
    """The options of `dlwhy study compare`."""

    arm: list[str] | None = option(
        None,
        'Compared: a recipe such as "layers=64,64 dropout=0.3", "model:FILE.keras" for that of a model, "net:table" '
        'for eight nets by the recipe for tables or "net:plain" for eight plain ones, averaged ("net:table-one", '
        '"net:plain-one": a single one), or "baseline:svm"; repeat.',
    )
    match: str | None = option(None, '"parameters" adjusts the widths of compared arms so that they are of one size.')


@frozen_options
class Study(Compare):
    """The options of `dlwhy study`."""

    claims: list[str] | None = argument(
        None,
        "depth, data, compute, algorithms, transfer, versatility or all; or ingredients. study show and study compare "
        "have a help of their own.",
        metavar="CLAIM…",
        show_default=False,
    )
    show_list: bool = option(False, "List the studies there are.", "--list")
    source: str | None = option(None, "For transfer: a model to carry over to your own data.", metavar="FILE.keras")
    tune: bool = option(
        False,
        "For versatility on your own data: eight nets of a variant chosen for each split by rows of its training part.",
        "--tune",
    )
    tables: str | None = option(
        None, "For versatility: a folder of your own .joblib data sets, one recipe on all of them.", metavar="DIR"
    )


def run_and_show(options: Study) -> None:
    """Run the studies that are asked for, show how they end, and hold them to the verdict that was wanted."""
    out = Output.of(options)
    found = conducted(options, out)
    if options.dry_run:
        return
    answer, page = studied.answered(found, options.directory)
    outcomes.show(found, out, details=options.details, answer=answer, page=page)
    studied.end(found, options.fail_unless)


def _names(words: Sequence[str]) -> list[str]:
    from dlwhy.studies.claims import registry as claims

    names = list(dict.fromkeys(claims.CLAIMS if "all" in words else words))
    for name in names:
        if name not in (*claims.CLAIMS, *claims.ON_OWN, claims.COMPARE):
            claims.claim(name)
    # a claim asks of the user's own data, too
    return [name for name in names if claims.ON_OWN.get(name) not in names]


def conducted(options: Study, out: Output) -> "list[Conducted]":
    """Run the studies that are asked for, each of several shown as it ends; with --dry-run show what would be run."""
    from dlwhy.studies import conduct

    names = _names(options.claims or ())
    check(names, options)
    _check_inputs(names, options)
    dataset = _own(options)
    if dataset is not None and options.data is not None:
        checked.tell(out, dataset, options.data)
    requests = conduct.narrowed([_request(name, options, dataset) for name in names])
    plans = [conduct.plan(conduct.design(request)) for request in requests]
    for caution in dict.fromkeys(request.own.caution for request in requests if request.own and request.own.caution):
        out.note(f"dlwhy: warning: {caution}")
    if options.dry_run:
        verdicts.show_plans(plans, out)
        return []
    verdicts.warn_of_few_seeds(plans, out)
    command = shlex.join(["dlwhy", *sys.argv[1:]])
    done = []
    for request, plan in zip(requests, plans, strict=True):
        folder = Path(options.directory) / request.claim
        goes_on = f"the rows so far are in {files.shown(folder)}, the same command goes on from them"
        say = functools.partial(out.note, f"dlwhy: interrupted; {goes_on}")
        with signals.last_words(say), study_bar(out, request.claim, plan["runs"]) as tell:
            how = options.some(("jobs", "cluster", "retry_failed"))
            done.append(conduct.run(request, folder, own=dataset, command=command, on_progress=tell, **how))
            studied.draw(done[-1])
        if len(requests) > 1:
            outcomes.show_one(done[-1], out, details=options.details)
            out.text("")
    return done


def check(names: Sequence[str], options: Study) -> None:
    """Refuse what can be refused before anything is read."""
    studied.check_wanted(options.fail_unless)
    check_whole("--jobs", options.jobs, least=1, most=_MOST_JOBS)
    for name, study_name in (
        ("arm", "compare"),
        ("match", "compare"),
        ("source", "transfer"),
        ("tables", "versatility"),
        ("tune", "versatility"),
    ):
        if getattr(options, name) and study_name not in names:
            raise UsageError(f"--{name} goes with dlwhy study {study_name}")


def _check_inputs(names: list[str], options: Study) -> None:
    """Refuse an input that lies where a study writes: it would be replaced."""
    from dlwhy.studies.claims import registry as claims
    from dlwhy.studies.claims.compare.recipes import models_of

    names = [claims.ON_OWN.get(name, name) for name in names]
    tables = str(Path(options.tables, "any")) if options.tables else None
    for path in filter(None, (options.data, options.source, options.config, tables, *models_of(options.arm or ()))):
        for folder in (Path(options.directory) / name for name in names):
            if not files.is_standard(path) and folder.resolve() in Path(path).resolve().parents:
                raise UsageError(
                    f"{files.shown(path)} lies in {files.shown(folder)}, where the study writes: see --dir"
                )


def _own(options: Study) -> "Dataset | None":
    if options.data is None:
        return None
    from dlwhy.data.stored import storage

    return storage.read(options.data, max_size=options.max_size)


def _request(name: str, options: Study, dataset: "Dataset | None") -> "Request":
    from dlwhy.studies import conduct

    same = options.some(
        ("match", "source", "tables", "tune", "max_size", "budget", "epochs", "smallest_effect", "alpha")
    )
    lists: dict[str, Any] = {"arms": options.arm or (), "only": options.only or ()}
    return conduct.request(name, dataset, n_seeds=options.seeds, base_seed=options.seed, **lists, **same)
