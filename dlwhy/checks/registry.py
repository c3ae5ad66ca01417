"""All checks by code, and those that a user means.

The letter says what is at fault: D the data, P the protocol, that is, how they are split. The hundreds are families:
D1 leaks, D2 columns, D3 rows, D4 the target; P1 the parts, P2 rows that belong together, P3 what simple models reach.
"""

from collections.abc import Collection, Iterable
from types import MappingProxyType

from dlwhy.checks import columns, leaks, learning, parts, rows, structure, targets
from dlwhy.checks.finding import Check
from dlwhy.errors import UsageError
from dlwhy.text import display

_ALL = (
    *leaks.CHECKS,
    *columns.CHECKS,
    *learning.CHECKS,
    *rows.CHECKS,
    *targets.CHECKS,
    *parts.CHECKS,
    *structure.CHECKS,
)
REGISTRY: MappingProxyType[str, Check] = MappingProxyType(
    {check.code: check for check in sorted(_ALL, key=lambda check: check.code)}
)


def codes(asked: Iterable[str], option: str = "--select") -> frozenset[str]:
    """Return the codes that are meant by codes or their beginnings, with commas between them or one by one.

    Raises
    ------
    UsageError
        If there is no such check.

    """
    beginnings = [part.strip().upper() for text in asked for part in text.split(",") if part.strip()]
    for beginning in beginnings:
        if not any(code.startswith(beginning) for code in REGISTRY):
            raise UsageError(f"{option} {display(beginning)}: no such check", f"there is {', '.join(REGISTRY)}")
    return frozenset(code for code in REGISTRY if code.startswith(tuple(beginnings))) if beginnings else frozenset()


def known(asked: object) -> Collection[str]:
    """Return the codes among the values that a file holds; what is none is left out."""
    return [code for code in asked if code in REGISTRY] if isinstance(asked, list | tuple) else ()
