"""The target: labels as programs write them, and numbers and words that stand for a missing label."""

import warnings

import numpy as np
import polars as pl
import pytest

from dlwhy.data import read_table
from dlwhy.data.dataset import Dataset
from dlwhy.data.stored.storage import read as read_stored
from dlwhy.data.stored.storage import write
from dlwhy.errors import DlwhyWarning, InputRefusedError, UsageError
from tests.data.tables.lines import Import, table

N_ROWS = 90

LABELS = {
    "1, 2": ([1, 2, 2, 1, 1, 2], "binary", ("1", "2")),
    "-1, 1": ([-1, 1, 1, -1, 1, -1], "binary", ("-1", "1")),
    "text": (["yes", "no", "no", "yes", "no", "yes"], "binary", ("no", "yes")),
    "numeric order": ([10, 9, 9, 10, 100, 100] * 2, "multiclass", ("9", "10", "100")),
    "text order": (["b", "C", "a", "b", "C", "a"] * 2, "multiclass", ("C", "a", "b")),
    "leading zeros": (["01", "02", "02", "01"], "binary", ("01", "02")),
    "booleans": (["true", "false", "true", "false"], "binary", ("false", "true")),
    "floats": ([1.0, 2.5, 1.0, 2.5], "regression", ()),
    "exponents": (["1e3", "2e3", "1e3", "2e3"], "regression", ()),
    "many integers": (list(range(7, 107)), "regression", ()),
    "many integers from 0": (list(range(50)) * 4, "multiclass", tuple(map(str, range(50)))),
    "numbers and few words": (["1", "2", "other"] * 4, "multiclass", ("1", "2", "other")),
}

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


@pytest.mark.parametrize("n_codes", [3, 40])
def test_codes_are_classes_that_keep_their_zeros(n_codes, tmp_path):
    codes = [f"{1 + i:03}" for i in range(n_codes)]

    dataset, told = read([codes[i % n_codes] for i in range(N)], stratify=False)
    number, _ = read([codes[i % n_codes] for i in range(N)], target_type="number")
    write(dataset, tmp_path / "d.csv")

    assert (dataset.task, dataset.class_names) == ("multiclass", tuple(codes))
    (note,) = told
    assert note.startswith('frame: target "y": "001" begins with a zero, so these are classes')
    assert number.task == "regression"
    assert read_stored(tmp_path / "d.csv").class_names == dataset.class_names


def test_a_zero_in_front_of_a_number_that_there_is_without_is_warned_of():
    dataset, told = read([("01", "1", "2")[i % 3] for i in range(N)])

    assert dataset.class_names == ("1", "2")
    (warning,) = told
    assert warning.startswith('frame: target "y": "01" and "1" are taken for one class, "1"')


def test_a_text_that_is_another_in_each_row_is_nothing_to_learn():
    with pytest.raises(
        InputRefusedError, match=r'target "y" is another text in each of 60 rows \("n0"\): there is noth'
    ):
        read([f"n{i}" for i in range(N)])


def everything(dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Both parts, in the order of `split=` rows."""
    return np.concatenate((dataset.X_train, dataset.X_test)), np.concatenate((dataset.y_train, dataset.y_test))


@pytest.mark.parametrize("case", LABELS)
def test_case_62_the_target_tells_the_task(imported: Import, case: str) -> None:
    y, task, names = LABELS[case]

    dataset = imported(table(np.linspace(0, 1, len(y)).tolist(), y=y))

    assert (dataset.task, dataset.class_names) == (task, names)
    if names:
        order = np.argsort(everything(dataset)[0][:, 0])
        canonical = [str(label) for label in y]
        assert [names[index] for index in everything(dataset)[1][order]] == canonical


def test_case_55_the_task_can_be_told(imported: Import) -> None:
    whole = table([1, 2, 3, 4, 5, 6], y=[1.5, 2.0, 1.5, 2.0, 1.5, 2.0])
    many = table([i % 300 for i in range(1000)], y=[f"k{i % 200}" for i in range(1000)])

    assert imported(whole).task == "regression"
    assert imported(whole, task="binary").class_names == ("1.5", "2")
    assert imported(table([1, 2, 3, 4], y=[1, 2, 1, 2]), task="regression").y_train.dtype == np.float32
    with pytest.raises(InputRefusedError) as caught:
        imported(many, drop=())
    assert str(caught.value).startswith('d.csv: target "y" has 200 different values in 1000 rows (pass --task')
    assert imported(many, task="multiclass").n_classes == 200


def imported_frame(cells, y=None, more=None, **options):
    y = y or ["yes" if i * 7 % 3 else "no" for i in range(len(cells))]
    frame = pl.DataFrame({"a": cells, "other": [i * 7 % 10 for i in range(len(cells))], **(more or {}), "y": y})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        dataset = read_table(frame, target="y", **options)
    return dataset, [str(each.message).removeprefix("frame: ") for each in caught]


def test_a_target_of_dates_is_refused():
    with pytest.raises(InputRefusedError, match=r'target "y" holds dates \("2020-01-01"\)'):
        imported_frame([i % 7 for i in range(N_ROWS)], y=[f"2020-01-{1 + i % 28:02}" for i in range(N_ROWS)])


@pytest.mark.parametrize(
    ("labels", "task", "names"),
    [
        (["0.0", "1.0"], "binary", ("0", "1")),
        (["1.", "2."], "binary", ("1", "2")),
        (["0.0", "1"], "binary", ("0", "1")),
        (["0.5", "1.0"], "regression", ()),
        (["1.0", "2.0", "3.0"], "regression", ()),
        (["1", "2", "3"], "multiclass", ("1", "2", "3")),
    ],
)
def test_case_11_two_whole_numbers_are_two_classes(labels, task, names):
    dataset, told = imported_frame([i % 7 for i in range(N_ROWS)], y=[labels[i % len(labels)] for i in range(N_ROWS)])

    assert (dataset.task, dataset.class_names) == (task, names)
    assert bool(told) == (labels[-1] == "3.0")


def test_case_11_and_12_the_kind_of_the_target_can_be_told():
    ratings = [f"{1 + i % 5}.0" for i in range(N_ROWS)]
    cells = [i % 7 for i in range(N_ROWS)]

    assert "5 whole numbers such as" in imported_frame(cells, y=ratings)[1][0]
    assert imported_frame(cells, y=ratings, target_type="class")[0].class_names == ("1", "2", "3", "4", "5")
    assert imported_frame(cells, y=[str(i % 5) for i in range(N_ROWS)], target_type="number")[0].task == "regression"
    assert imported_frame(cells, y=["ab"[i % 2] for i in range(N_ROWS)], target_type="class")[0].task == "binary"
    with pytest.raises(UsageError, match="--task regression and --target-type class contradict"):
        imported_frame(cells, y=ratings, target_type="class", task="regression")
    with pytest.raises(UsageError, match="--target-type must be one of"):
        imported_frame(cells, target_type="word")


def test_case_12_counts_stay_a_choice_that_is_named(tmp_path, dlwhy_in_process):
    rows = "".join(f"{i % 13},{i * 37 % 50},{i * 5 % 9}\n" for i in range(300))
    (tmp_path / "d.csv").write_text(f"age,years,claims\n{rows}")
    (tmp_path / "once.csv").write_text(f"age,years,claims\n{rows}1,2,19\n")

    classes = dlwhy_in_process("generate", "--from", "d.csv", "--target", "claims")
    once = dlwhy_in_process("generate", "--from", "once.csv", "--target", "claims")
    number = dlwhy_in_process("generate", "--from", "once.csv", "--target", "claims", "--target-type", "number")

    assert "the 9 classes are whole numbers (--task regression predicts the number)" in classes.err
    assert once.code == 65
    assert 'class "19" has 1 sample' in once.err
    assert "--task regression predicts the number" in once.err
    assert "regression" in number.err
