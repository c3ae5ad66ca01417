"""Training on hand-made features: the model takes the features of the data, and its file knows what is made of them."""

import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest

from dlwhy.data import make
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.evaluation import evaluate_model
from dlwhy.figures.inside.gradients import GradientsDisplay
from dlwhy.figures.inside.layers import LayersDisplay
from dlwhy.figures.inside.neurons import NeuronsDisplay
from dlwhy.figures.subject import Subject
from dlwhy.models.keras_file import archive
from dlwhy.models.network import NetworkSpec
from dlwhy.training import TrainingOptions, fitting
from dlwhy.training.progress import Hooks
from dlwhy.training.single.fit import resume
from dlwhy.training.taking_layers import Start

RECIPE = TrainingOptions(epochs=30, engine="graph", learning_rate=0.05, checkpoint_every=10)
SQUARES = "x0^2,x1^2"


@pytest.fixture(scope="module")
def circles():
    return make("circles", samples=300)


@pytest.fixture(scope="module")
def made(circles):
    """Give a linear model of squares, what its hooks were given, and its file."""
    seen = []
    hooks = Hooks(on_checkpoint=seen.append)
    trained = fitting.fit(circles, NetworkSpec(layers=()), RECIPE, inputs=SQUARES, snapshots=3, hooks=hooks)
    return trained, seen, archive.to_bytes(trained)


def test_a_linear_model_of_squares_separates_circles(made, circles) -> None:
    trained, seen, _ = made
    plain = fitting.fit(circles, NetworkSpec(layers=()), dataclasses.replace(RECIPE, checkpoint_every=None))
    assert evaluate_model(trained, circles).metrics["accuracy"] > 0.9
    assert evaluate_model(plain, circles).metrics["accuracy"] < 0.7
    assert [each.details.inputs for each in seen] == [("x0^2", "x1^2")] * 3
    assert np.array_equal(seen[-1].predict(circles.X_test), trained.predict(circles.X_test))
    assert trained.details.feature_names == ("x0", "x1")
    assert trained.details.dataset["fingerprint"] == circles.fingerprint


def test_its_file_knows_them_and_keras_takes_what_is_made(made, circles, tmp_path) -> None:
    import keras

    trained, _, content = made
    found = archive.check(content, "m.keras")[0]
    assert np.array_equal(found.predict(circles.X_test), trained.predict(circles.X_test))
    assert archive.to_bytes(trained) == content
    assert list(found.at_snapshots()) == [0, 1, 30]
    assert np.array_equal(found.at_snapshots()[30].predict(circles.X_test), found.predict(circles.X_test))

    path = tmp_path / "m.keras"
    path.write_bytes(content)
    mine = np.asarray(keras.saving.load_model(path)(circles.X_test**2))[:, 0]
    assert mine == pytest.approx(found.predict(circles.X_test), abs=1e-6)
    told = archive.describe(path)
    assert (told["features"], told["inputs"], told["can_resume"]) == (["x0", "x1"], ["x0^2", "x1^2"], False)


@pytest.mark.parametrize("inputs", [["x0^2"], ["x0^2", "x9"], ["x0^2", "eval(x0)"], ["x0^2", 7], "x0^2,x1^2"])
def test_a_file_whose_inputs_can_not_be_is_refused(made, inputs) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made[2])) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "dlwhy.json":
                part = json.dumps({**json.loads(part), "inputs": inputs}).encode()
            new.writestr(name, part)
    with pytest.raises(InputRefusedError, match=r"m\.keras: "):
        archive.check(content.getvalue(), "m.keras")


def test_pictures_of_its_inside_begin_with_what_is_made(made, circles) -> None:
    deep = fitting.fit(
        circles,
        NetworkSpec(layers=(3,)),
        TrainingOptions(epochs=1, engine="graph"),
        inputs="x0^2,x1,sin(x0)",
        snapshots=2,
    )
    subject = Subject.from_trained(deep, circles)
    assert NeuronsDisplay.from_subject(subject).found.stages[0].names == ("x0^2", "x1", "sin(x0)")
    assert LayersDisplay.from_subject(subject).found.views[0].n_units == 3
    assert GradientsDisplay.from_subject(subject).norms.shape == (2, 2)


def test_an_ensemble_of_them(circles) -> None:
    found = fitting.fit(
        circles, NetworkSpec(layers=()), TrainingOptions(epochs=20, learning_rate=0.05), members=2, inputs=SQUARES
    )
    assert found.details.inputs == ("x0^2", "x1^2")
    assert evaluate_model(found, circles).metrics["accuracy"] > 0.8


def test_what_does_not_go_with_them_is_refused(made, circles) -> None:
    trained = made[0]
    with pytest.raises(UsageError, match="--inputs does not go with --init-from"):
        fitting.fit(circles, NetworkSpec(), RECIPE, inputs="x0", start=Start(bases=(_plain(trained),)))
    with pytest.raises(UsageError, match="the network to start from takes hand-made inputs"):
        Start(bases=(trained,))
    read = archive.check(made[2], "m.keras")[0]
    with pytest.raises(InputRefusedError, match="--resume: the model takes hand-made inputs"):
        resume(read, circles, epochs=60)
    with pytest.raises(UsageError, match="there is no feature x7"):
        fitting.fit(circles, NetworkSpec(), RECIPE, inputs="x7")


def _plain(trained):
    return dataclasses.replace(trained, details=dataclasses.replace(trained.details, inputs=()))
