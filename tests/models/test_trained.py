"""A trained network, in whatever form it is at hand."""

import numpy as np
import pytest

from dlwhy.errors import InputRefusedError
from dlwhy.models import network
from dlwhy.models.details import Details
from dlwhy.models.keras_file import archive
from dlwhy.models.network import NetworkSpec
from dlwhy.models.trained import Trained

HEADS = {"binary": {}, "multiclass": {}, "regression": {"target_scale": (3.0, 2.0)}}


def trained_of(model, task: str) -> Trained:
    names = {"binary": ("a", "b"), "multiclass": ("a", "b", "c"), "regression": ()}[task]
    return Trained(network=model, history={}, details=Details(task=task, columns=(), class_names=names))


def rows(n: int = 200, n_features: int = 3) -> np.ndarray:
    return (np.random.default_rng(8).normal(size=(n, n_features)) * 3).astype(np.float32)


def test_the_keras_model_is_made_when_asked_for_and_heard_from_then_on(trained: Trained, good: bytes, saved) -> None:
    read, X = archive.read(saved(good)), rows(n_features=2)

    before = read.predict(X)
    assert "model" not in vars(read)
    read.model.get_layer("output").bias.assign_add([1.0])

    np.testing.assert_allclose(read.logits(X), trained.logits(X) + 1, atol=1e-6)
    assert before.tobytes() == trained.predict(X).tobytes()


@pytest.mark.parametrize("task", HEADS)
def test_no_rows_have_no_predictions(task: str) -> None:
    model = network.build(NetworkSpec(), n_features=3, task=task, n_classes=3, seed=1)

    assert trained_of(model, task).predict(rows(0)).shape == ((0, 3) if task == "multiclass" else (0,))


def test_other_features_are_refused(trained: Trained) -> None:
    with pytest.raises(InputRefusedError, match="the model expects 2 features, the data have 3"):
        trained.predict(rows(5, 3))
