"""The target: labels as programs write them, and numbers and words that stand for a missing label."""

import warnings

import polars as pl
import pytest

from dlwhy.data import read_table
from dlwhy.errors import DlwhyWarning, InputRefusedError

N = 60


def read(y, **options):
    frame = pl.DataFrame({"x": [i * 7 % 31 / 4 for i in range(N)], "y": [str(label) for label in y]})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        dataset = read_table(frame, target="y", **options)
    return dataset, [str(each.message) for each in caught if isinstance(each.message, DlwhyWarning)]


@pytest.mark.parametrize("shape", ["{:d}", "{:.1f}", "{:.18e}"])
def test_two_whole_numbers_are_classes_in_whatever_way_they_are_written(shape):
    dataset, told = read([shape.format(i % 2) for i in range(N)])

    assert (dataset.task, dataset.class_names) == ("binary", ("0", "1"))
    assert not told


def test_two_numbers_that_are_not_whole_are_numbers():
    assert read([0.5 + i % 2 for i in range(N)])[0].task == "regression"


SENTINELS = {
    "regression": [-999 if i % 8 == 0 else i * 7 % 31 / 4 for i in range(N)],
    "classes": [99 if i % 8 == 0 else 1 + i % 3 for i in range(N)],
}


@pytest.mark.parametrize("name", SENTINELS)
def test_a_number_that_marks_a_missing_label_is_warned_of(name):
    y = SENTINELS[name]
    mark = y[0]

    _, told = read(y)
    dataset, said = read(y, na=[str(mark)], drop_unlabelled=True)

    (warning,) = told
    assert warning.startswith(f'frame: target "y" is {mark} in {y.count(mark)} rows, far from all else')
    assert warning.endswith(f"(--na {mark} --drop-unlabelled leaves them out)")
    assert len(dataset.y_train) + len(dataset.y_test) == N - y.count(mark)
    assert len(said) == 1


def test_a_word_among_numbers_that_are_classes_is_warned_of():
    y = ["unknown" if i % 9 == 0 else str(i % 5) for i in range(N)]

    dataset, told = read(y)

    assert dataset.class_names == ("0", "1", "2", "3", "4", "unknown")
    (warning,) = told
    assert warning.startswith('frame: target "y": "unknown" stands among numbers, and is taken for a class')
    assert warning.endswith("(--na unknown takes it for missing)")
    assert not read(["low" if i % 2 else "3" for i in range(N)])[1]


def test_one_number_everywhere_is_nothing_to_learn():
    with pytest.raises(InputRefusedError, match=r'target "y" is 1.5 in all rows: there is nothing to learn'):
        read([1.5] * N)
