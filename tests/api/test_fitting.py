"""Options by name and by value make the same training; what there is not is refused with what was meant."""

import dataclasses
import inspect

import numpy as np
import pytest

import dlwhy


def test_options_by_name_are_those_by_value(moons, trained) -> None:
    same = dlwhy.fit(moons, dlwhy.NetworkSpec(layers=(8,)), dlwhy.TrainingOptions(epochs=3))

    np.testing.assert_array_equal(same.predict(moons.X_test), trained.predict(moons.X_test))
    assert same.details.network == trained.details.network


def test_a_name_takes_the_place_of_a_value(moons) -> None:
    network, options = dlwhy.NetworkSpec(layers=(8,), dropout=0.5), dlwhy.TrainingOptions(epochs=50, seed=3)

    found = dlwhy.fit(moons, network=network, options=options, epochs=1, dropout=0.0).details

    assert found.network == dlwhy.NetworkSpec(layers=(8,)).to_json()
    assert found.training["options"] == dlwhy.TrainingOptions(epochs=1, seed=3).to_json()


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"epoch": 3}, "did you mean epochs?"),
        ({"layer": (3,)}, "did you mean layers?"),
        ({"zzz": 1}, "there is layers"),
    ],
)
def test_an_unknown_name_is_a_type_error_with_the_near_one(moons, choices, message) -> None:
    with pytest.raises(TypeError) as caught:
        dlwhy.fit(moons, **choices)

    assert message in str(caught.value)
    assert next(iter(choices)) in str(caught.value)


def test_what_to_compute_on_is_a_choice_as_well(moons) -> None:
    assert dlwhy.fit(moons, layers=(2,), epochs=1, device="cpu", memory=10).details.network["layers"] == [2]
    with pytest.raises(dlwhy.DlwhyError, match="threads must be a whole number"):
        dlwhy.fit(moons, threads=5000)


def test_a_bad_value_is_told_by_the_name_of_the_argument(moons) -> None:
    with pytest.raises(dlwhy.DlwhyError, match=r"^learning_rate must be a finite number > 0"):
        dlwhy.fit(moons, learning_rate=-1.0)


def test_every_choice_is_in_the_help() -> None:
    for kind in (dlwhy.NetworkSpec, dlwhy.TrainingOptions):
        for field in dataclasses.fields(kind):
            assert f"``{field.name}``" in dlwhy.fit.__doc__
    assert "dataset" in inspect.signature(dlwhy.fit).parameters


def test_evaluating_gives_metrics_as_attributes(moons, trained) -> None:
    found = dlwhy.evaluate(trained, moons)

    y_pred = trained.predict(moons.X_test) > 0.5
    assert found.accuracy == pytest.approx(np.mean(y_pred == moons.y_test))
    assert dlwhy.evaluate(trained, moons, split="train").n_samples == len(moons.y_train)
