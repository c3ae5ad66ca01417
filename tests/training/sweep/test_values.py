"""What is swept: values as they are typed, and what can't be."""

import pytest

from dlwhy.errors import UsageError
from dlwhy.training.sweep import values

PLAIN = {"layers": ("10,10",), "learning_rate": ("0.01",), "activation": ("relu",)}


def test_values_have_commas_between_and_those_of_layers_slashes():
    assert values.split("learning_rate", ".001, .01,.1") == (".001", ".01", ".1")
    assert values.split("layers", "none/2/10,10/64,64") == ("none", "2", "10,10", "64,64")
    assert values.split("activation", "relu") == ("relu",)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("learning_rate", ".1,,.2", r"--learning-rate: a value is missing in .1,,.2"),
        ("layers", "2/", "--layers: a value is missing in 2/"),
        ("layers", "2/3/2", "--layers: 2 is there twice"),
        ("layers", "10, 10/10,10", "--layers: 10,10 is there twice"),
        ("learning_rate", ".1,0.10", "--learning-rate: 0.10 is there twice"),
    ],
)
def test_a_list_that_can_be_misread_is_refused(name, text, message):
    with pytest.raises(UsageError, match=message):
        values.split(name, text)


def test_every_combination_has_a_recipe_by_the_texts_of_what_is_swept():
    found = values.cells(PLAIN | {"layers": ("none", "4"), "learning_rate": (".1", ".2", "1")}, {"epochs": 7})
    assert list(found) == [(a, b) for a in ("none", "4") for b in (".1", ".2", "1")]
    network, how = found["4", ".2"]
    assert (network.layers, how.learning_rate, how.epochs) == ((4,), 0.2, 7)
    assert found["none", "1"][0].layers == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"nothing to sweep: no option has several values \(such as"),
        ({"layers": ("1", "2"), "learning_rate": (".1", ".2"), "activation": ("relu", "tanh")}, "of one option or two"),
        ({"learning_rate": tuple(map(str, range(1, 66)))}, "65 combinations, 325 networks in all; at most 64 and"),
    ],
)
def test_a_sweep_of_nothing_or_too_much_is_refused(options, message):
    with pytest.raises(UsageError, match=message):
        values.check(PLAIN | options, 5)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("learning_rate", "x", r"--learning-rate must be a number \(got x\)"),
        ("layers", "10,a", r"--layers must be whole numbers with commas between, or none \(got 10,a\)"),
        ("batch_size", "1.5", "--batch-size must be a number"),
    ],
)
def test_a_value_that_can_not_be_is_refused(name, text, message):
    with pytest.raises(UsageError, match=message):
        values.read(name, text)


def test_a_value_out_of_its_range_is_refused_as_train_does():
    with pytest.raises(UsageError, match="--learning-rate must be a finite number > 0"):
        values.cells(PLAIN | {"learning_rate": (".1", "-1")}, {})
