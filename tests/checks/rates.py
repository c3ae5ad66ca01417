"""How often planted faults are found, and how often nothing is wrong and yet something told.

`python -m tests.checks.rates 2 9100` prints the table of docs/check.md: two tables of each kind, task and size, from
seeds from 9100 on.
"""

import itertools
import sys
from collections import Counter
from collections.abc import Iterable

from dlwhy.checks.run import check
from tests.checks.planting import FAULTS, KINDS, SIZES, TASKS, clean

# what is exact: true whenever it is told
EXACT = frozenset(("D202", "D401", "D402", "P102", "P103"))
Kinds = Iterable[tuple[str, str, tuple[int, int], int]]


def tables(seeds: Iterable[int], sizes=SIZES, kinds=KINDS) -> Kinds:
    return itertools.product(kinds, TASKS, sizes, seeds)


def alarms(kinds: Kinds) -> tuple[Counter, int]:
    """Count on clean tables what is told, by code, and the tables."""
    told, n_tables = Counter(), 0
    for each in kinds:
        told.update({finding.code for finding in check(clean(*each).dataset())} - EXACT)
        n_tables += 1
    return told, n_tables


def found(name: str, kinds: Kinds) -> tuple[int, int]:
    """Count in how many tables a planted fault is found, and in how many it was planted."""
    code, plant, when = FAULTS[name]
    n_found = n_planted = 0
    for each in kinds:
        rows = clean(*each)
        planted = plant(rows) if when(rows) else None
        if planted is not None:
            n_planted += 1
            n_found += bool(check(planted.dataset(), select=[code]))
    return n_found, n_planted


def table(n_seeds: int, first: int = 0) -> Iterable[str]:
    """Give the lines of the table, as they are known, of so many seeds from the first one on."""
    yield "| code | planted | found | false alarms |"
    yield "|---|---|---|---|"
    told, n_tables = alarms(tables(range(first, first + n_seeds)))
    for name in sorted(FAULTS, key=lambda name: name[:4]):
        code, _, fault = name.partition(" ")
        n_found, n = found(name, tables(range(first + 1000, first + 1000 + n_seeds)))
        alarm = "exact" if code in EXACT else f"{told[code]} of {n_tables} ({told[code] / n_tables:.1%})"
        share = f"{n_found} of {n} ({n_found / max(1, n):.1%})"
        yield f"| {code} | {fault.replace('_', ' ')} | {share} | {alarm} |"


if __name__ == "__main__":
    for line in table(*map(int, sys.argv[1:])):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
