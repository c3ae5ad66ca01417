"""What a column is: decided once, said in one line, and told otherwise by an option."""

import random
import warnings

import numpy as np
import polars as pl
import pytest

from dlwhy.data import read_table
from dlwhy.data.dataset import Dataset, NumberForm
from dlwhy.data.tables.frames import features
from dlwhy.errors import DlwhyError, DlwhyNote, DlwhyWarning, InputRefusedError, UsageError

R = random.Random(1)
VALUES = [round(R.uniform(0, 80), 1) for _ in range(90)]


def read(cells, y=None, **options):
    """Read a frame of one column `a` and one of numbers, and return what was said, too."""
    y = y or ["yes" if i % 3 else "no" for i in range(len(cells))]
    frame = pl.DataFrame({"a": cells, "other": [i * 7 % 10 for i in range(len(cells))], "y": y}, strict=False)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        dataset = read_table(frame, target="y", **options)
    return dataset, [str(each.message).removeprefix("frame: ") for each in caught]


def both(dataset, place=0):
    return sorted(np.concatenate((dataset.X_train, dataset.X_test))[:, place].tolist())


def comma(value):
    return str(value).replace(".", ",")


DECORATIONS = {
    "decimal comma": (comma, 'a: read "{}" as'),
    "euros": (lambda value: f"{comma(value)} €", 'a: read "'),
    "dollars": (lambda value: f"${value}", 'a: read "$'),
    "percent": (lambda value: f"{value}%", 'a: read "'),
    "a unit": (lambda value: f"{value} kg", 'a: read "'),
    "no-break blank": (lambda value: f"{comma(value)}\u00a0%", 'a: read "'),
}


@pytest.mark.parametrize("name", DECORATIONS)
def test_case_01_and_03_decorated_numbers_are_read_and_said(name):
    write, said = DECORATIONS[name]

    dataset, told = read([write(value) for value in VALUES])

    assert both(dataset) == sorted(np.float32(VALUES).tolist())
    assert len(told) == 1
    assert said.split("{}")[0] in told[0]
    assert dataset.columns[0].kind == "numeric"
    assert (
        Dataset.from_parts(
            {part: getattr(dataset, part) for part in ("X_train", "y_train", "X_test", "y_test")}, dataset.metadata()
        ).columns
        == dataset.columns
    )
    assert features(pl.DataFrame({"a": [write(1.5)], "other": [0]}), dataset.columns)[0, 0] == 1.5


def test_case_01_and_03_a_target_of_decorated_numbers_is_a_number():
    for write in (comma, "{}%".format, "${}".format):
        dataset, told = read(range(90), y=[write(value) for value in VALUES])

        assert dataset.task == "regression"
        assert sorted(np.concatenate((dataset.y_train, dataset.y_test)).tolist()) == sorted(np.float32(VALUES).tolist())
        assert any('y: read "' in each for each in told)


def test_case_01_what_can_be_read_in_two_ways_is_refused_until_told():
    cells = [f"{i + 1},{i * 37 % 900 + 100}" for i in range(40)]

    with pytest.raises(InputRefusedError) as caught:
        read(cells)
    thousands, said = read(cells, thousands=",")
    decimals, _ = read(cells, decimal=",")

    assert str(caught.value) == ('frame: column "a": "1,100" may be 1100 or 1.1 (say --thousands "," or --decimal ",")')
    assert both(thousands)[0] == 1100
    assert both(decimals)[0] == np.float32(1.1)
    assert thousands.provenance["thousands"] == ","
    assert 'read "' in said[0]


def test_case_01_points_are_thousands_where_the_comma_is_said_to_be_decimal():
    dataset, told = read([f"{i + 1}.500" for i in range(40)], decimal=",", number=["other"])

    assert both(dataset)[0] == 1500
    assert 'a: read "1.500" as 1500' in told[0]


def test_case_03_units_that_differ_are_refused_where_there_are_many():
    with pytest.raises(
        InputRefusedError, match=r'column "a" holds numbers that are not all written in one way, such as'
    ):
        read([f"{i} kg" if i % 2 else f"{i * 10} g" for i in range(60)])
    dataset, _ = read([("500 g", "1 kg", "2 kg")[i % 3] for i in range(60)])
    assert dataset.columns[0].categories == ("1 kg", "2 kg", "500 g")


def limits(share):
    r = random.Random(5)
    return ["<0.01" if r.random() < share else f"{r.uniform(0.01, 0.9):.2f}" for _ in range(90)]


@pytest.mark.parametrize("share", [0.1, 0.6])
def test_case_05_limits_of_detection_are_refused_or_read_as_told(share):
    with pytest.raises(
        InputRefusedError, match=r'"<0.01" is not a number: \d+ of 90 cells give limits \(--censored half'
    ):
        read(limits(share))
    with pytest.raises(InputRefusedError, match="--censored half"):
        read(range(90), y=limits(share))

    half, told = read(limits(share), censored="half")

    assert both(half)[0] == np.float32(0.005)
    assert both(read(limits(share), censored="limit")[0])[0] == np.float32(0.01)
    assert told[0].startswith('a: read "<0.01" as 0.005 (--category COLUMN takes one for text')
    assert len(told) == 1
    assert features(pl.DataFrame({"a": ["<0.02"], "other": [0]}), half.columns)[0, 0] == np.float32(0.01)


@pytest.mark.parametrize("mark", ["?", "N/A", "None", "-", "<NA>", "#N/A", "NULL", "."])
@pytest.mark.parametrize("share", [0.1, 0.6])
def test_case_06_usual_marks_are_missing_and_counted(mark, share):
    r = random.Random(6)
    cells = [mark if r.random() < share else str(r.randint(20, 80)) for _ in range(80)]

    dataset, told = read(cells)

    count = cells.count(mark)
    assert dataset.columns[0].kind == "numeric"
    assert dataset.columns[0].indicator
    filled = f"missing {count} cells (a {count}): filled with the training median or most frequent category"
    assert told == [f'{filled}; taken for missing: "{mark}" {count} (--keep-na-text COLUMN keeps them)']


def test_case_06_numbers_like_minus_999_are_warned_of_by_name():
    cells = [-999 if i % 9 == 0 else 20 + i % 50 for i in range(80)]

    _, told = read(cells)
    cured, _ = read(cells, na=["-999"])

    assert told[0].startswith('"a" is -999 in 9 rows, far from all else (20 to 69)')
    assert "(--na -999 takes it for one)" in told[0]
    assert min(both(cured)) >= 20


@pytest.mark.parametrize("share", [0.3, 0.55, 0.8])
def test_mostly_numbers_and_a_word_are_never_categories_in_silence(share):
    r = random.Random(2)
    cells = ["unknown" if r.random() < share else str(r.randint(0, 999)) for _ in range(90)]

    with pytest.raises(InputRefusedError) as caught:
        read(cells)
    cured, _ = read(cells, na=["unknown"])
    text, _ = read([cell if i % 2 else "unknown" for i, cell in enumerate(cells)], category=["a"])

    assert '"unknown" is not a number' in str(caught.value)
    assert "--na unknown takes it for missing, --category a takes the column for text" in str(caught.value)
    assert cured.columns[0].kind == "numeric"
    assert text.columns[0].kind == "categorical"


@pytest.mark.parametrize("n_words", [2, 5, 7])
def test_all_words_among_numbers_are_told_at_once(n_words):
    words = [f"off {i}" for i in range(n_words)]
    cells = [*map(str, VALUES), *words]

    with pytest.raises(InputRefusedError) as caught:
        read(cells)
    cured, _ = read(cells, na=words)

    marks = " ".join(f"--na 'off {i}'" for i in range(min(n_words, 5)))
    them = "them" if n_words <= 5 else f"these of {n_words} words"
    assert f"{marks} takes {them} for missing" in str(caught.value)
    assert cured.columns[0].kind == "numeric"


@pytest.mark.parametrize("odd", ["*", "n/k", "crew"])
def test_ordinals_and_a_word_are_categories(odd):
    dataset, told = read([("1st", "2nd", "3rd")[i * 7 % 3] for i in range(89)] + [odd])

    assert dataset.columns[0].categories == tuple(sorted({"1st", "2nd", "3rd", odd}))
    assert not told


def test_case_14_a_name_can_be_kept():
    places = ["NA", "EU", "AS", "AF"] * 20

    with pytest.raises(InputRefusedError) as caught:
        read(VALUES[:80], y=places)
    kept, told = read(VALUES[:80], y=places, keep_na_text=["y"])
    dropped, lost = read(VALUES[:80], y=places, missing="drop")
    feature, _ = read(places, keep_na_text=["a"])

    assert '"NA" 20 taken for missing (--keep-na-text y takes them for classes' in str(caught.value)
    assert (kept.class_names, told) == (("AF", "AS", "EU", "NA"), [])
    assert 'taken for missing: "NA" 20' in lost[0]
    assert dropped.class_names == ("AF", "AS", "EU")
    assert feature.feature_names[:4] == ("a=AF", "a=AS", "a=EU", "a=NA")
    assert features(pl.DataFrame({"a": ["NA"], "other": [0]}), feature.columns)[0, :4].tolist() == [0, 0, 0, 1]


def test_words_that_are_often_missing_may_be_classes():
    dataset, told = read(VALUES, y=["None", "mild", "severe"] * 30)

    assert dataset.class_names == ("None", "mild", "severe")
    assert told == []


def test_case_15_only_rows_without_a_label_are_dropped():
    cells = [None if i % 4 == 0 else str(value) for i, value in enumerate(VALUES)]
    y = ["" if i % 10 == 0 else "gb"[i % 2] for i in range(90)]

    with pytest.raises(InputRefusedError, match=r"frame:0:y: the target is missing \(--drop-unlabelled leaves"):
        read(cells, y=y)
    dataset, told = read(cells, y=y, drop_unlabelled=True)

    assert len(dataset.y_train) + len(dataset.y_test) == 81
    assert told[0] == "9 rows without a label left out"
    assert "missing 18 cells (a 18)" in told[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"decimal": ";"}, '--decimal must be one of ".", "," (got ";")'),
        ({"thousands": "_"}, "--thousands must be one of"),
        ({"censored": "zero"}, '--censored must be one of "half", "limit"'),
        ({"decimal": ",", "thousands": ","}, "--decimal and --thousands are the same"),
        ({"category": ["a"], "number": ["a"]}, '--category and --number both name "a"'),
        ({"category": ["b"]}, '--category: no column "b" in frame'),
        ({"keep_na_text": ["b"]}, '--keep-na-text: no column "b" in frame'),
    ],
)
def test_options_that_cant_be_are_refused(options, message):
    with pytest.raises(UsageError) as caught:
        read([1, 2, 3, 4], **options)

    assert str(caught.value).startswith(message)


def test_plain_numbers_have_no_form_and_nothing_is_said():
    dataset, told = read(VALUES)

    assert dataset.columns[0].form is None
    assert told == []
    assert NumberForm() == NumberForm(decimal=".")
    assert issubclass(DlwhyNote, DlwhyWarning)
    assert issubclass(InputRefusedError, DlwhyError)
