"""`dlwhy study`: the essay's claims as controlled experiments."""

import functools
import os
import shlex
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli import signals, verdict_table
from dlwhy.cli.console import Output
from dlwhy.cli.study_bar import study_bar
from dlwhy.errors import (
    DlwhyError,
    DlwhyWarning,
    GateError,
    InputUnreadableError,
    OutputBlockedError,
    UnusableResultError,
    UsageError,
    check_whole,
    display,
)

if TYPE_CHECKING:
    from dlwhy.data.dataset import Dataset
    from dlwhy.studies.conduct import Conducted
    from dlwhy.studies.request import Request

_MOST_JOBS = 1024


def study(
    context: typer.Context,
    claims: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CLAIM…",
            help="depth, data, compute, algorithms, transfer, versatility, all; or compare; or show DIR.",
            show_default=False,
        ),
    ] = None,
    show_list: Annotated[bool, typer.Option("--list", help="List the studies there are.")] = False,
    data: Annotated[
        str | None,
        typer.Option("--data", "-d", help='Your own data set beside the controls: .joblib, .npz, .csv, "-".'),
    ] = None,
    budget: Annotated[
        str, typer.Option(help="quick (12 seeds, controls only), default (20 seeds), thorough (64, everything).")
    ] = "default",
    seeds: Annotated[int | None, typer.Option(help="Replicates of each arm, in place of the budget's.")] = None,
    seed: Annotated[int, typer.Option(help="Base seed, from which all seeds of runs derive.")] = 42,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training part, in place of each arm's.")] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Keep this task or arm only; may be repeated.", metavar="TASK-OR-ARM")
    ] = None,
    arm: Annotated[
        list[str] | None,
        typer.Option(
            help='For compare: a recipe such as "layers=64,64 dropout=0.3", "model:FILE.keras" for that of a model, or '
            '"baseline:svm"; repeat.'
        ),
    ] = None,
    match: Annotated[
        str | None, typer.Option(help='For compare: "parameters" adjusts widths so that arms are of one size.')
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="For transfer: a model to carry over to your own data.", metavar="FILE.keras")
    ] = None,
    smallest_effect: Annotated[
        float | None, typer.Option(help="Smallest effect that matters, in the metric's unit; 0.01 is one point.")
    ] = None,
    alpha: Annotated[float, typer.Option(help="Error rate of intervals and tests.")] = 0.05,
    directory: Annotated[str, typer.Option("--dir", help="Folder for rows and reports; made if missing.")] = "study",
    jobs: Annotated[
        int, typer.Option(help="Processes with a TensorFlow each; many simple models take one a core besides.")
    ] = 1,
    cluster: Annotated[
        str | None,
        typer.Option(
            help="Run on this Dask scheduler instead (its workers with --nthreads 1). "
            "Whoever reaches a scheduler runs code on it: keep it private.",
            metavar="ADDRESS",
        ),
    ] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Run failed runs again.")] = False,
    fail_unless: Annotated[
        str | None,
        typer.Option(
            help="End with code 4 unless every study's verdict, with --data that on your data, is: supported."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be run, and run nothing.")] = False,
    max_size: shared.MaxSize = None,
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
    config: shared.Config = None,
) -> None:
    r"""Test the essay's claims: where depth, data, compute, algorithms, transfer and one recipe help, and where not.

    Each claim is tested with many seeds against a positive control, where it should hold, a negative one, where it
    should not, and an A/A arm that shows the noise. A study that was interrupted goes on where it was.

    \b
    Examples:
      dlwhy study depth --budget quick
      dlwhy study all --data churn.joblib --dir churn
      dlwhy study show study/depth
      dlwhy study compare -d churn.joblib --arm "layers=64,64" --arm "layers=64,64 dropout=0.3"
      dlwhy study compare -d churn.joblib --arm model:churn.keras --arm baseline:gradient-boosting
      dlwhy study all --dry-run
    """
    out = Output(quiet=quiet, as_json=as_json)
    if show_list:
        verdict_table.list_claims(out)
        return
    settings = dict(locals())
    words = claims or []
    if not words:
        raise UsageError("name a study", "dlwhy study --list shows them")
    if words[0] == "show":
        _check(["show"], settings)
        conducted = _shown(words[1:])
    else:
        conducted = _conducted(_names(words), settings, out)
        if dry_run:
            return
    verdict_table.show([each.report for each in conducted], out)
    _end(conducted, fail_unless)


def _names(words: list[str]) -> list[str]:
    from dlwhy.studies import claims

    names = list(dict.fromkeys(claims.CLAIMS if "all" in words else words))
    for name in names:
        if name not in (*claims.CLAIMS, claims.COMPARE):
            claims.claim(name)
    return names


def _conducted(names: list[str], given: dict[str, Any], out: Output) -> "list[Conducted]":
    from dlwhy.studies import conduct

    _check(names, given)
    _check_inputs(names, given)
    dataset = _own(given)
    requests = conduct.narrowed([_request(name, given, dataset) for name in names])
    plans = [conduct.plan(conduct.design(request)) for request in requests]
    if given["dry_run"]:
        verdict_table.show_plans(plans, out)
        return []
    verdict_table.warn_of_few_seeds(plans, out)
    command = shlex.join(["dlwhy", *sys.argv[1:]])
    done = []
    for request, plan in zip(requests, plans, strict=True):
        folder = Path(given["directory"]) / request.claim
        goes_on = f"the rows so far are in {files.shown(folder)}, the same command goes on from them"
        say = functools.partial(out.note, f"dlwhy: interrupted; {goes_on}")
        with signals.last_words(say), study_bar(out, request.claim, plan["runs"]) as tell:
            done.append(
                conduct.run(
                    request,
                    folder,
                    own=dataset,
                    command=command,
                    jobs=given["jobs"],
                    cluster=given["cluster"],
                    retry_failed=given["retry_failed"],
                    on_progress=tell,
                )
            )
            _draw(done[-1])
    return done


def _check(names: list[str], given: dict[str, Any]) -> None:
    if given["fail_unless"] not in (None, "supported", "not supported"):
        raise UsageError(f"--fail-unless must be supported or not supported (got {display(given['fail_unless'])})")
    check_whole("--jobs", given["jobs"], least=1, most=_MOST_JOBS)
    for option, study_name in (("arm", "compare"), ("match", "compare"), ("source", "transfer")):
        if given[option] and study_name not in names:
            raise UsageError(f"--{option} goes with dlwhy study {study_name}")


def _check_inputs(names: list[str], given: dict[str, Any]) -> None:
    """Refuse an input that lies where a study writes: it would be replaced."""
    for path in filter(None, (given["data"], given["source"], given["config"])):
        for folder in (Path(given["directory"]) / name for name in names):
            if not files.is_standard(path) and folder.resolve() in Path(path).resolve().parents:
                raise UsageError(
                    f"{files.shown(path)} lies in {files.shown(folder)}, where the study writes: see --dir"
                )


def _own(given: dict[str, Any]) -> "Dataset | None":
    if given["data"] is None:
        return None
    from dlwhy.data import storage

    return storage.read(given["data"], max_size=given["max_size"])


def _request(name: str, given: dict[str, Any], dataset: "Dataset | None") -> "Request":
    from dlwhy.studies.conduct import own_data
    from dlwhy.studies.model_recipes import read_all
    from dlwhy.studies.request import Request

    arms = list(given["arm"] or ()) if name == "compare" else []
    extra = {
        "compare": {"arms": arms, "match": given["match"], "models": read_all(arms)},
        "transfer": {"source": given["source"]} if given["source"] else {},
    }
    return Request(
        claim=name,
        budget=given["budget"],
        n_seeds=given["seeds"],
        base_seed=given["seed"],
        epochs=given["epochs"],
        only=tuple(given["only"] or ()),
        smallest_effect=given["smallest_effect"],
        alpha=given["alpha"],
        own=own_data(dataset),
        extra=extra.get(name, {}),
    )


def _shown(words: list[str]) -> "list[Conducted]":
    from dlwhy.studies import conduct

    if len(words) != 1:
        raise UsageError("study show takes one folder")
    folder = Path(words[0])
    found = conduct.inside(folder)
    if len(found) < 2:
        return [_redrawn(conduct.show(each)) for each in found or [folder]]
    conducted = []
    for each in found:
        try:
            conducted.append(_redrawn(conduct.show(each)))
        except InputUnreadableError as error:  # has only just begun
            warnings.warn(error.message, DlwhyWarning, stacklevel=2)
    if not conducted:
        raise InputUnreadableError(f"{files.shown(folder)}: no rows yet")
    return conducted


def _redrawn(conducted: "Conducted") -> "Conducted":
    """Draw a study anew, if its folder lets us: what it found can be shown without."""
    try:
        _draw(conducted)
    except OutputBlockedError as error:
        warnings.warn(error.message, DlwhyWarning, stacklevel=2)
    return conducted


def _draw(conducted: "Conducted") -> None:
    from dlwhy.figures import study_panels, style

    picture = conducted.folder / "figure.png"
    if not conducted.fresh and _is_whole(picture):
        os.utime(picture)
        return
    with style.styled(beside=picture):
        style.save(study_panels.draw(conducted.report), picture)


def _is_whole(picture: Path) -> bool:
    """Say whether a PNG is there from its first to its last bytes."""
    try:
        content = files.read_bytes(picture, limit=64 << 20)
    except DlwhyError:
        return False
    return content.startswith(b"\x89PNG\r\n\x1a\n") and content.endswith(b"IEND\xaeB`\x82")


def _end(conducted: "list[Conducted]", fail_unless: str | None) -> None:
    if fail_unless:
        _gate([each.report for each in conducted], fail_unless)
    lost = [each for each in conducted if each.report["failures"]]
    if lost:
        failures = sum(each.report["failures"] for each in lost)
        where = ", ".join(files.shown(each.folder / "summary.csv") for each in lost)
        runs = f"{failures} run{'s' * (failures > 1)}"
        raise UnusableResultError(f"{runs} failed or diverged; {where} says which and why")


def _gate(reports: "list[dict[str, Any]]", wanted: str) -> None:
    """Refuse any other verdict than the one wanted: on the user's own data, where there are any."""
    on_own = [each for each in reports if each["verdict_about"] == "own"]
    if not on_own and any(each["own"] for each in reports):
        raise GateError(f"no verdict on your data in {', '.join(each['study'] for each in reports)}")
    missed = [
        f"{each['study']}: {each['headline']['verdict']}" if on_own else each["headline"]["verdict"]
        for each in on_own or reports
        if each["verdict"] != wanted
    ]
    if missed:
        raise GateError(display("; ".join(missed), 600))
