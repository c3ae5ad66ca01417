"""Tables of what was looked at."""

from dlwhy.cli.show.looks import Looks
from dlwhy.evaluation.errors.slices import Slice, Slices
from dlwhy.evaluation.errors.temperature import Temperature


def slice_of(name, p_value):
    return Slice(
        conditions=(name,),
        columns=("x",),
        n_samples=42,
        value=0.71,
        low=0.56,
        high=0.83,
        elsewhere=0.93,
        p_value=p_value,
        p_search=None,
        is_confirmed=p_value <= 0.05,
    )


def test_a_temperature_is_two_columns() -> None:
    found = Temperature(
        temperature=1.62,
        of_halves=(1.5, 1.7),
        n_samples=300,
        loss=0.31,
        loss_scaled=0.28,
        change=-0.03,
        change_low=-0.05,
        change_high=-0.01,
        ece=0.08,
        ece_low=0.05,
        ece_high=0.1,
        ece_scaled=0.03,
    )

    ((said, table),) = Looks(temperature=found).parts()

    assert " ".join(said) == (
        "It is too sure of itself: log loss 0.3100 -> 0.2800 at temperature 1.62 (-0.0300 [-0.0500, -0.0100]); "
        "calibration error 0.0800 -> 0.0300."
    )
    assert table == (
        "Each half of 300 rows at the temperature of the other",
        (
            ["probabilities", "as they are", "at the other half's"],
            [["log loss", "0.3100", "0.2800"], ["calibration error", "0.0800 [0.0500, 0.1000]", "0.0300"]],
        ),
    )


def test_slices_say_on_which_rows_they_are_judged() -> None:
    found = Slices(
        metric="accuracy",
        n_looked=212,
        n_finding=150,
        n_confirming=149,
        slices=(slice_of("x = 1", 0.2), slice_of("x = 2", 0.0001), slice_of("x = 3", 0.04)),
    )

    ((said, table),) = Looks(slices=found).parts()

    on = "accuracy 0.710 [0.560, 0.830] on 42 rows that did not choose it, against 0.930 elsewhere."
    assert said == [
        f"Worst, of rows not tried before, where x = 2: {on}",
        f"Also, of the other rows, where x = 3: {on}",
    ]
    assert table[0].startswith("The worst of 212 slices, on 149 rows that did not choose them, each without")
    assert [row[-1] for row in table[1][1]] == ["0.200", "< 0.001", "0.040"]


def test_what_could_not_be_looked_at_has_no_table() -> None:
    nothing = Slices(metric="mae", n_finding=20, n_confirming=20, reason="40 rows are too few")

    assert list(Looks(slices=nothing).parts()) == [(["Where it errs can't be said: 40 rows are too few."], None)]
    assert Looks(slices=nothing).as_json()["slices"]["reason"] == "40 rows are too few"
    assert list(Looks().parts()) == []
