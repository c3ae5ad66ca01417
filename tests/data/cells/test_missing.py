"""Numbers that stand for a missing cell are seen, and measurements are not taken for them."""

import numpy as np
import pytest

from dlwhy.data.cells.missing import sentinel

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("mark", [-9, -99, -999, -9999, 9999, 99999])
def test_a_number_far_from_all_others_is_a_mark(mark):
    values = np.concatenate((RNG.uniform(0, 1, 50), [mark] * 3)).astype(np.float32)

    assert sentinel(values) == np.float32(mark)


@pytest.mark.parametrize(
    "values",
    [
        RNG.normal(0, 1e4, 300).round(),
        np.arange(-99, 100),
        np.append(RNG.uniform(0, 1, 50), -999),  # once only
        np.append(RNG.uniform(0, 1, 50), [-998] * 5),
        RNG.uniform(-2000, -900, 50).round(),
        [1.0, 2.0],
    ],
)
def test_measurements_are_none(values):
    assert sentinel(np.asarray(values, np.float32)) is None
