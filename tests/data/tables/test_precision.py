"""Numbers at the ends of float32's range: nothing is lost, and centre and scale stay with data and model."""

import json
import random
import warnings

import numpy as np
import polars as pl
import pytest

from dlwhy.data import read_table
from dlwhy.data.dataset import Column, Dataset
from dlwhy.data.stored import storage
from dlwhy.data.tables.frames import features
from dlwhy.errors import DlwhyNote, DlwhyWarning, InputRefusedError
from dlwhy.models.details import Details
from dlwhy.models.matching import fit_model_to_data

SECONDS = [1_700_000_000 + 7 * i % 120 for i in range(200)]
EVENING = ["yes" if 30 <= second % 1_700_000_000 < 90 else "no" for second in SECONDS]


@pytest.fixture
def seconds():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        dataset = read_table(pl.DataFrame({"seconds": SECONDS, "evening": EVENING}), target="evening")
    assert [each.category for each in caught] == [DlwhyWarning, DlwhyNote]
    assert "looks like seconds since 1970" in str(caught[0].message)
    assert '"seconds (from 1700000100 in steps of 100)": float32 does not tell' in str(caught[1].message)
    return dataset


def test_times_near_each_other_keep_all_their_values(seconds):
    assert len(np.unique(np.concatenate((seconds.X_train, seconds.X_test)))) == len({*SECONDS}) == 120
    assert seconds.columns[0].name == "seconds"


@pytest.mark.parametrize("suffix", ["joblib", "npz", "csv"])
def test_center_and_scale_are_stored_with_the_data(seconds, tmp_path, suffix):
    storage.write(seconds, tmp_path / f"d.{suffix}")

    back = storage.read(tmp_path / f"d.{suffix}")

    assert back.columns == seconds.columns
    np.testing.assert_array_equal(back.X_train, seconds.X_train)


def test_a_model_reads_new_rows_with_the_scale_of_its_training(seconds):
    details = Details(task="binary", columns=seconds.columns, class_names=("no", "yes"))
    columns = Details.from_json(details.to_json()).columns

    X = features(pl.DataFrame({"seconds": [1_700_000_100, 1_700_000_150, 1_700_000_000]}), columns)

    assert X.tolist() == [[0.0], [0.5], [-1.0]]
    tiny = (Column(name="share", center=0.0, scale=1e-9),)
    with pytest.raises(InputRefusedError, match="frame:1:share: 3e38 is far outside the training data"):
        features(pl.DataFrame({"share": ["2e-9", "3e38"]}), tiny)


def test_another_table_is_seen_with_the_scale_of_the_model(seconds):
    details = Details(task="binary", columns=seconds.columns, class_names=("no", "yes"))
    later = pl.DataFrame({"seconds": [s + 3000 for s in SECONDS], "evening": EVENING})
    with warnings.catch_warnings(action="ignore"):
        other = read_table(later, target="evening")
    assert other.columns != seconds.columns

    fitted = fit_model_to_data(details, other)

    np.testing.assert_allclose(fitted.X_train, seconds.X_train + 30, atol=1e-5)
    assert fitted.columns == seconds.columns


def test_gaps_are_filled_in_the_units_of_the_table():
    frame = pl.DataFrame({"t": [None, *SECONDS[1:]], "evening": EVENING})
    with warnings.catch_warnings(action="ignore"):
        dataset = read_table(frame, target="evening")

    (column,) = dataset.columns
    assert 1_700_000_000 < column.fill < 1_700_000_120
    assert dataset.feature_names == ("t (from 1700000100 in steps of 100)", "t missing")
    assert np.abs(dataset.X_train[:, 0]).max() <= 1


def case_34(kind: str) -> pl.DataFrame:
    """Rows as those of the case: a feature of 1e9, one of 1e-9, and a target of both."""
    r = random.Random(34)
    rows = [(r.uniform(1e9, 2e9), r.uniform(1e-9, 2e-9)) for _ in range(300)]
    price = {"millions": lambda a, b: 2e-3 * a + 1e15 * b, "tiny": lambda a, b: 1e-16 * a + 50 * b}[kind]
    columns = {"area": [f"{a:.6g}" for a, _ in rows], "share": [f"{b:.6g}" for _, b in rows]}
    return pl.DataFrame(columns | {"price": [f"{price(a, b):.8g}" for a, b in rows]})


@pytest.mark.parametrize("kind", ["millions", "tiny"])
def test_case_34_huge_and_tiny_numbers_are_learnt_without_an_option(kind, tmp_path, dlwhy_in_process):
    case_34(kind).write_csv(tmp_path / "d.csv")
    assert dlwhy_in_process("generate", "--from", "d.csv", "--target", "price").code == 0
    assert dlwhy_in_process("train", "-q", "--epochs", "60").code == 0

    scores = dlwhy_in_process("evaluate", "--json")
    predicted = dlwhy_in_process("predict", "d.csv")

    assert json.loads(scores.out)["r2"] >= 0.99
    true = case_34(kind)["price"].cast(pl.Float64).to_numpy()
    answers = np.array([float(line) for line in predicted.out.split()[1:]])
    assert 1 - np.var(true - answers) / np.var(true) > 0.99


@pytest.mark.parametrize("fill", ["1e20", "9.96921e36", "-1e30"])
def test_case_34_fill_values_are_refused_with_the_cure(fill, tmp_path, dlwhy_in_process):
    rows = "".join(f"{fill if i % 9 == 0 else i / 7},{i % 5},{'pq'[i % 2]}\n" for i in range(60))
    (tmp_path / "d.csv").write_text(f"temperature,rain,warm\n{rows}")

    refused = dlwhy_in_process("generate", "--from", "d.csv", "--target", "warm")
    cured = dlwhy_in_process("generate", "--from", "d.csv", "--target", "warm", "--na", fill)

    assert refused.code == 65
    assert "d.csv:2:temperature: " in refused.err
    assert f"--na {float(fill):g}" in refused.err
    assert cured.code == 0
    assert "missing 7 cells (temperature 7)" in cured.err


def test_marks_of_missing_cells_are_kept_for_new_rows():
    frame = pl.DataFrame({"a": ["1.5", "-999", "2.5", "-999.0", "7", "3"], "y": [0, 1, 0, 1, 0, 1]})
    with warnings.catch_warnings(action="ignore"):
        dataset = read_table(frame, target="y", na=["-999"], test_size=0.4)
        (column,) = dataset.columns

        assert features(pl.DataFrame({"a": ["-999", "4"]}), dataset.columns)[:, 0].tolist() == [column.fill, 4]
    assert column.na == ("-999",)
    assert Dataset.from_parts(
        {name: getattr(dataset, name) for name in ("X_train", "y_train", "X_test", "y_test")}, dataset.metadata()
    ).columns == (column,)
    assert dataset.provenance["na"] == ["-999"]


def test_small_p_values_are_warned_of():
    frame = pl.DataFrame({"p": [f"1e-{i}" for i in range(3, 93)], "y": ["p", "q"] * 45})

    with pytest.warns(DlwhyWarning, match=r'column "p": \d+ numbers are so small .*take the logarithm'):
        read_table(frame, target="y")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ([1.7e9 + i % 120 + 0.5 for i in range(200)], "120 different numbers would be 2"),
        ([1e-30 * (1 + i % 50) for i in range(200)], "they differ too little"),
        ([1e12 + i / 7 for i in range(200)], "different numbers would be 1"),
    ],
)
def test_targets_that_float32_rounds_away_are_refused(target, said):
    frame = pl.DataFrame({"x": [i * 0.37 % 1 for i in range(200)], "y": target})

    with pytest.raises(InputRefusedError, match=rf'frame: target "y": float32 does not tell .*{said}'):
        read_table(frame, target="y", task="regression")
