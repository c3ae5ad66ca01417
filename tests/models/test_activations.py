"""Activations in NumPy are Keras' own."""

import numpy as np
import pytest

from dlwhy.models.activations import ACTIVATIONS as KNOWN
from dlwhy.models.keras_file import settings


@pytest.mark.parametrize("activation", sorted(settings._KERAS_ACTIVATIONS))
def test_every_activation_that_a_file_may_name_is_known_also_at_its_ends(activation: str) -> None:
    import keras

    x = np.array([[-200, -20, -1, -1e-3, 0, 1e-3, 1, 20, 200]], np.float32).T @ np.ones((1, 2), np.float32)

    with np.errstate(all="ignore"):
        found = KNOWN[activation](x)

    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.asarray(keras.activations.get(activation)(x)), rtol=1e-6, atol=1e-6)
