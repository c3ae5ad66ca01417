"""What simple models learn of a table, or do not."""

import numpy as np
import pytest

from dlwhy.checks import learning
from dlwhy.checks.table import Table
from tests.checks.planting import Rows


def table(n_rows: int, *, task: str = "binary", turned: bool = False) -> Table:
    """One column decides, another one is noise; `turned`: in the test part it decides the other way."""
    rng = np.random.default_rng(2)
    x, noise = rng.normal(size=(2, n_rows))
    test = np.arange(0, n_rows, 3)
    y = (x > 0).astype(int) if task == "binary" else 2 * x + 0.1 * rng.normal(size=n_rows)
    if turned:
        y[test] = 1 - y[test] if task == "binary" else -y[test]
    return Table(Rows(columns={"x": x, "noise": noise}, y=y, task=task, rng=rng, test=test).dataset())


def test_a_column_of_noise_is_named_and_the_one_that_decides_is_not() -> None:
    (remark,) = learning.useless(table(1200))

    assert remark.columns == ("noise",)


def test_of_few_rows_nothing_is_said() -> None:
    assert list(learning.useless(table(900))) == []
    assert list(learning.worse_than_guessing(table(60, turned=True))) == []


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_models_that_do_worse_than_guessing_are_told(task) -> None:
    (remark,) = learning.worse_than_guessing(table(400, task=task, turned=True))

    assert min(remark.numbers["losses"]) > remark.numbers["guessing"]
    assert list(learning.worse_than_guessing(table(400, task=task))) == []
