"""Columns that float32 does not hold are brought into its range, and all others are left alone."""

import numpy as np
import pytest

from dlwhy.data.cells.precision import coarse, doubtful, scale_of, scaled, unscaled, vanishing
from dlwhy.data.dataset import Column

RNG = np.random.default_rng(0)
HELD = {
    "measurements": RNG.normal(20, 5, 300),
    "prices": RNG.integers(50_000, 900_000, 300).astype(float),
    "populations": 10 ** RNG.uniform(4, 9, 300),
    "years": RNG.integers(1900, 2020, 300).astype(float),
    "epoch seconds of ten years": RNG.integers(1_400_000_000, 1_700_000_000, 300).astype(float),
    "constant": np.full(300, 1.7e9),
    "zeros": np.zeros(300),
    "one outlier": np.append(RNG.normal(size=299), 1e30),
}
NOT_HELD = {
    "seconds of two minutes": 1.7e9 + RNG.integers(0, 120, 300),
    "milliseconds of a day": 1.7e12 + RNG.integers(0, 86_400_000, 300),
    "whole numbers that are near each other": 20_000_000.0 + RNG.permutation(300),
    "a little on much": 1e9 + RNG.normal(size=300),
    "tiny": RNG.uniform(1e-9, 2e-9, 300),
    "very tiny": RNG.uniform(1e-60, 2e-60, 300),
    "huge": RNG.uniform(1e25, 2e25, 300),
}


@pytest.mark.parametrize("name", HELD)
def test_what_float32_holds_is_left_alone(name):
    assert scale_of(HELD[name]) is None


@pytest.mark.parametrize("name", NOT_HELD)
def test_what_float32_does_not_hold_is_centred_and_scaled(name):
    values = NOT_HELD[name]

    scale = scale_of(values)
    column = Column(name="x", center=scale.center, scale=scale.scale)
    feature = scaled(values, column)

    assert 0.2 < feature.std() < 5
    assert abs(feature.mean()) < 5
    assert len(np.unique(feature)) == len(np.unique(values))
    np.testing.assert_allclose(unscaled(feature, column), values, rtol=1e-6)
    name = column.features[0].removeprefix("x (from ").removesuffix(")")
    assert [float(text) for text in name.split(" in steps of ")] == [scale.center, scale.scale]


@pytest.mark.parametrize("name", [*HELD, *NOT_HELD])
def test_no_column_that_needs_a_scale_is_overlooked(name):
    values = {**HELD, **NOT_HELD}[name]
    with np.errstate(over="ignore"):
        X = values[:, None].astype(np.float32)
    if scale_of(values) is not None and X.any():
        assert doubtful(X).tolist() == [True]
    if name in ("measurements", "prices"):
        assert doubtful(X).tolist() == [False]


def test_targets_whose_differences_float32_rounds_away():
    assert coarse(NOT_HELD["seconds of two minutes"])
    assert coarse(NOT_HELD["very tiny"])
    assert not coarse(NOT_HELD["tiny"])
    assert not coarse(20_000_000.0 + 1e4 * RNG.permutation(300))
    assert not coarse(np.array([1e9]))


def test_numbers_that_vanish_are_counted():
    assert vanishing(np.array([0, 1, 1e-44, 1e-46, -1e-60])) == 2
