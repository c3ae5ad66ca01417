"""The recipe of a trained model as an arm of a comparison: what is taken of its file, and what is refused."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from dlwhy.data import make
from dlwhy.data.stored import storage
from dlwhy.errors import InputRefusedError, InputUnreadableError, UsageError
from dlwhy.models.network import NetworkSpec
from dlwhy.studies import conduct
from dlwhy.studies.arms.ensemble import Ensemble
from dlwhy.studies.arms.network import Network
from dlwhy.studies.claims.compare import design as compare
from dlwhy.studies.claims.compare import recipes
from dlwhy.studies.claims.transfer import design as transfer_design
from dlwhy.studies.request import OwnData, Request
from dlwhy.training.options import TrainingOptions
from dlwhy.training.recipe import RECIPES

GOLDEN = Path(__file__).parents[3] / "golden" / "model-keras-3.15.keras"
NETWORK = NetworkSpec(layers=(6, 5), activation="tanh", dropout=0.2)
OPTIONS = TrainingOptions(epochs=3, batch_size=16, learning_rate=0.02, optimizer="adamw", normalize="always", seed=7)
OWN = OwnData(name="mine", fingerprint="f", rows=400, features=2, classes=2)


def model_file(path, *, network=NETWORK, options=OPTIONS, inputs=(), **about):
    """Write a model like a trained one: that of the golden file, with another recipe beside its weights."""
    training = {"options": options and options.to_json(), "epochs": 3, **about}
    with zipfile.ZipFile(GOLDEN) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "dlwhy.json":
                told = {**json.loads(content), "network": network and network.to_json(), "training": training}
                content = json.dumps(told | ({"inputs": list(inputs)} if inputs else {})).encode()
            new.writestr(name, content)
    return path


def test_network_and_options_are_those_of_the_model(tmp_path):
    text = f"model:{model_file(tmp_path / 'my model.keras')}"
    made = recipes.parse(f" {text} ", "binary", epochs=50)

    assert made.text == text  # spaces in a path stay
    assert made.network == NETWORK
    # what all arms have in common is the study's
    expected = {**OPTIONS.to_json(), "normalize": "never", "seed": 42}
    assert made.options == TrainingOptions.from_json(expected)
    assert made.has_rate
    assert not made.from_other


def test_a_model_of_several_networks_takes_part_with_all_and_with_its_recipe(tmp_path):
    spec, options = RECIPES["table"]
    arms = [
        f"model:{model_file(tmp_path / 'eight.keras', network=spec, options=options, members=8)}",
        f"model:{model_file(tmp_path / 'one.keras', network=spec, options=options)}",
    ]
    asked = Request(claim="compare", own=OWN, extra={"arms": arms, "models": recipes.read_all(arms)})
    made = [
        arm.recipe for arm in conduct.design(Request.from_json(json.loads(json.dumps(asked.to_json())))).arms.values()
    ]
    assert [type(recipe) for recipe in made] == [Ensemble, Network]
    assert made[0].members == 8
    for recipe in made:
        assert (recipe.network, recipe.options, recipe.steps) == (spec, options, None)


@pytest.mark.parametrize("members", [0, -1, 1.5, "8", 10**9, None], ids=str)
def test_as_many_networks_as_can_not_be_are_refused(members, tmp_path):
    path = model_file(tmp_path / "odd.keras", members=members)
    with pytest.raises(InputRefusedError, match=r"odd\.keras: .*damaged"):
        recipes.parse(f"model:{path}", "binary")


def test_a_study_is_shown_when_the_file_is_gone(tmp_path):
    text = f"model:{model_file(tmp_path / 'm.keras')}"
    arms = [text, "baseline:logistic"]
    asked = Request(claim="compare", own=OWN, extra={"arms": arms, "models": recipes.read_all(arms)})
    before = compare.design(asked)
    (tmp_path / "m.keras").unlink()
    again = conduct.design(Request.from_json(json.loads(json.dumps(asked.to_json()))))
    assert again.arms.keys() == before.arms.keys()
    arm = again.arms[f"mine: {text}"]
    assert (arm.recipe.network, arm.recipe.options.learning_rate, arm.recipe.rates) == (NETWORK, 0.02, ())
    assert arm.recipe.steps == 3 * -(-300 // 16)
    with pytest.raises(InputUnreadableError, match=r"m\.keras"):
        recipes.read_all(arms)


def test_weights_of_another_model_are_not_taken_over_and_the_page_says_so(tmp_path):
    text = f"model:{model_file(tmp_path / 'm.keras', taken={'layers': ['a']})}"
    study = compare.design(Request(claim="compare", own=OWN, extra={"arms": [text, "baseline:logistic"]}))
    assert any("Trained from scratch here" in line and text in line for line in study.caveats)


@pytest.mark.parametrize("changed", [{"network": None}, {"options": None}], ids=str)
def test_a_model_of_someone_else_is_refused_by_name(tmp_path, changed):
    path = model_file(tmp_path / "theirs.keras", **changed)
    with pytest.raises(InputRefusedError, match=r"theirs\.keras: no training options in it") as caught:
        recipes.parse(f"model:{path}", "binary")
    assert caught.value.exit_code == 65


def test_a_model_of_hand_made_inputs_is_refused(tmp_path):
    path = model_file(tmp_path / "squares.keras", inputs=("x0^2", "x1^2"))
    for ask in (lambda: recipes.parse(f"model:{path}", "binary"), lambda: transfer_design._source_file(str(path))):
        with pytest.raises(InputRefusedError, match=r"squares\.keras: takes hand-made inputs"):
            ask()


@pytest.mark.parametrize(
    "changed", [{"epochs": "many"}, {"speed": 3}, {"learning_rate": "x"}, {"optimizer": []}, {"epochs": -1}], ids=str
)
def test_a_recipe_that_can_not_be_is_refused_by_name(tmp_path, changed):
    class Options:
        @staticmethod
        def to_json():
            return {**OPTIONS.to_json(), **changed}

    path = model_file(tmp_path / "odd.keras", options=Options)
    with pytest.raises(InputRefusedError, match=r"odd\.keras: .*damaged"):
        recipes.parse(f"model:{path}", "binary")


@pytest.mark.parametrize("text", ["model:", "model:  ", "model:-"])
def test_an_arm_that_names_no_file(text):
    with pytest.raises(UsageError, match="names no file"):
        recipes.parse(text, "binary")


def test_on_the_command_line_every_bad_file_is_one_line(tmp_path, dlwhy_in_process):
    storage.write(make("moons", samples=60), tmp_path / "moons.npz")
    shutil.copy(GOLDEN, tmp_path / "good.keras")
    model_file(tmp_path / "theirs.keras", options=None)
    (tmp_path / "torn.keras").write_bytes(GOLDEN.read_bytes()[:500])
    asked = ("study", "compare", "-d", "moons.npz", "--arm", "baseline:logistic", "--dry-run")
    for name, code in (("missing", 66), ("torn", 65), ("theirs", 65)):
        done = dlwhy_in_process(*asked, "--arm", f"model:{name}.keras")
        assert (done.code, done.error.startswith(f"{name}.keras: ")) == (code, True), done.err
    assert dlwhy_in_process(*asked, "--arm", "model:").code == 2
    plan = json.loads(dlwhy_in_process(*asked, "--arm", "model:good.keras", "--json").out)
    assert [arm["arm"] for arm in plan["arms"]][:2] == ["baseline:logistic", "model:good.keras"]
    assert not (tmp_path / "study").exists()
