"""Numbers far outside the training data are warned of at prediction; what only has a long tail is not."""

import dataclasses
import warnings

import numpy as np
import pytest

from dlwhy.data import read_table
from dlwhy.evaluation.outside import Outside
from dlwhy.models import front, network
from dlwhy.models.keras_file import archive
from tests.cli.commands.toys import trained_on

HEAD = "age,dose,kind\n"
ROWS = [(20 + index % 50, 1.5 + index % 9, "abc"[index % 3]) for index in range(60)]


def text(rows):
    return HEAD + "".join(f"{age},{dose},{kind}\n" for age, dose, kind in rows)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = tmp_path_factory.mktemp("outside") / "d.csv"
    path.write_text(HEAD.replace("\n", ",y\n") + "".join(f"{a},{d},{k},{'pq'[a % 2]}\n" for a, d, k in ROWS))
    dataset = read_table(path, target="y")
    model = network.build(
        network.NetworkSpec(layers=(4,)),
        n_features=dataset.n_features,
        task="binary",
        n_classes=2,
        seed=0,
        front=front.fitted(dataset.X_train),
    )
    return dataclasses.replace(trained_on(dataset), network=model)


OTHERS = {
    "a mark of a missing cell": (
        [(-999, *row[1:]) if index == 7 else row for index, row in enumerate(ROWS)],
        "age in 1",
    ),
    "another unit": ([(age, dose * 1000, kind) for age, dose, kind in ROWS], "dose in 60"),
    "a slipped column": ([(age, age * 20, kind) for age, _, kind in ROWS], "dose in 60"),
}


@pytest.mark.parametrize("size", ["7", "1000"])
@pytest.mark.parametrize("name", OTHERS)
def test_predict_warns_of_what_training_had_nothing_like(dlwhy_in_process, trained, tmp_path, name, size):
    archive.write(trained, tmp_path / "m.keras")
    rows, said = OTHERS[name]

    other = dlwhy_in_process("predict", "-m", "m.keras", "--chunk-size", size, stdin=text(rows))
    usual = dlwhy_in_process("predict", "-m", "m.keras", "--chunk-size", size, stdin=text(ROWS))

    assert (other.code, usual.code, usual.err) == (0, 0, "")
    assert f"<stdin>: far outside the training data: {said} of 60 rows (" in other.err
    assert other.out.count("\n") == usual.out.count("\n")


def labelled(rows):
    return HEAD.replace("\n", ",y\n") + "".join(f"{age},{dose},{kind},{'pq'[age % 2]}\n" for age, dose, kind in rows)


@pytest.mark.parametrize("name", OTHERS)
def test_evaluate_warns_of_what_training_had_nothing_like(dlwhy_in_process, trained, tmp_path, name):
    archive.write(trained, tmp_path / "m.keras")
    rows, said = OTHERS[name]
    (tmp_path / "other.csv").write_text(labelled(rows))
    (tmp_path / "usual.csv").write_text(labelled(ROWS))

    other = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "other.csv")
    usual = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "usual.csv")

    assert (other.code, usual.code) == (0, 0)
    assert f"other.csv: far outside the training data: {said} of 60 rows (" in other.err
    assert "far outside" not in usual.err


def test_a_mark_that_is_named_is_no_number(dlwhy_in_process, trained, tmp_path):
    archive.write(trained, tmp_path / "m.keras")

    result = dlwhy_in_process("predict", "-m", "m.keras", "--na", "-999", stdin=text([(-999, *ROWS[0][1:]), *ROWS[1:]]))

    assert "outside" not in result.err


def test_a_long_tail_and_a_rare_category_are_usual(trained):
    outside = Outside(trained.details.columns, trained.plain(), "d")
    X = np.tile(np.float32([40, 5, 1, 0, 0]), (5000, 1))
    X[3, 0] = 4000  # one in 5000
    X[:, 2:] = np.eye(3, dtype=np.float32)[np.arange(5000) % 3]

    outside.look(X)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outside.warn()


def test_a_model_that_does_not_scale_knows_nothing_of_it(trained):
    plain = trained_on(read_frame_of(trained)).plain()
    outside = Outside(trained.details.columns, plain, "d")

    outside.look(np.full((5, 5), 1e6, np.float32))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outside.warn()


def read_frame_of(trained):
    import polars as pl

    frame = pl.DataFrame(ROWS, schema=["age", "dose", "kind"], orient="row")
    return read_table(frame.with_columns(y=pl.Series(["p", "q"] * 30)), target="y")
