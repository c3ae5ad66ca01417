"""Numbers that no network can be trained on are refused by name, those that it hardly sees are told."""

import dataclasses
import warnings

import numpy as np
import pytest

from dlwhy.errors import DlwhyWarning, InputRefusedError
from dlwhy.models import front
from dlwhy.studies import conduct
from dlwhy.training import TrainingOptions, fit
from dlwhy.training.data.ranges import check_range, warn_of_small_spreads
from tests.training.conftest import small, train_stack


def with_value(value, *, part="X_train", task="binary"):
    data = small(task)
    values = getattr(data, part).copy()
    values[(3, 1) if values.ndim == 2 else 3] = value
    return dataclasses.replace(data, **{part: values})


@pytest.mark.parametrize("value", [1e20, -1e30, 9.96921e36, 3.4e38])
@pytest.mark.parametrize("part", ["X_train", "X_test"])
def test_case_34_what_can_not_be_scaled_is_refused(value, part):
    with pytest.raises(InputRefusedError, match=r'small: "x1" holds .*, at most 1\.8e\+19 can be scaled') as refused:
        check_range(with_value(value, part=part))
    assert f"{value:g}" in refused.value.message
    assert "missing" in refused.value.hint


def test_case_34_targets_are_refused_alike():
    with pytest.raises(InputRefusedError, match='"target" holds 1e'):
        check_range(with_value(1e25, part="y_train", task="regression"))
    check_range(with_value(1.7e19, part="y_train", task="regression"))


def test_case_34_every_training_refuses_before_it_begins():
    data = with_value(1e30)
    for begin in (
        lambda: fit(data, options=TrainingOptions(epochs=1)),
        lambda: train_stack(data, seeds=[1, 2]),
        lambda: conduct.own_data(data),
    ):
        with pytest.raises(InputRefusedError, match="can be scaled"):
            begin()


def test_the_largest_number_that_is_accepted_has_a_variance():
    data = with_value(1.7e19)
    check_range(data)
    mean, variance = front.fitted(data.X_train).scale
    assert max(variance) < np.finfo(np.float32).max / 2
    assert np.isfinite(mean).all()


def test_case_34_features_that_hardly_vary_are_told_by_name():
    data = small()
    data = dataclasses.replace(data, X_train=data.X_train * np.float32([1e9, 1e-9, 1]))
    with pytest.warns(DlwhyWarning, match='"x1": values differ by less than 1e-07, .*use another unit'):
        warn_of_small_spreads(data, front.fitted(data.X_train))
    constant = dataclasses.replace(data, X_train=np.ones_like(data.X_train) * np.float32([1e9, 7, 1e-12]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_small_spreads(constant, front.fitted(constant.X_train))
        warn_of_small_spreads(data, None)
