"""Tables as text, for the tests of what becomes of them."""

from typing import Any


def table(*columns: list[Any], names: str = "abcdefg", y: list[Any] | None = None) -> str:
    y = y or [index % 2 for index in range(len(columns[0]))]
    lines = [",".join([*names[: len(columns)], "y"])]
    lines += [",".join(map(str, row)) for row in zip(*columns, y, strict=True)]
    return "\n".join(lines)
