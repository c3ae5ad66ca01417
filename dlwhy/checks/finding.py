"""What a check finds, and what a check is."""

import dataclasses
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from dlwhy import html, text

if TYPE_CHECKING:
    from dlwhy.checks.table import Table

Severity = Literal["error", "warning", "note"]
# what is worse first
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Remark:
    """What a check says: a sentence with its figures.

    Parameters
    ----------
    says
        One sentence in plain words; foreign text in it has passed through `dlwhy.text.display`.
    columns
        Names of the table's columns that it is about.
    numbers
        The figures, as plain JSON values.
    severity
        If it is another than the check's.

    """

    says: str
    columns: tuple[str, ...] = ()
    numbers: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    severity: Severity | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Check:
    """One check.

    Parameters
    ----------
    code, name
        ``D101``, and what it is about in a few words.
    severity
        ``error``: results are wrong. ``warning``: they may mislead. ``note``: good to know.
    run
        From a table to remarks.
    explains
        What is looked at, from which threshold on it is told and how often it is a false alarm; why it matters; what
        to do; and a source.
    cheap
        Whether it takes a moment only, and so runs in other commands, too.

    """

    code: str
    name: str
    severity: Severity
    run: "Callable[[Table], Iterable[Remark]]"
    explains: str
    cheap: bool = True


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finding:
    """A remark with the code, the name and the severity of its check."""

    code: str
    name: str
    severity: Severity
    says: str
    columns: tuple[str, ...] = ()
    numbers: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON-like values."""
        return {**vars(self), "columns": list(self.columns), "numbers": dict(self.numbers)}


class Findings(tuple[Finding, ...]):
    """Findings, the worst first; a tuple that shows itself in a line."""

    __slots__ = ()

    @property
    def counts(self) -> dict[Severity, int]:
        """Count the findings of each severity."""
        counts = Counter(finding.severity for finding in self)
        return {severity: counts[severity] for severity in SEVERITIES}

    def at_least(self, severity: Severity) -> "Findings":
        """Return those of a severity or a worse one."""
        worst = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return Findings(finding for finding in self if finding.severity in worst)

    def __repr__(self) -> str:
        codes = [f"{finding.code} {finding.name}" for finding in self]
        return f"<{counted(self) or 'no findings'}{': ' if codes else ''}{', '.join(codes)}>"

    def _repr_html_(self) -> str:
        rows = [(finding.severity, finding.code, finding.says) for finding in self]
        return html.card(counted(self) or "No findings", rows)


def counted(findings: Findings) -> str:
    """Write ``1 error, 2 warnings``; nothing if there is nothing."""
    return ", ".join(text.counted(n, severity) for severity, n in findings.counts.items() if n)


def asking(option: str, name: str) -> str:
    """Write an option with a column, as it can be given."""
    return f"{option} {text.display(shlex.quote(name))}"
