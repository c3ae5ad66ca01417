"""Orders of rows are those of NumPy's own seeding, bit for bit."""

import numpy as np
import pytest

from dlwhy.training.data import orders, preparing

_SEEDS = [
    0,
    1,
    42,
    2**31,
    2**32 - 1,
    2**32,
    2**127 + 12345,
    *np.random.default_rng(0).integers(2**32, size=800).tolist(),
]
# at both ends of a block of epochs that are seeded together, and late ones
_EPOCHS = [0, 1, 63, 64, 127, 2**20 + 5, 2**32 - 1]


@pytest.mark.parametrize("epoch", _EPOCHS)
def test_an_order_is_the_permutation_that_the_generator_of_its_epoch_draws(epoch):
    drawn = [orders.order(seed, epoch, 37) for seed in _SEEDS]
    expected = [preparing.generator(seed, "order", epoch).permutation(37) for seed in _SEEDS]
    np.testing.assert_array_equal(drawn, expected)


@pytest.mark.parametrize("n", [1, 2, 700, 5000])
def test_an_order_holds_each_row_once_and_is_as_numpy_draws_it(n):
    drawn = orders.order(7, 3, n)
    assert drawn.dtype == np.int32
    np.testing.assert_array_equal(drawn, preparing.generator(7, "order", 3).permutation(n))
    np.testing.assert_array_equal(np.sort(drawn), np.arange(n))
