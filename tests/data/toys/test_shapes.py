"""The toys are what they are called."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn import datasets
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from dlwhy.data import make
from dlwhy.data.dataset import Dataset
from dlwhy.data.toys import shapes


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


def test_a_bullseye_has_four_rings_of_equal_area_in_turn() -> None:
    dataset = make("bullseye", samples=4000)

    area = np.hypot(*dataset.X_train.T) ** 2
    assert ((area * 4).astype(int) % 2 == dataset.y_train).all()
    assert np.histogram(area, bins=4, range=(0, 1))[0] / len(area) == pytest.approx(0.25, abs=0.03)
    assert score(dataset, LogisticRegression()) < 0.6


def test_noise_is_the_standard_deviation() -> None:
    quiet, loud = make("xor", noise=0, samples=20_000), make("xor", noise=0.5, samples=20_000)

    assert np.std(loud.X_train - quiet.X_train) == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize("samples", [10, 501])
@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize(("name", "settings"), [("moons", {}), ("circles", {"factor": 0.5})])
def test_moons_and_circles_are_scikit_learns_to_the_bit(
    name: str, settings: dict[str, float], noise: float, samples: int
) -> None:
    X, y = getattr(datasets, f"make_{name}")(n_samples=samples, noise=noise, random_state=7, **settings)

    drawn_X, drawn_y = getattr(shapes, name)(shapes.Drawing(samples=samples, noise=noise, seed=7))

    np.testing.assert_array_equal(drawn_X, X)
    np.testing.assert_array_equal(drawn_y, y)


def test_moons_are_made_without_scikit_learn(tmp_path: Path) -> None:
    script = (
        "import sys; from dlwhy.cli import run_command; assert run_command(['generate', '-q']) == 0\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'scipy', 'sklearn', 'tensorflow'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == "[]\n"
