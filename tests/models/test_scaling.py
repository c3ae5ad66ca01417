"""Scales that lie in a model, and the model without them."""

import numpy as np
import pytest

from dlwhy.errors import InputRefusedError
from dlwhy.models import front, scaling
from dlwhy.models.front import Front
from dlwhy.models.network import NetworkSpec, build, predict
from tests.models import ensembles

X = np.random.default_rng(0).normal(50, 10, (40, 2)).astype(np.float32)

FRONTS = {
    "all": {},
    "no bins": {"bins": 0},
    "normalize": {"bins": 0, "robust": False},
    "bins on normalized": {"robust": False},
    "no linear path": {"linear": False},
}


def model(**scales):
    return build(NetworkSpec(layers=(3,)), n_features=2, task="regression", seed=0, **scales)


def test_scales_are_read_from_the_model() -> None:
    scaled = model(front=Front(scale=([50.0, 40.0], [100.0, 25.0])), target_scale=(7.0, 2.0))

    assert front.of_model(scaled).scale == ([50.0, 40.0], [100.0, 25.0])
    assert scaling.target_scale(scaled) == (7.0, 2.0)
    np.testing.assert_allclose(scaling.normalized(scaled, X), (X - [50, 40]) / [10, 5], rtol=1e-5)


def test_the_core_is_what_lies_between_them() -> None:
    scaled = model(front=Front(scale=([50.0, 40.0], [100.0, 25.0])), target_scale=(7.0, 2.0))

    inside = np.asarray(scaling.core(scaled)(scaling.normalized(scaled, X)))
    np.testing.assert_allclose(np.asarray(scaled(X)), 2 * inside + 7, rtol=1e-5)


def test_a_model_without_scales_is_its_own_core() -> None:
    plain = model()

    assert scaling.core(plain) is plain
    assert front.of_model(plain) is scaling.target_scale(plain) is None
    assert scaling.normalized(plain, X) is X
    assert scaling.count_members(plain) == 1


@pytest.mark.parametrize("task", ["binary", "regression"])
@pytest.mark.parametrize("name", FRONTS)
def test_the_core_of_what_the_front_gives_is_the_model(name, task, monkeypatch) -> None:
    built, rows = ensembles.build(task, **FRONTS[name]), ensembles.rows(50)
    monkeypatch.setattr(scaling, "_VALUES_A_CHUNK", 100)  # so that there are several

    encoded = scaling.normalized(built, rows)

    assert encoded.shape == (50, 4 if FRONTS[name].get("bins") == 0 else 10)
    answer = np.asarray(scaling.core(built)(encoded))
    center, spread = scaling.target_scale(built) or (0.0, 1.0)
    np.testing.assert_allclose(answer[:, 0] * spread + center, predict(built, rows), rtol=1e-5, atol=1e-6)
    assert front.of_model(built).scale == ([0.25] * 4, [2.0] * 4)
    trained = {weight.path.split("/")[0] for weight in scaling.core(built).trainable_variables}
    assert trained == {"dense_1", "dense_2", "output"}


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_several_networks_have_no_core(task) -> None:
    built = ensembles.build(task, 3)

    assert scaling.count_members(built) == 3
    assert scaling.target_scale(built) == (None if task == "binary" else (3.0, 2.0))
    with pytest.raises(InputRefusedError, match="the model averages 3 networks; only one can be trained further"):
        scaling.core(built)
