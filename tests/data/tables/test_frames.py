"""A frame gives the data set that a CSV file of it gives, whatever its columns are kept as."""

import datetime as dt
import warnings

import numpy as np
import polars as pl
import pytest

from dlwhy.data.dataset import Dataset
from dlwhy.data.tables.frames import as_text, is_frame
from dlwhy.data.tables.importing import read_table
from dlwhy.errors import DlwhyWarning, InputRefusedError, UsageError
from dlwhy.models.details import Details
from dlwhy.models.trained import Trained

CELLS = {
    "whole": [3, 1, 4, 1, 5, 9, 2, 6, 5, 3],
    "gaps": [0.1, None, 1e-7, 2.5e8, -0.3, 7.0, 8.125, 1 / 3, 4.0, 5.0],
    "switch": [True, False, True, True, False, True, False, True, False, None],
    "plan": ["basic", "full", " basic", "full", None, "a,b", 'say "hi"', "basic", "two\nlines", "full"],
    "y": ["no", "yes"] * 5,
}


def pandas_frame(cells):
    return pytest.importorskip("pandas").DataFrame(cells)


def with_types_of_pandas(cells):
    frame = pandas_frame(cells)
    frame = frame.astype({"whole": "Int64", "plan": "category", "gaps": "float32"})
    frame.loc[3, "whole"] = None
    return frame


MAKERS = {
    "polars": pl.DataFrame,
    "polars with other types": lambda cells: pl.DataFrame(cells).cast(
        {"whole": pl.Int8, "gaps": pl.Float32, "plan": pl.Categorical}
    ),
    "pandas": pandas_frame,
    "pandas with other types": with_types_of_pandas,
}


@pytest.fixture(params=MAKERS)
def frame(request):
    return MAKERS[request.param](CELLS)


def csv_of(frame, path):
    if isinstance(frame, pl.DataFrame):
        frame.write_csv(path)
    else:
        frame.to_csv(path, index=False)
    return path


def same(one: Dataset, other: Dataset) -> None:
    for name in ("X_train", "y_train", "X_test", "y_test"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert (one.columns, one.class_names, one.task, one.target_name) == (
        other.columns,
        other.class_names,
        other.task,
        other.target_name,
    )


@pytest.mark.filterwarnings("ignore::dlwhy.errors.DlwhyWarning")
@pytest.mark.parametrize("options", [{}, {"drop": ["plan"], "seed": 3, "test_size": 0.5}, {"target": "gaps"}])
def test_a_frame_is_what_its_csv_file_is(frame, options, tmp_path) -> None:
    options = {"target": "y", "missing": "drop" if "target" in options else "impute"} | options
    from_file = read_table(csv_of(frame, tmp_path / "frame.csv"), **options)

    same(read_table(frame, **options), from_file)
    same(Dataset.from_frame(frame, name="mine", **options), from_file)
    assert from_file.fingerprint == read_table(frame, **options).fingerprint


@pytest.mark.filterwarnings("ignore::dlwhy.errors.DlwhyWarning")
def test_the_data_set_is_named_as_asked_and_says_where_it_came_from(frame) -> None:
    made = Dataset.from_frame(frame, target="y", name="churn", drop=["plan"])

    assert made.name == "churn"
    assert made.provenance["table"] == "frame"
    assert made.provenance["drop"] == ["plan"]


def test_the_index_of_a_pandas_frame_is_left_out_and_names_become_text() -> None:
    frame = pandas_frame({0: [1, 2, 3], "y": [0, 1, 0]}).set_index(np.array([7, 8, 9]))

    assert as_text(frame).to_dict(as_series=False) == {"0": ["1", "2", "3"], "y": ["0", "1", "0"]}


def test_only_frames_are_frames() -> None:
    assert is_frame(pl.DataFrame({"a": [1]}))
    assert not any(
        map(is_frame, ([1], np.ones((2, 2)), {"a": [1]}, pl.Series([1]), "x.csv", type("DataFrame", (), {})))
    )
    with pytest.raises(TypeError, match="not a list"):
        read_table([[1, 2]], target="y")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cells", "error", "message"),
    [
        ({"when": [dt.date(2020, 1, day) for day in range(1, 5)]}, InputRefusedError, 'drop=["when"]'),
        ({"parts": [[1], [2], [3], [4]]}, InputRefusedError, 'drop=["parts"]'),
        ({"a": [1.0, 2.0, float("inf"), 4.0]}, InputRefusedError, "frame:2:a: value is not a finite number"),
        ({"a": [1, 2, 3, 4], " a": [1, 2, 3, 4]}, InputRefusedError, 'column name "a" occurs 2 times'),
        ({}, InputRefusedError, "no column but the target"),
    ],
)
def test_what_can_not_be_learnt_from_is_refused_in_the_words_of_python(cells, error, message) -> None:
    with pytest.raises(error) as caught:
        Dataset.from_frame(pl.DataFrame({**cells, "y": [0, 1, 0, 1]}), target="y", stratify=False)

    assert message in str(caught.value)
    assert "--" not in str(caught.value)


def test_a_name_that_is_not_there_is_refused() -> None:
    frame = pl.DataFrame({"a": [1, 2], "y": [0, 1]})
    with pytest.raises(UsageError, match='target: no column "z" in frame; columns: a, y'):
        Dataset.from_frame(frame, target="z")
    with pytest.raises(UsageError, match='drop: no column "z"'):
        Dataset.from_frame(frame, target="y", drop=["z"])
    with pytest.raises(TypeError, match="targt"):
        Dataset.from_frame(frame, target="y", targt="y")
    with pytest.raises(InputRefusedError, match="stratify=False splits without"):
        Dataset.from_frame(pl.DataFrame({"a": [1, 2, 3, 4], "y": [0, 1, 0, 1]}), target="y", test_size=0.25)


def test_a_frame_that_takes_too_much_memory_is_refused() -> None:
    frame = pl.DataFrame({"a": range(100_000), "y": [0, 1] * 50_000})
    with pytest.raises(InputRefusedError, match="raise max_size"):
        Dataset.from_frame(frame, target="y", max_size=1)


def by_a_formula(dataset: Dataset) -> Trained:
    """A model whose answer is the logistic function of its first feature."""
    from dlwhy.models.keras_file.schema import LayerPlan, PlainNetwork, Plan

    n = dataset.n_features
    layers = (
        LayerPlan(kind="InputLayer", name="in", inputs=(), width=n, settings={}, weights=(), n_trained=0),
        LayerPlan(
            kind="Dense",
            name="out",
            inputs=(0,),
            width=1,
            settings={"activation": "sigmoid"},
            weights=((n, 1), (1,)),
            n_trained=2,
        ),
    )
    kernel = np.zeros((n, 1), np.float32)
    kernel[0] = 1
    network = PlainNetwork(
        plan=Plan(name="n", sequential=True, trainable=True, layers=layers),
        weights=[[], [kernel, np.zeros(1, np.float32)]],
    )
    return Trained(
        network=network,
        history={},
        details=Details(task="binary", columns=dataset.columns, class_names=dataset.class_names),
    )


@pytest.mark.filterwarnings("ignore::dlwhy.errors.DlwhyWarning")
def test_a_model_predicts_a_frame_by_the_names_of_its_columns(frame) -> None:
    trained = by_a_formula(Dataset.from_frame(frame, target="y"))
    shuffled = frame[["y", "plan", "switch", "gaps", "whole"]]  # the target, and another order
    there = np.arange(10) != 3  # a gap in one of the frames
    whole = np.array(CELLS["whole"], np.float32)

    y_prob = trained.predict(shuffled)

    np.testing.assert_allclose(y_prob[there], 1 / (1 + np.exp(-whole[there])), rtol=1e-6)
    assert y_prob.shape == (10,)


def test_a_model_says_what_a_frame_lacks_and_what_it_does_not_know() -> None:
    frame = pl.DataFrame({"plan": ["a", "b"] * 6, "n": [1, 2, 3] * 4, "y": [0, 1, 0, 1] * 3})
    trained = by_a_formula(Dataset.from_frame(frame, target="y"))

    with pytest.raises(InputRefusedError, match='frame: no column "plan"; columns: n'):
        trained.predict(frame[["n"]])
    with pytest.raises(InputRefusedError, match="no data rows"):
        trained.predict(frame[:0])
    with pytest.warns(DlwhyWarning, match=r"unknown categories in 1 cell \(plan 1\)"):
        trained.predict(pl.DataFrame({"plan": ["new"], "n": [1]}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trained.predict(frame)
