"""What stands round the rows of a text: titles and comments above the header, units below it, or no header at all."""

import re
from collections.abc import Sequence

import numpy as np

MOST_TITLES = 20
_LONGEST_UNIT = 15
NUMBER = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?")
_NO_UNITS = {"", "?", "-", "na", "n/a", "nan", "null", "none", "missing", "unknown", "nd", "n.a."}

_RULE = re.compile(r":?[-=]{2,}:?")
_TYPES = {
    *("int", "integer", "float", "double", "number", "numeric", "real", "continuous", "int64", "float64", "bigint"),
    *("bool", "boolean", "string", "str", "text", "object", "char", "varchar", "date", "datetime", "timestamp"),
    *("discrete", "categorical", "category", "nominal", "factor", "class"),
}

Record = list[str]


def count_titles(records: Sequence[Record], n_fields: int, *, declared: bool, header: bool) -> int:
    """Count the records in front of the header: comments, titles; these only if there is a header below them."""
    comments = int(declared)
    while comments < len(records) and _is_comment(records[comments], n_fields):
        comments += 1
    place = comments
    while place < min(len(records), MOST_TITLES) and _is_title(records[place], n_fields):
        place += 1
    below = records[place : place + 3]
    there = header and n_fields > 1 and len(below) == 3 and all(len(record) == n_fields for record in below)
    names = [name for name in below[0] if name] if there else []  # an index and a delimiter too many have none
    named = 2 * len(names) > n_fields and len(set(names)) == len(names)
    named = named and not any(NUMBER.fullmatch(name) for name in names)
    return place if named else comments


def _is_comment(record: Record, n_fields: int) -> bool:
    return bool(record) and record[0].startswith("#") and len(record) != n_fields


def _is_title(record: Record, n_fields: int) -> bool:
    filled = sum(bool(cell) for cell in record)
    if len(record) == n_fields:
        return filled <= 1 and n_fields > 2
    return filled <= max(1, n_fields - 2)


def is_headless(first: Record, below: Sequence[Record]) -> bool:
    """Return whether what should be names is evidently a row: all numbers, or each cell one like those below it."""
    numeric = [bool(NUMBER.fullmatch(cell)) for cell in first]
    if all(numeric):
        # but for 0, 1, 2 and years, which pandas takes for names
        steps = np.diff([int(cell) for cell in first if re.fullmatch(r"\d{1,6}", cell)])
        return len(steps) < len(first) - 1 or not len(steps) or bool((steps != 1).any())
    if not any(numeric) or len(below) < 3:
        return False
    columns = [{row[place] for row in below} for place in range(len(first))] if len(first) == len(below[0]) else []
    return bool(columns) and all(
        _all_numbers(cells) if number else cell in cells
        for cell, number, cells in zip(first, numeric, columns, strict=True)
    )


def has_units(header: Record, below: Sequence[Record]) -> bool:
    """Return whether the first row is one of units: words where everything below it is a number."""
    if len(below) < 4 or len(header) != len(below[0]):
        return False
    cells, columns = below[0], [{row[place] for row in below[1:]} for place in range(len(header))]
    numeric = [_all_numbers(column) for column in columns]
    units = [cell for cell, number in zip(cells, numeric, strict=True) if number]
    named = [cell for cell in units if cell.lower() not in _NO_UNITS]
    others = [cell for cell, number in zip(cells, numeric, strict=True) if not number]
    return (
        bool(named)
        and all(len(cell) <= _LONGEST_UNIT and not NUMBER.search(cell[:1]) for cell in named)
        and not any(NUMBER.fullmatch(cell) for cell in units)
        and 2 * len(named) >= len(units)
        and all(cell.lower().strip("[]()") in _NO_UNITS for cell in others)
    )


def is_rule(header: Record, below: Sequence[Record]) -> bool:
    """Return whether the first row is a line of dashes, as in Markdown, or names types, as for Orange and Weka."""
    if len(below) < 2 or len(header) != len(below[0]):
        return False
    filled = [cell.lower() for cell in below[0] if cell]
    if len(filled) < 2 or not (all(map(_RULE.fullmatch, filled)) or set(filled) <= _TYPES):
        return False
    # categories may be called so
    return not any(cell and cell in {row[place] for row in below[1:]} for place, cell in enumerate(below[0]))


def _all_numbers(cells: set[str]) -> bool:
    filled = [cell for cell in cells if cell.lower() not in _NO_UNITS]
    return bool(filled) and all(NUMBER.fullmatch(cell) for cell in filled)
