"""Commands on a file that holds several averaged networks behind one front, and on a lone one of that kind."""

import dataclasses
import json

import numpy as np
import pytest

from dlwhy.data.stored import storage
from dlwhy.models.keras_file import archive
from tests.cli.commands.toys import dataset_of, trained_on
from tests.models import ensembles

TASKS = ("binary", "multiclass", "regression")


@pytest.fixture
def ensemble(tmp_path):
    """Write a data set and an ensemble for it."""

    def write(task="binary", members=8, **options):
        classes = ensembles.CLASSES[task] or ("a", "b")
        dataset = dataset_of(task, classes=classes)
        model = ensembles.build(task, members, n_features=2, **options)
        trained = dataclasses.replace(trained_on(dataset), network=model)
        storage.write(dataset, tmp_path / "d.npz")
        archive.write(trained, tmp_path / "m.keras")
        return trained, dataset

    return write


def test_info_names_the_parts(dlwhy_in_process, ensemble):
    ensemble()

    told = json.loads(dlwhy_in_process("info", "m.keras", "--json").out)
    shown = dlwhy_in_process("info", "m.keras", env={"COLUMNS": "200"}).out

    assert (told["members"], told["bins"], told["linear_path"]) == (8, 6, True)
    assert told["front"][0] == "normalize"
    assert told["front"][-1] == "encoded"
    assert sum(layer.get("member") == 8 for layer in told["layers"]) == 6
    assert {layer["name"] for layer in told["layers"] if layer.get("frozen")} >= {"knots_low", "linear_m8"}
    assert "dense_1_m1" in shown
    assert "dense_1_m2" not in shown
    assert "knots_high" in shown


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("members", [1, 3])
def test_evaluate_and_predict_know_the_average(dlwhy_in_process, ensemble, task, members, tmp_path):
    trained, dataset = ensemble(task, members)
    expected = np.asarray(trained.model(dataset.X_test))

    code, out, _ = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--json")
    assert code == 0
    loss = json.loads(out)["rmse" if task == "regression" else "loss"]
    truth = dataset.y_test
    if task == "binary":
        true_loss = -np.log(np.where(truth == 1, expected[:, 0], 1 - expected[:, 0])).mean()
    elif task == "multiclass":
        true_loss = -np.log(expected[np.arange(len(truth)), truth]).mean()
    else:
        true_loss = np.sqrt(np.square(expected[:, 0] - truth).mean())
    assert loss == pytest.approx(true_loss, rel=1e-4)

    np.savetxt(tmp_path / "t.csv", dataset.X_test, fmt="%.9g", delimiter=",", header="x0,x1", comments="")
    proba = [] if task == "regression" else ["--proba"]
    assert dlwhy_in_process("predict", "t.csv", "-m", "m.keras", "-o", "p.csv", *proba).code == 0
    lines = (tmp_path / "p.csv").read_text().splitlines()[1:]
    told = np.array([line.split(",")[-expected.shape[1] :] for line in lines], float)
    np.testing.assert_allclose(told, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("task", TASKS)
def test_every_picture_is_drawn_of_an_ensemble(dlwhy_in_process, ensemble, task, tmp_path):
    ensemble(task, 2)
    kinds = ["predicted", "residuals"] if task == "regression" else ["boundary", "confusion", "roc", "calibration"]

    result = dlwhy_in_process("plot", *kinds, "-m", "m.keras", "-d", "d.npz", "-o", "p.png")

    assert result.code == 0, result.err
    assert (tmp_path / "p.png").stat().st_size > 1000


def test_starting_from_an_ensemble_takes_its_first_network(dlwhy_in_process, ensemble, tmp_path):
    trained, _ = ensemble("binary", 3, bins=0, robust=False, linear=False)
    train = ["train", "-d", "d.npz", "--init-from", "m.keras", "--layers", "8,8", "--freeze", "all", "--epochs", "1"]

    result = dlwhy_in_process(*train, "-o", "n.keras")

    assert result.code == 0, result.err
    assert "m.keras averages 3 networks: the first is taken" in result.err
    found = archive.read(tmp_path / "n.keras").model
    for layer in ("dense_1", "dense_2"):
        np.testing.assert_array_equal(found.get_layer(layer).kernel, trained.model.get_layer(f"{layer}_m1").kernel)


def test_an_ensemble_is_no_training_to_go_on_with(dlwhy_in_process, ensemble):
    ensemble()

    result = dlwhy_in_process("train", "-d", "d.npz", "--resume", "m.keras", "--epochs", "5", "-o", "n.keras")

    assert result.code == 65
    assert "is an ensemble, which does not hold the state" in result.error
