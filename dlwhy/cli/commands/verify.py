"""`dlwhy verify`: some of a page's runs are run again."""

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.arguments import argument, command, frozen_options, option
from dlwhy.cli.show.console import Output
from dlwhy.errors import GateError, UsageError, check_whole
from dlwhy.text import display, number

if TYPE_CHECKING:
    from dlwhy.report import proof, verifying


@frozen_options
class Verify(shared.Reading):
    """The options of `dlwhy verify`."""

    page: str = argument("report.html", "What dlwhy report has written.", metavar="FILE.html")
    runs: int = option(3, "How many runs to run again.", "--runs", "-k", metavar="N")
    data: str | None = option(
        None, "The table of the page's studies, for runs on that; the page itself has no rows of it.", "--data", "-d"
    )
    seed: int | None = option(None, "Of the draw of runs; by default another one each time.", metavar="N")


@command
def verify(options: Verify) -> None:
    r"""Run some of a page's runs again, and say whether their rows are those that the page tells.

    The page of dlwhy report carries what its studies asked, the seeds and the score of every run. Runs are drawn at
    random; each is trained again, with its learning rate chosen anew. It is confirmed if it comes out the same to the
    last bit, or within a point, which is what other processors and versions may make of it. Exit code 4 if one is not.

    \b
    Examples:
      dlwhy verify report.html
      dlwhy verify report.html -k 10 --seed 1
      dlwhy verify churn.html --data churn.joblib
    """
    check_whole("--runs", options.runs, least=1, most=10_000)
    if options.seed is not None:
        check_whole("--seed", options.seed, least=0, most=2**32 - 1)
    if files.is_standard(options.page) and options.data is not None and files.is_standard(options.data):
        raise UsageError("the page and the data can't both come from stdin", "name files for all but one")
    from dlwhy.data.stored import storage
    from dlwhy.report import proof, verifying

    out = Output.of(options)
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    claims = proof.read(options.page, max_size=options.max_size)
    own = None if options.data is None else storage.read(options.data, max_size=options.max_size)
    chosen = verifying.choose(claims, options.runs, seed, own)
    out.note(f"{len(chosen)} of {sum(len(each.rows) for each in claims)} runs, drawn with --seed {seed}:")
    for claimed, row in chosen:
        out.note(f"  {claimed.study.name}: {display(row.arm)}, seed {row.seed}")
    _tell_of_other_versions(claims, out)
    found = []
    for run in verifying.rerun(chosen, own):
        found.append(run)
        out.note(f"{run.study}: {display(run.arm.key)}, seed {run.row.seed}: {_FOUND[run.found]}")
    _show(found, out, seed)
    other = sum(run.found == "other" for run in found)
    if other:
        raise GateError(f"{files.shown(options.page)}: {other} of {len(found)} runs came out otherwise")


def _tell_of_other_versions(claims: "Sequence[proof.Claimed]", out: Output) -> None:
    from dlwhy.studies.bench import workers

    now, then = workers.versions(), claims[0].versions
    others = [f"{display(name)} {display(version)}" for name, version in then.items() if now.get(name) != version]
    if others:
        out.note(f"note: the page's runs were made with {', '.join(others)}, which is not what is here")


_FOUND = {"same": "to the last bit", "close": "within a point", "other": "NOT the same"}


def _show(found: "list[verifying.Rerun]", out: Output, seed: int) -> None:
    if out.as_json:
        confirmed = all(run.found != "other" for run in found)
        out.json({"confirmed": confirmed, "seed": seed, "runs": [run.as_json() for run in found]})
        return
    rows = [
        (run.study, display(run.arm.key), str(run.row.seed), *map(number, run.values), _FOUND[run.found])
        for run in found
    ]
    out.table(("study", "run", ">seed", ">on the page", ">run again", "confirmed"), rows)
    same, close = (sum(run.found == kind for run in found) for kind in ("same", "close"))
    out.paragraph(f"{same + close} of {len(found)} runs confirmed: {same} to the last bit, {close} within a point")
