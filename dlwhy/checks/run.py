"""Running the checks on a data set."""

from collections.abc import Collection, Iterator, Sequence

from dlwhy.checks import registry
from dlwhy.checks.finding import SEVERITIES, Check, Finding, Findings, Remark
from dlwhy.checks.table import Table
from dlwhy.data.dataset import Dataset
from dlwhy.text import display, some

# where a data set keeps the codes that are not to be told
IGNORED = "ignore_checks"
_MOST_OF_ONE = 5


def check(dataset: Dataset, *, select: Collection[str] = (), ignore: Collection[str] = ()) -> Findings:
    """Check a data set and its split.

    Parameters
    ----------
    dataset
        The data set.
    select
        Codes of checks or their beginnings (``D1``); by default all.
    ignore
        Codes or their beginnings that are left out, besides those that the data set says.

    Returns
    -------
    Findings
        A tuple of findings, the worst first.

    Raises
    ------
    UsageError
        If there is no such check.

    """
    wanted = chosen(dataset, select=select, ignore=ignore)
    return run([registry.REGISTRY[code] for code in wanted], dataset)


def chosen(dataset: Dataset, *, select: Collection[str] = (), ignore: Collection[str] = ()) -> list[str]:
    """Return the codes of the checks to run, as `check` takes them. A code selected in full is not left out."""
    selected = registry.codes(select) or frozenset(registry.REGISTRY)
    in_full = selected & {text.strip().upper() for part in select for text in part.split(",")}
    left_out = registry.codes(ignore, "--ignore") | (frozenset(ignored(dataset)) - in_full)
    return sorted(selected - left_out)


def ignored(dataset: Dataset) -> Collection[str]:
    """Return the codes that a data set says are not to be told."""
    return registry.known(dataset.provenance.get(IGNORED))


def check_quickly(dataset: Dataset) -> Findings:
    """Run the checks that take a moment only, and give what is worse than a note."""
    quick = [registry.REGISTRY[code] for code in chosen(dataset) if registry.REGISTRY[code].cheap]
    return run(quick, dataset).at_least("warning")


def run(checks: Sequence[Check], dataset: Dataset) -> Findings:
    """Run some checks on a data set."""
    if not len(dataset.y_train) + len(dataset.y_test):
        return Findings()
    table = Table(dataset)
    found = [finding for each in checks for finding in _findings(each, table)]
    return Findings(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))


def _findings(check: Check, table: Table) -> Iterator[Finding]:
    remarks = list(check.run(table))
    if len(remarks) > _MOST_OF_ONE:
        remarks = [*remarks[: _MOST_OF_ONE - 1], _rest(remarks[_MOST_OF_ONE - 1 :])]
    for remark in remarks:
        yield Finding(
            code=check.code,
            name=check.name,
            **{**vars(remark), "severity": remark.severity or check.severity},
        )


def _rest(remarks: Sequence[Remark]) -> Remark:
    """Tell of many columns in one sentence."""
    columns = tuple(name for remark in remarks for name in remark.columns)
    shown = some([f'"{display(name)}"' for name in columns], _MOST_OF_ONE)
    says = f"the same holds for {len(columns)} columns more: {shown}"
    severity = min((remark.severity for remark in remarks if remark.severity), key=SEVERITIES.index, default=None)
    return Remark(says=says, columns=columns, numbers={"columns": len(columns)}, severity=severity)
