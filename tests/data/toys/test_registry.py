"""The data sets that there are."""

import numpy as np
import pytest

from dlwhy.data import make
from dlwhy.data.toys.registry import REGISTRY

NAMES = list(REGISTRY)


def test_the_registry_holds_what_was_promised() -> None:
    promised = "moons circles xor spirals bullseye blobs gaussian-quantiles checkerboard rings parity hypercube"
    promised += " sine plane friedman1 digits breast-cancer wine iris diabetes"

    assert set(NAMES) == set(promised.split())


@pytest.mark.parametrize("name", NAMES)
def test_a_data_set_is_as_large_as_the_registry_says(name: str) -> None:
    dataset, generator = make(name), REGISTRY[name]

    assert len(dataset.y_train) + len(dataset.y_test) == generator.samples
    assert dataset.n_features == generator.features
    assert dataset.n_classes == generator.classes
    assert dataset.task == generator.task
    assert len(dataset.y_test) == int(np.ceil(0.3 * generator.samples))
    assert dataset.provenance["generator"] == dataset.name == name
    assert generator.purpose
