"""What checks have found, as text and as JSON; and what a check is."""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from dlwhy.checks.finding import SEVERITIES, Findings, Severity, counted
from dlwhy.checks.registry import REGISTRY, codes
from dlwhy.checks.run import ignored
from dlwhy.cli.show.console import Output
from dlwhy.errors import GateError
from dlwhy.text import display

if TYPE_CHECKING:
    from dlwhy.data.dataset import Dataset

_MOST_NAMED = 3


def show(out: Output, found: Findings, dataset: "Dataset", *, data: str, codes: Sequence[str]) -> None:
    """Print findings, the worst first, and what to do next; of a data set without any, one line."""
    left_out = sorted(set(ignored(dataset)) - set(codes))
    if out.as_json:
        about = {"data": data, "name": dataset.name, "task": dataset.task, "n_features": dataset.n_features}
        about |= {"n_train": len(dataset.y_train), "n_test": len(dataset.y_test)}
        listed = [finding.as_json() for finding in found]
        out.json({**about, "counts": found.counts, "findings": listed, "checked": list(codes), "ignored": left_out})
        return
    for severity in SEVERITIES:
        of_one = [finding for finding in found if finding.severity == severity]
        if of_one:
            out.text(severity)
        for finding in of_one:
            out.paragraph(f"  {finding.code}  {finding.says}", indent=" " * 8)
    kept = f"; the data set says to ignore {', '.join(left_out)}" if left_out else ""
    if found:
        out.paragraph(f"{data}: {counted(found)}{kept}; more on each: dlwhy check --explain {found[0].code}")
    else:
        out.paragraph(f"{data}: nothing found by {len(codes)} checks{kept}")


def line(found: Findings, data: str) -> str:
    """Tell of findings in one line."""
    columns: dict[tuple[str, str], list[str]] = {}
    for finding in found:
        columns.setdefault((finding.code, finding.name), []).extend(finding.columns)
    named = [f"{name}{_where(of_one)} ({code})" for (code, name), of_one in columns.items()]
    more = f"; {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return f"{data}: {'; '.join(named[:_MOST_NAMED])}{more} (dlwhy check {data} says more)"


def _where(columns: Sequence[str]) -> str:
    more = ", …" if len(columns) > _MOST_NAMED else ""
    names = ", ".join(f'"{display(name)}"' for name in columns[:_MOST_NAMED])
    return f" in {names}{more}" if columns else ""


def explain(out: Output, asked: Collection[str]) -> None:
    """Print what checks look at, and why."""
    if out.as_json:
        out.json({"checks": _described(asked)})
        return
    for place, code in enumerate(sorted(asked)):
        check = REGISTRY[code]
        out.text(f"{'' if place == 0 else chr(10)}{code}  {check.name} ({check.severity})")
        for paragraph in check.explains.split("\n\n"):
            out.text("")
            out.paragraph(" ".join(paragraph.split()), to_read=True)


def list_checks(out: Output) -> None:
    """Print all checks."""
    if out.as_json:
        out.json({"checks": _described(REGISTRY)})
        return
    out.table(("code", "severity", "what is found"), [(c.code, c.severity, c.name) for c in REGISTRY.values()])


def read_gate(wanted: Iterable[str]) -> tuple[list[Severity], Collection[str]]:
    """Return the severities and the codes of ``--fail-on``; raises a `UsageError` if there are no such."""
    words = [part.strip() for text in wanted for part in text.split(",") if part.strip()]
    severities = [severity for severity in SEVERITIES if severity in words]
    return severities, codes([word for word in words if word not in SEVERITIES], "--fail-on")


def gate(found: Findings, wanted: Iterable[str], *, data: str) -> None:
    """Hold findings to ``--fail-on``.

    Raises
    ------
    GateError
        If one is among those that should not be.

    """
    severities, named = read_gate(wanted)
    graver = {finding.code for severity in severities for finding in found.at_least(severity)}
    failing = sorted(graver | {finding.code for finding in found if finding.code in named})
    if failing:
        raise GateError(f"{data}: found what --fail-on does not let pass: {', '.join(failing)}")


def _described(asked: Iterable[str]) -> list[dict[str, str]]:
    checks = (REGISTRY[code] for code in sorted(asked))
    return [
        {"code": check.code, "name": check.name, "severity": check.severity, "explains": check.explains}
        for check in checks
    ]
