import dataclasses
import json
import shutil

import pytest

import dlwhy
from dlwhy.data.stored import storage
from dlwhy.models.keras_file import archive
from dlwhy.report import runs
from dlwhy.report.content import Amount, Word
from tests.cli.commands.toys import dataset_of, trained_on


@pytest.fixture
def run(page):
    return page.runs[0]


def test_the_metrics_are_those_of_evaluate(run, demo, dlwhy_in_process):
    told = json.loads(
        dlwhy_in_process("evaluate", "--json", "-m", demo / "model.keras", "-d", demo / "dataset.joblib").out
    )

    shown = {row[0].key.removeprefix("metric."): row[1].value for row in run.model.metrics.rows}
    assert shown == pytest.approx({name: told[name] for name in shown})
    assert run.model.headline[1]["value"] == f"{100 * told['accuracy']:.1f} %"


def test_the_simple_models_stand_beside_it_on_the_same_rows(run):
    names = [row[0] for row in run.model.baselines.rows]

    assert names[0] == Word("baselines.network")
    assert len(names) == 9
    assert run.model.compared.startswith("Beats guessing")


def test_counts_of_classes_are_those_of_the_parts(run, demo):
    dataset = storage.read(demo / "dataset.joblib")

    assert [sum(row[place] for row in run.classes.rows) for place in (1, 2)] == [
        len(dataset.y_train),
        len(dataset.y_test),
    ]


def test_the_ranges_of_columns_are_those_of_the_training_part(run, demo):
    X = storage.read(demo / "dataset.joblib").X_train

    for place, row in enumerate(run.columns.rows):
        assert [cell.value for cell in row[2:5]] == pytest.approx(
            [X[:, place].min(), X[:, place].mean(dtype="float64"), X[:, place].max()]
        )


def test_a_regression_has_numbers_and_no_classes(tmp_path):
    dataset = dataset_of("regression")
    storage.write(dataset, tmp_path / "dataset.joblib")
    archive.write(trained_on(dataset), tmp_path / "model.keras")

    run = runs.gather(tmp_path, 1, ())

    assert run.model.headline[0] == "headline.r2.test"
    assert (run.classes, run.model.classes, run.model.confusion) == (None, None, None)
    assert [picture.name for picture in run.model.pictures] == ["picture.boundary", "picture.predicted"]


def test_data_without_a_model_are_told_alone(tmp_path):
    storage.write(dataset_of(), tmp_path / "dataset.joblib")

    run = runs.gather(tmp_path, 1, ())

    assert run.model is None
    assert len(run.commands) == 1
    assert isinstance(run.columns.rows[0][2], Amount)


def test_a_model_of_another_data_set_is_told_so(tmp_path):
    storage.write(dataset_of(seed=1), tmp_path / "dataset.joblib")
    archive.write(trained_on(dataset_of()), tmp_path / "model.keras")

    assert runs.gather(tmp_path, 1, ()).model.notes[0] == "the model was trained on another data set (toy)"


def test_without_held_out_rows_it_is_scored_on_those_it_learnt_from_and_says_so(tmp_path):
    whole = dataset_of()
    dataset = dataclasses.replace(whole, X_test=whole.X_test[:0], y_test=whole.y_test[:0])
    storage.write(dataset, tmp_path / "dataset.joblib")
    archive.write(trained_on(dataset), tmp_path / "model.keras")

    model = runs.gather(tmp_path, 1, ()).model

    assert model.headline[0] == "headline.accuracy.train"
    assert (model.compared, model.baselines) == ("", None)


def test_features_made_by_hand_are_told(demo, tmp_path):
    trained = dlwhy.fit(storage.read(demo / "dataset.joblib"), layers=(), epochs=1, inputs="x0^2,x0*x1")
    archive.write(trained, tmp_path / "model.keras")
    shutil.copy(demo / "dataset.joblib", tmp_path)

    told = dict(runs.gather(tmp_path, 1, ()).model.training)

    assert told["training.inputs"] == "x0^2, x0*x1"
    assert told["training.layers"] == Word("training.no_layers")
