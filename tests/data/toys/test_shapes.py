"""The toys are what they are called."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from dlwhy.data import make
from dlwhy.data.dataset import Dataset


def score(dataset: Dataset, model: LogisticRegression | LinearRegression | KNeighborsClassifier) -> float:
    fitted = model.fit(dataset.X_train, dataset.y_train)
    return float(fitted.score(dataset.X_test, dataset.y_test))


@pytest.mark.parametrize("name", ["xor", "spirals", "checkerboard", "rings", "circles"])
def test_a_curved_toy_is_beyond_a_linear_model_but_can_be_learnt(name: str) -> None:
    dataset = make(name, samples=4000, noise=0.02)

    assert score(dataset, LogisticRegression()) < 0.7
    assert score(dataset, KNeighborsClassifier()) > 0.95


@pytest.mark.parametrize(("name", "settings"), [("blobs", {}), ("plane", {"noise": 0.01})])
def test_a_linear_model_is_enough_for(name: str, settings: dict[str, float]) -> None:
    model = LinearRegression() if name == "plane" else LogisticRegression()

    assert score(make(name, **settings), model) > 0.98


def test_parity_counts_every_feature() -> None:
    dataset = make("parity", features=5, noise=0)

    assert dataset.y_train.tolist() == ((dataset.X_train > 0).sum(axis=1) % 2).tolist()
    assert set(np.unique(dataset.X_train)) == {-1.0, 1.0}


def test_sine_is_a_sine() -> None:
    dataset = make("sine", noise=0)

    np.testing.assert_allclose(dataset.y_train, np.sin(2 * np.pi * dataset.X_train[:, 0]), atol=1e-5)


def test_rings_have_whole_radii() -> None:
    dataset = make("rings", classes=5, noise=0)

    np.testing.assert_allclose(np.hypot(*dataset.X_train.T), dataset.y_train + 1, rtol=1e-5)


def test_noise_is_the_standard_deviation() -> None:
    quiet, loud = make("xor", noise=0, samples=20_000), make("xor", noise=0.5, samples=20_000)

    assert np.std(loud.X_train - quiet.X_train) == pytest.approx(0.5, rel=0.02)
