"""A model and a data set fit together, or are refused with both sides named."""

import dataclasses
import warnings

import numpy as np
import pytest

from dlwhy.data.dataset import Column, Dataset
from dlwhy.errors import DlwhyWarning, InputRefusedError
from dlwhy.models.details import Details
from dlwhy.models.matching import fit_model_to_data


def data_of(names=("x0", "x1"), classes=("a", "b"), y=(0, 1, 0, 1), task="binary"):
    X = np.arange(len(y) * len(names), dtype=np.float32).reshape(len(y), -1)
    kind = np.float32 if task == "regression" else np.int32
    return Dataset(
        X_train=X,
        X_test=X.copy(),
        y_train=np.array(y, kind),
        y_test=np.array(y, kind),
        name="d",
        task=task,
        columns=tuple(Column(name=name) for name in names),
        class_names=tuple(classes),
    )


def details_of(names=("x0", "x1"), classes=("a", "b"), task="binary"):
    columns = tuple(Column(name=name) for name in names)
    return Details(task=task, columns=columns, class_names=tuple(classes), dataset={"name": "d"})


def fitted(details, dataset):
    return fit_model_to_data(details, dataset, model="m.keras", data="data.csv")


def test_a_fitting_data_set_comes_back_the_same():
    dataset = data_of()
    found = fitted(details_of(), dataset)

    assert (found.X_test == dataset.X_test).all()
    assert (found.y_train == dataset.y_train).all()
    assert found.fingerprint == dataset.fingerprint


def test_case_36_another_number_of_features():
    with pytest.raises(InputRefusedError, match=r"^m.keras expects 2 features, data.csv has 3") as caught:
        fitted(details_of(), data_of(names=("x0", "x1", "x2")))

    assert caught.value.exit_code == 65


def test_case_37_a_class_that_the_model_does_not_know():
    dataset = data_of(classes=("a", "b", "c\x1b"), y=(0, 1, 2, 0), task="multiclass")

    with pytest.raises(InputRefusedError) as caught:
        fitted(details_of(), dataset)

    assert caught.value.message == r'data.csv: class "c\x1b" was not in the training data of m.keras (known: a, b)'
    assert caught.value.exit_code == 65


def test_case_38_other_order_is_put_in_order_with_a_warning():
    dataset = data_of(names=("x1", "x0"))

    with pytest.warns(DlwhyWarning, match="another order.*m.keras expects x0, x1; data.csv has x1, x0"):
        found = fitted(details_of(), dataset)

    assert (found.X_test[:, 0] == dataset.X_test[:, 1]).all()
    assert found.feature_names == ("x0", "x1")


def test_case_38_other_names_are_taken_by_position_with_a_warning():
    dataset = data_of(names=("a", "b\x1b[2J"))

    with pytest.warns(DlwhyWarning, match=r"by position: m.keras expects x0, x1; data.csv has a, b\\x1b\[2J"):
        found = fitted(details_of(), dataset)

    assert (found.X_test == dataset.X_test).all()


def test_case_38_a_known_name_at_another_position_is_refused():
    with pytest.raises(InputRefusedError, match=r"expects x0, x1; data.csv has x1, x2"):
        fitted(details_of(), data_of(names=("x1", "x2")))


def test_long_lists_of_names_are_cut():
    names = [f"feature {index}" for index in range(50)]

    with pytest.warns(DlwhyWarning) as caught:
        fitted(details_of(names=names), data_of(names=[f"other {index}" for index in range(50)]))

    assert len(str(caught[0].message)) < 300


def test_classes_are_matched_by_name():
    dataset = data_of(classes=("b", "a"))

    assert fitted(details_of(), dataset).y_test.tolist() == [1, 0, 1, 0]


def test_fewer_classes_than_the_model_knows_are_fine():
    dataset = data_of(classes=("c", "a"))
    found = fitted(details_of(classes=("a", "b", "c"), task="multiclass"), dataset)

    assert found.task == "multiclass"
    assert found.class_names == ("a", "b", "c")
    assert found.y_test.tolist() == [2, 0, 2, 0]


def test_a_class_without_rows_does_no_harm():
    dataset = data_of(classes=("a", "b", "unknown"), task="multiclass")

    assert fitted(details_of(), dataset).class_names == ("a", "b")


def test_one_class_only_is_fine():
    assert fitted(details_of(), data_of(classes=("b",), y=(0, 0))).y_test.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("details", "dataset", "message"),
    [
        (details_of(), data_of(classes=(), task="regression"), "m.keras predicts two classes, data.csv has numbers"),
        (details_of(classes=(), task="regression"), data_of(), "m.keras predicts numbers .*, data.csv has two classes"),
    ],
)
def test_another_task_is_refused(details, dataset, message):
    with pytest.raises(InputRefusedError, match=message):
        fitted(details, dataset)


def test_regression_targets_stay():
    dataset = data_of(classes=(), task="regression")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = fitted(details_of(classes=(), task="regression"), dataset)

    assert found.y_test is dataset.y_test


def test_the_data_set_is_named_by_itself_if_not_told():
    with pytest.raises(InputRefusedError, match=r"^the model expects 1 feature, d has 2"):
        fit_model_to_data(details_of(names=("x",)), data_of())


def test_the_given_data_set_is_not_changed():
    dataset = data_of(names=("x1", "x0"), classes=("b", "a"))
    before = dataclasses.asdict(dataset)
    with pytest.warns(DlwhyWarning):
        fitted(details_of(), dataset)

    assert all(
        np.array_equal(value, before[key]) for key, value in dataclasses.asdict(dataset).items() if key[1] == "_"
    )


def test_a_model_from_elsewhere_has_no_class_names_and_takes_those_of_the_data():
    elsewhere = dataclasses.replace(details_of(classes=("0", "1")), dataset=None)

    with pytest.warns(DlwhyWarning, match="m.keras has no class names .* of data.csv are taken in order: a, b"):
        found = fitted(elsewhere, data_of())

    assert found.class_names == ("a", "b")
    assert found.y_test.tolist() == [0, 1, 0, 1]


def test_a_model_from_elsewhere_with_more_classes_is_refused():
    elsewhere = dataclasses.replace(details_of(classes=("0", "1", "2"), task="multiclass"), dataset=None)

    with pytest.raises(InputRefusedError, match='class "a" was not'):
        fitted(elsewhere, data_of())
