"""Tasks of data sets that there are."""

import numpy as np
import pytest

from dlwhy.studies.tasks import registry as tasks
from tests.studies.tasks.given import drawn


def test_labels_of_digits_are_noisy_in_training_only():
    clean, noisy = drawn("digits", n_train=1000, label_noise=0.0), drawn("digits", n_train=1000)

    np.testing.assert_array_equal(clean.y_test, noisy.y_test)
    assert np.mean(clean.y_train != noisy.y_train) == pytest.approx(0.3 * 0.9, abs=0.05)


def test_every_input_of_digits_has_a_scale_of_its_own_and_each_seed_has_as_wide_ones():
    for seed in (3, 4):
        plain, scaled = drawn("digits", seed, scaling=0.0), drawn("digits", seed)
        varying = plain.X_train.std(axis=0) > 0
        powers = np.log10(scaled.X_train.std(axis=0)[varying] / plain.X_train.std(axis=0)[varying])
        places = (powers + 1.5) * 63 / 3

        np.testing.assert_allclose(places, places.round(), atol=0.01)
        assert len(set(places.round())) == varying.sum()
        assert np.any(np.diff(places) < 0)  # in another order
    assert np.any(drawn("digits", 3).X_train.std(axis=0) != drawn("digits", 4).X_train.std(axis=0))


@pytest.mark.parametrize("name", ["iris", "diabetes", "friedman1", "blobs"])
def test_registered_data_sets_are_drawn_or_split_anew(name):
    made = tasks.draw("bundled", 0, name=name, n_train=60)

    assert len(made.X_train) == 60
    assert (made.overlap == 0) == (name in ("friedman1", "blobs"))
    if made.task == "regression":
        assert made.y_train.mean() == pytest.approx(0, abs=1e-4)
        assert made.y_train.std() == pytest.approx(1, abs=1e-3)
