"""Tables as text, for the tests of what becomes of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from dlwhy.data.dataset import Dataset

Import = Callable[..., Dataset]


def table(*columns: list[Any], names: str = "abcdefg", y: list[Any] | None = None) -> str:
    y = y or [index % 2 for index in range(len(columns[0]))]
    lines = [",".join([*names[: len(columns)], "y"])]
    lines += [",".join(map(str, row)) for row in zip(*columns, y, strict=True)]
    return "\n".join(lines)


def visits(patients: int = 12, each: int = 4) -> pl.DataFrame:
    """Some rows of each patient, whose label is the patient's."""
    rng = np.random.default_rng(29)
    patient = rng.permutation(np.repeat(np.arange(patients), each))
    day = rng.permutation(len(patient)) // 2
    return pl.DataFrame(
        {
            "x": rng.standard_normal(len(patient)),
            "patient": [f"p{number}" for number in patient],
            "day": [f"2024-{1 + d // 28:02}-{1 + d % 28:02}" for d in day],
            "ill": [("no", "yes")[number % 2] for number in patient],
        }
    )
