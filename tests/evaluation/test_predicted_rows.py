"""Predictions as rows of a file that no spreadsheet runs and no terminal obeys."""

import numpy as np
import polars as pl
import pytest

from dlwhy.errors import InputRefusedError
from dlwhy.evaluation.predicted_rows import as_frame, beside, encode, with_intervals


def test_classes_go_by_name_with_their_probabilities_where_wanted() -> None:
    y = np.array([0.25, 0.875], np.float32)
    about = {"task": "binary", "class_names": ("no", "yes")}

    assert as_frame(y, **about, proba=False).rows() == [("no",), ("yes",)]
    frame = as_frame(y, **about, proba=True)
    assert frame.columns == ["prediction", "p_no", "p_yes"]
    assert frame.rows() == [("no", 0.75, 0.25), ("yes", 0.125, 0.875)]


def test_of_several_classes_the_likeliest_is_named_and_numbers_are_numbers() -> None:
    y = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]], np.float32)

    assert as_frame(y, task="multiclass", class_names=("a", "b", "c"), proba=False)["prediction"].to_list() == [
        "b",
        "a",
    ]
    assert as_frame(y[:, 0], task="regression", class_names=(), proba=False)["prediction"].to_list() == [
        pytest.approx(0.2),
        pytest.approx(0.6),
    ]


def test_a_number_gets_its_interval_and_a_class_its_set() -> None:
    numbers = as_frame(np.array([1.0, 2.0]), task="regression", class_names=(), proba=False)
    interval = with_intervals(numbers, np.array([1.0, 2.0]), 0.5, class_names=(), kind="csv")
    assert interval.rows() == [(1.0, 0.5, 1.5), (2.0, 1.5, 2.5)]

    y, names = np.array([0.5, 0.9]), ("no", "yes")
    classes = as_frame(y, task="binary", class_names=names, proba=False)
    assert with_intervals(classes, y, 0.6, class_names=names, kind="csv")["set"].to_list() == ["no|yes", "yes"]
    lists = with_intervals(classes, y, 0.6, class_names=names, kind="jsonl")["set"].to_list()
    assert lists == [["no", "yes"], ["yes"]]


def test_a_name_that_parts_the_set_is_refused_in_csv() -> None:
    y = np.array([0.5])
    frame = as_frame(y, task="binary", class_names=("a|b", "c"), proba=False)

    with pytest.raises(InputRefusedError, match=r"a class has \| in its name"):
        with_intervals(frame, y, 0.6, class_names=("a|b", "c"), kind="csv")


def test_formulas_and_controls_are_harmless_and_numbers_stay() -> None:
    frame = pl.DataFrame({"=x": ["=1+1", "-5", "a\x1bb"], "prediction": ["@y", "+2", "plain"]})

    lines = encode(frame, "csv", header=True).decode().splitlines()
    assert lines == ["'=x,prediction", "'=1+1,'@y", "-5,+2", "a\\x1bb,plain"]
    assert encode(frame, "jsonl", header=False).decode().splitlines()[0] == '{"=x":"=1+1","prediction":"@y"}'


def test_kept_columns_stand_in_front_and_none_may_be_called_like_an_output() -> None:
    predicted = pl.DataFrame({"prediction": ["a"]})

    assert beside(pl.DataFrame({"id": ["7"]}), predicted).rows() == [("7", "a")]
    assert beside(pl.DataFrame(), predicted).rows() == [("a",)]
    with pytest.raises(InputRefusedError, match="column 'prediction' can't be kept"):
        beside(predicted, predicted)
    with pytest.raises(InputRefusedError, match="two columns of the output would both be called"):
        encode(pl.DataFrame({"=a": ["1"], "'=a": ["2"]}), "csv", header=True)
