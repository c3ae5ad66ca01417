"""Scales that lie in a model, and the model without them."""

import numpy as np
import pytest

from dlwhy.data.dataset import SMALLEST_DEVIATION
from dlwhy.models import scaling
from dlwhy.models.network import NetworkSpec, build

X = np.random.default_rng(0).normal(50, 10, (40, 2)).astype(np.float32)


def model(**scales):
    return build(NetworkSpec(layers=(3,)), n_features=2, task="regression", seed=0, **scales)


def test_scales_are_read_from_the_model() -> None:
    scaled = model(scale=([50.0, 40.0], [100.0, 25.0]), target_scale=(7.0, 2.0))

    assert scaling.feature_scale(scaled) == ([50.0, 40.0], [100.0, 25.0])
    assert scaling.target_scale(scaled) == (7.0, 2.0)
    np.testing.assert_allclose(scaling.normalized(scaled, X), (X - [50, 40]) / [10, 5], rtol=1e-5)


def test_the_core_is_what_lies_between_them() -> None:
    scaled = model(scale=([50.0, 40.0], [100.0, 25.0]), target_scale=(7.0, 2.0))

    inside = np.asarray(scaling.core(scaled)(scaling.normalized(scaled, X)))
    np.testing.assert_allclose(np.asarray(scaled(X)), 2 * inside + 7, rtol=1e-5)


def test_a_model_without_scales_is_its_own_core() -> None:
    plain = model()

    assert scaling.core(plain) is plain
    assert scaling.feature_scale(plain) is scaling.target_scale(plain) is None
    assert scaling.normalized(plain, X) is X


@pytest.mark.parametrize(("variance", "deviation"), [(4.0, 2.0), (0.0, SMALLEST_DEVIATION)])
def test_no_deviation_is_zero(variance, deviation) -> None:
    assert scaling.deviation(np.array([variance], np.float32))[0] == np.float32(deviation)
