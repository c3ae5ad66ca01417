"""What stands in front of a network: scales, the smooth clip and bins, in NumPy and as layers of Keras."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, make_moons

from dlwhy.data.dataset import SMALLEST_DEVIATION
from dlwhy.models import front, network, scaling
from dlwhy.models.network import NetworkSpec


def some(n: int = 40, n_features: int = 2) -> np.ndarray:
    return np.random.default_rng(3).normal(size=(n, n_features)).astype(np.float32)


def skewed(n: int = 2000) -> np.ndarray:
    """Give a heavy tail, an indicator, a constant, and a column most of whose values are 0."""
    rng = np.random.default_rng(0)
    mostly_zero = np.where(rng.random(n) < 0.8, 0, rng.normal(5, 2, n))
    columns = [rng.lognormal(3, 2, n), rng.integers(0, 2, n), np.full(n, 7.5), mostly_zero]
    return np.column_stack(columns).astype(np.float32)


def test_data_that_are_scaled_already_stay_as_they_are() -> None:
    moons = make_moons(n_samples=1000, noise=0.1, random_state=42)[0].astype(np.float32)

    assert front.scale_of(moons) is None
    assert front.scale_of(moons, "always") is not None


@pytest.mark.parametrize("load", [load_digits, load_breast_cancer])
def test_data_that_are_not_scaled_get_a_scale(load) -> None:
    X = load(return_X_y=True)[0].astype(np.float32)

    mean, variance = front.scale_of(X)

    np.testing.assert_allclose(mean, X.mean(axis=0, dtype=np.float64), rtol=1e-6)
    spread = X.astype(np.float64).var(axis=0)
    np.testing.assert_allclose(variance, np.where(spread == 0, 1, spread), rtol=1e-6)
    assert front.scale_of(X, "never") is None


@pytest.mark.parametrize("value", [0.0, 0.1, 1000.1, -3e30])
def test_case_54_a_constant_feature_is_no_division_by_zero(value: float) -> None:
    X = np.column_stack([some(1000)[:, 0] * 50, np.full(1000, value)]).astype(np.float32)

    scale = front.scale_of(X)
    model = network.build(NetworkSpec(), front=front.Front(scale=scale), n_features=2, task="binary", seed=1)

    assert scale[1][1] == 1.0
    assert np.abs(scaling.normalized(model, X)[:, 1]).max() <= 1e-6 * abs(value)


def test_a_constant_alone_asks_for_no_scale() -> None:
    assert front.scale_of(np.zeros((5, 2), np.float32)) is None
    assert front.scale_of(np.zeros((0, 2), np.float32), "always") is None


def test_moments_do_not_depend_on_the_size_of_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    X = some(1000, 3) * 1000
    whole = front.scale_of(X)
    monkeypatch.setattr(front, "_VALUES_A_PIECE", 17)

    np.testing.assert_allclose(front.scale_of(X), whole, rtol=1e-6)


def test_the_robust_scale_is_median_and_quartiles_and_half_the_range_where_those_agree() -> None:
    X = skewed()
    center, squared = map(np.array, front.robust_scale_of(X))
    low, median, high = np.quantile(X[:, 0].astype(np.float64), (0.25, 0.5, 0.75))
    np.testing.assert_allclose((center[0], squared[0]), (median, (high - low) ** 2), rtol=1e-5)
    assert (center[2], squared[2]) == (7.5, 1.0)
    np.testing.assert_allclose(np.sqrt(squared[3]), np.ptp(X[:, 3]) / 2, rtol=1e-5)


def test_the_two_values_of_a_rare_indicator_are_two_apart() -> None:
    rare = (np.arange(100) < 5).astype(np.float32)[:, None]
    values = front.Front(scale=front.robust_scale_of(rare)).apply(rare)
    assert np.ptp(values) == 2


def test_clipped_features_stay_within_three_spreads_whatever_the_outlier() -> None:
    X = skewed()
    X[0, 0] = 1e30
    clipped = front.fitted(X, "robust").apply(X)
    assert np.abs(clipped).max() <= front.CLIP
    near = np.abs(X[:, 0] - np.median(X[:, 0])) < 1
    assert near.any()
    spread = np.diff(np.quantile(X[:, 0].astype(np.float64), (0.25, 0.75)))
    np.testing.assert_allclose(clipped[near, 0], (X[near, 0] - np.median(X[:, 0])) / spread, rtol=0.01, atol=1e-4)


def test_bins_rise_one_after_another_from_nothing_to_one_and_are_open_at_both_ends() -> None:
    X = np.linspace(0, 1, 1001, dtype=np.float32)[:, None]
    standing = front.fitted(X, "never", bins=4, binned=(0,))
    values = standing.apply(np.array([[-0.5], [0.125], [0.25], [0.5], [0.625], [1.5]], np.float32))
    np.testing.assert_array_equal(values[:, 0], np.array([-0.5, 0.125, 0.25, 0.5, 0.625, 1.5], np.float32))
    # the first counts from two of its widths below, the last to two of its widths above
    expected = [[0, 0, 0, 0], [2.5, 0, 0, 0], [3, 0, 0, 0], [3, 1, 0, 0], [3, 1, 0.5, 0], [3, 1, 1, 3]]
    np.testing.assert_allclose(values[:, 1:], expected, atol=1e-4)


def test_bins_that_would_be_too_narrow_stay_empty() -> None:
    standing = front.fitted(skewed(), "robust", bins=8, binned=(3,))
    slopes = standing.bins.slopes
    assert len(slopes) == 8
    assert 0 < (slopes > 0).sum() < 8  # most quantiles are at 0
    assert slopes.max() <= 1 / 0.03 + 1e-3
    inside = standing.apply(skewed())
    assert inside.shape == (2000, 4 + 8)
    assert not inside[:, 4:][:, slopes == 0].any()


@pytest.mark.parametrize(
    ("wanted", "n", "bins"), [(16, 999, 0), (16, 1000, 10), (16, 1699, 16), (4, 5000, 4), (0, 9999, 0)]
)
def test_bins_take_a_hundred_rows_each_and_a_thousand_in_all(wanted: int, n: int, bins: int) -> None:
    assert front.bins_of(wanted, n) == bins


def test_only_features_of_more_than_ten_values_get_bins() -> None:
    assert front.numeric(np.column_stack([skewed(), np.arange(2000) % 11, np.arange(2000) % 10])) == (0, 3, 4)


@pytest.mark.parametrize("normalize", ["always", "robust"])
@pytest.mark.parametrize("bins", [0, 7])
def test_layers_of_keras_do_the_same_and_are_read_back(normalize: str, bins: int) -> None:
    X = skewed()
    standing = front.fitted(X, normalize, bins=bins, binned=(0, 3))
    spec = NetworkSpec(layers=(4,), linear_path=True)
    model = network.build(spec, n_features=4, task="binary", seed=1, front=standing)
    read, rows = front.of_model(model), X[:500]

    assert read.clips == (normalize == "robust")
    np.testing.assert_array_equal(read.apply(rows), standing.apply(rows))
    np.testing.assert_allclose(scaling.normalized(model, rows), standing.apply(rows), rtol=1e-4, atol=1e-4)


def test_nothing_stands_in_front_of_scaled_features() -> None:
    assert front.fitted(some(500)) is None
    assert front.of_model(network.build(NetworkSpec(), n_features=2, task="binary", seed=1)) is None


@pytest.mark.parametrize(("variance", "deviation"), [(4.0, 2.0), (0.0, SMALLEST_DEVIATION)])
def test_no_deviation_is_zero(variance, deviation) -> None:
    assert front.deviation(np.array([variance], np.float32))[0] == np.float32(deviation)
