"""Every data set of the registry goes through the same tests."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, make_moons
from sklearn.model_selection import train_test_split

from dlwhy.data import make
from dlwhy.data.toys.registry import REGISTRY
from dlwhy.errors import InputRefusedError, UsageError

NAMES = list(REGISTRY)
TOYS = [name for name in NAMES if REGISTRY[name].draw]
BUNDLED = [name for name in NAMES if not REGISTRY[name].draw]


def test_moons_is_byte_for_byte_the_demonstration() -> None:
    X, y = make_moons(n_samples=1000, noise=0.1, random_state=42)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=42)

    dataset = make()

    assert dataset.X_train.tobytes() == X_train.astype(np.float32).tobytes()
    assert dataset.X_test.tobytes() == X_test.astype(np.float32).tobytes()
    assert dataset.y_train.tolist() == y_train.tolist()
    assert dataset.y_test.tolist() == y_test.tolist()
    assert dataset.class_names == ("0", "1")


@pytest.mark.parametrize("name", NAMES)
def test_one_seed_gives_one_data_set(name: str) -> None:
    assert make(name, seed=7).fingerprint == make(name, seed=7).fingerprint
    assert make(name, seed=7).fingerprint != make(name, seed=8).fingerprint


@pytest.mark.parametrize("name", NAMES)
def test_each_class_occurs_in_both_parts(name: str) -> None:
    dataset = make(name)

    for y in (dataset.y_train, dataset.y_test):
        assert dataset.task == "regression" or set(y.tolist()) == set(range(dataset.n_classes))


@pytest.mark.parametrize("name", [name for name in NAMES if REGISTRY[name].classes])
def test_stratified_parts_have_the_same_shares(name: str) -> None:
    dataset = make(name, stratify=True)

    shares = [np.bincount(y) / len(y) for y in (dataset.y_train, dataset.y_test)]

    assert np.abs(shares[0] - shares[1]).max() < 0.02


def test_bundled_data_are_stratified_unless_told_otherwise() -> None:
    assert make("iris").fingerprint == make("iris", stratify=True).fingerprint
    assert make("iris").fingerprint != make("iris", stratify=False).fingerprint
    assert make("xor").fingerprint == make("xor", stratify=False).fingerprint


@pytest.mark.parametrize("name", [name for name in TOYS if "features" in REGISTRY[name].takes])
def test_features_can_be_chosen(name: str) -> None:
    assert make(name, features=7).X_train.shape == (700, 7)


@pytest.mark.parametrize("name", [name for name in TOYS if "classes" in REGISTRY[name].takes])
def test_classes_can_be_chosen(name: str) -> None:
    dataset = make(name, classes=4, **({"features": 6} if name == "hypercube" else {}))

    assert dataset.class_names == ("0", "1", "2", "3")
    assert dataset.task == "multiclass"
    assert make(name, classes=2).task == "binary"


def test_bundled_data_bear_their_names() -> None:
    assert make("digits").class_names == tuple("0123456789")
    assert make("iris").class_names == ("setosa", "versicolor", "virginica")
    assert make("iris").feature_names[0] == "sepal length (cm)"
    assert make("diabetes").feature_names[:2] == ("age", "sex")


def test_classes_of_bundled_data_stand_in_the_order_of_their_names() -> None:
    dataset, bunch = make("breast-cancer"), load_breast_cancer()

    assert dataset.class_names == ("benign", "malignant")
    assert int(dataset.y_train.sum() + dataset.y_test.sum()) == int((bunch.target == 0).sum())
    rows = {row.tobytes(): label for row, label in zip(bunch.data.astype(np.float32), bunch.target, strict=True)}
    assert [1 - rows[row.tobytes()] for row in dataset.X_train] == dataset.y_train.tolist()


BAD_SETTINGS = {
    "noise -1": ({"noise": -1.0}, "--noise must be a finite number >= 0 (got -1)"),
    "noise nan": ({"noise": float("nan")}, "--noise must be a finite number >= 0 (got nan)"),
    "noise inf": ({"noise": float("inf")}, "--noise must be a finite number >= 0 (got inf)"),
    "samples 0": ({"samples": 0}, "--samples must be a whole number from 2 to 100000000 (got 0)"),
    "samples -5": ({"samples": -5}, "--samples must be a whole number from 2 to 100000000 (got -5)"),
    "samples 1.5": ({"samples": 1.5}, "--samples must be a whole number from 2 to 100000000 (got 1.5)"),
    "seed -1": ({"seed": -1}, "--seed must be a whole number from 0 to 2**32 - 1 (got -1)"),
    "seed 2**32": ({"seed": 2**32}, "--seed must be a whole number from 0 to 2**32 - 1 (got 4294967296)"),
    "test size 0": ({"test_size": 0.0}, "--test-size must be a number between 0 and 1 (got 0)"),
    "test size 1": ({"test_size": 1.0}, "--test-size must be a number between 0 and 1 (got 1)"),
    "test size nan": ({"test_size": float("nan")}, "--test-size must be a number between 0 and 1 (got nan)"),
    "unknown": ({"name": "mons"}, 'no data set "mons" (did you mean moons?)'),
    "hostile name": ({"name": "\x1b[2J"}, r'no data set "\x1b[2J" (there is moons, circles,'),
    "classes of moons": ({"classes": 3}, "--classes does not apply to moons (it applies to rings, blobs,"),
    "noise of digits": ({"name": "digits", "noise": 0.1}, "--noise does not apply to digits (it applies to moons,"),
    "samples of iris": ({"name": "iris", "samples": 9}, "--samples does not apply to iris (it applies to moons,"),
    "one class": ({"name": "blobs", "classes": 1}, "--classes must be a whole number from 2 to 100 (got 1)"),
    "few samples": ({"name": "blobs", "samples": 5}, "--samples must be a whole number from 6 to"),
    "few features": ({"name": "friedman1", "features": 4}, "--features must be a whole number from 5 to 10000 (got 4)"),
    "too small a cube": (
        {"name": "hypercube", "classes": 5, "features": 3},
        "--features must be at least 4 for 5 classes (got 3)",
    ),
    "too much": ({"name": "blobs", "samples": 10**8, "features": 10**4}, "--samples times features must be at most"),
    "stratified numbers": ({"name": "sine", "stratify": True}, "--stratify is for classes; sine is a regression"),
}


@pytest.mark.parametrize("case", BAD_SETTINGS)
def test_case_61_bad_settings_are_refused(case: str) -> None:
    settings, message = BAD_SETTINGS[case]

    with pytest.raises(UsageError) as caught:
        make(**settings)  # type: ignore[arg-type]

    assert str(caught.value).startswith(message)


def test_too_few_rows_to_split_are_refused() -> None:
    with pytest.raises(InputRefusedError, match="no row of 2 is left for training"):
        make("moons", samples=2, test_size=0.9)
    with pytest.raises(InputRefusedError, match="a test part of 1 rows can't hold each of 2 classes"):
        make("moons", samples=10, test_size=0.05, stratify=True)


def test_absurd_noise_is_refused() -> None:
    with pytest.raises(InputRefusedError, match="not finite"):
        make("moons", noise=1e300)
