"""Networks to start from."""

import numpy as np
import pytest

from dlwhy.studies.claims.transfer import arms
from dlwhy.studies.claims.transfer import design as transfer
from dlwhy.studies.plan.study import Seeds
from dlwhy.studies.request import Request
from dlwhy.studies.tasks import transfer as transfer_tasks
from tests.studies.claims.transfer.given import TARGETS, _short


@pytest.mark.parametrize(("name", "settings"), TARGETS)
def test_shuffled_sources_have_the_same_rows_and_labels_in_another_order(name, settings):
    plain, shuffled = (transfer_tasks.source(name, 2, shuffled=shuffled, **settings) for shuffled in (False, True))

    np.testing.assert_array_equal(plain.X_train, shuffled.X_train)
    np.testing.assert_array_equal(np.sort(plain.y_train, axis=0), np.sort(shuffled.y_train, axis=0))
    assert (plain.y_train != shuffled.y_train).mean() > 0.3
    np.testing.assert_array_equal(plain.y_test, shuffled.y_test)


def test_the_source_does_not_depend_on_what_the_target_shares():
    own = [transfer_tasks.source("trunk", 5, rho=rho, k=k) for rho, k in ((1.0, 5), (0.0, 20))]

    np.testing.assert_array_equal(own[0].X_train, own[1].X_train)
    np.testing.assert_array_equal(own[0].y_train, own[1].y_train)


def test_a_base_holds_the_layers_of_its_own_source(monkeypatch):
    monkeypatch.setattr(arms, "_SOURCES", {})
    arm = transfer.design(Request(claim="transfer", budget="quick")).arms["trunk-shared: fine-tuned, k=5"]
    recipe = _short(arm).recipe
    found = arms.sources(recipe.source, recipe.network, arm.task, Seeds(report=(1, 2), tuning=(3,)))
    X = np.random.default_rng(0).standard_normal((6, 30)).astype(np.float32)
    model = found.base(1, 2).model
    hidden = model.layers[-1].input

    import keras

    np.testing.assert_allclose(keras.Model(model.inputs[0], hidden)(X), found.hidden(1, X), atol=1e-5)
    assert [layer.name for layer in found.base(1, 1).model.layers if layer.weights] == ["dense_1", "output"]
