"""The user's own comparison: how recipes are read and refused, what is made of them, and one real run."""

import json

import pytest

from dlwhy.errors import UsageError
from dlwhy.models.network import NetworkSpec
from dlwhy.studies import conduct
from dlwhy.studies import report as reporting
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.claims.compare import design as compare
from dlwhy.studies.claims.compare import recipes
from dlwhy.studies.plan.recipe import ADAM_RATES, SGD_RATES
from dlwhy.studies.request import OwnData, Request
from dlwhy.training.options import TrainingOptions

OWN = OwnData(name="mine {x}", fingerprint="0" * 64, rows=4000, features=7, classes=3)


def request(*arms, match=None, **given):
    """Ask for a comparison of these recipes."""
    return Request(claim="compare", extra={"arms": list(arms), "match": match}, **given)


def test_a_recipe_says_what_train_would_be_told():
    made = recipes.parse("layers=64,32 activation=tanh batch-norm  --l2=1e-3 optimizer=sgd batch-size=16", "binary")

    assert made.text == "layers=64,32 activation=tanh batch-norm --l2=1e-3 optimizer=sgd batch-size=16"
    assert made.network == NetworkSpec(layers=(64, 32), activation="tanh", batch_norm=True, l2=1e-3)
    assert made.options == TrainingOptions(optimizer="sgd", batch_size=16, normalize="never")
    assert not made.has_rate


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("lr=0.1", "learning_rate", 0.1),
        ("learning-rate=0.2", "learning_rate", 0.2),
        ("schedule=warm-up", "schedule", "warm-up"),
        ("epochs=7", "epochs", 7),
        ("clip-norm=1", "clip_norm", 1.0),
        ("patience=3", "patience", 3),
        ("class-weight=balanced", "class_weight", "balanced"),
        ("residual", "residual", True),
        ("layer-norm=false", "layer_norm", False),
        ("initializer=he_normal", "initializer", "he_normal"),
        ("dropout=.5", "dropout", 0.5),
    ],
)
def test_each_option_reaches_its_field(text, field, value):
    made = recipes.parse(text, "binary", epochs=50)

    assert getattr(made.network if hasattr(made.network, field) else made.options, field) == value
    assert made.has_rate == (field == "learning_rate")
    assert made.options.epochs == (7 if field == "epochs" else 50)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "says nothing"),
        ("dropuot=0.3", "did you mean dropout?"),
        ("speed=3", "no option speed"),
        ("seed=3", "seed can't differ"),
        ("normalize=always", "normalize can't differ"),
        ("layers", "needs a value, such as layers=64,64"),
        ("layers=a", "layers must be whole numbers"),
        ("layers=0", "--layers must be"),
        ("dropout=1", "--dropout must be"),
        ("dropout=x", "dropout must be a number (got x)"),
        ("lr=nan", "--learning-rate must be"),
        ("lr=-1", "--learning-rate must be"),
        ("epochs=1.5", "epochs must be a whole number"),
        ("epochs=0", "--epochs must be"),
        ("batch-norm=maybe", "batch-norm must be true or false"),
        ("batch-norm layer-norm", "exclude each other"),
        ("optimizer=magic", "--optimizer must be one of"),
        ("layers=3 layers=4", "layers is given twice"),
        ("lr=1 learning-rate=2", "learning-rate is given twice"),
        ("baseline:magic", "no such model for binary"),
        ("baseline:linear", "no such model for binary"),
        ("layers=16384,16384", "parameters"),
        ("\x1b[31m=1", "no option"),
    ],
)
def test_what_can_not_be_is_refused_by_name_before_anything_runs(text, words):
    with pytest.raises(UsageError) as caught:
        compare.design(request("layers=4", text))

    assert words in str(caught.value)
    assert "--arm" in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("arms", [(), ("layers=4",), ("layers=4", "layers=4"), ("layers=4", " layers=4 ")])
def test_it_takes_two_different_recipes(arms):
    with pytest.raises(UsageError):
        compare.design(request(*arms))


def test_all_arms_have_the_same_effort():
    study = compare.design(
        request("layers=8", "optimizer=sgd batch-size=64", "lr=0.1", "patience=5", "baseline:svm", epochs=10, own=OWN)
    )
    recipes_of = {arm.name: arm.recipe for arm in study.every.values()}

    assert recipes_of["layers=8"].rates == recipes_of["patience=5"].rates == ADAM_RATES
    assert recipes_of["optimizer=sgd batch-size=64"].rates == SGD_RATES
    assert recipes_of["lr=0.1"].rates == ()
    assert recipes_of["layers=8"].steps == 10 * 94  # 3000 rows in batches of 32
    assert recipes_of["optimizer=sgd batch-size=64"].steps == 10 * 47
    assert recipes_of["patience=5"].steps == 10 * recipes_of["patience=5"].log_every == 10 * 75  # of four fifths
    assert recipes_of["baseline:svm"] == Simple(model="svm")
    assert recipes_of["layers=8, A/A"].shift == 1
    assert [each.base for each in study.contrasts] == ["mine {x}: layers=8"] * 4
    assert any("lr=0.1" in caveat for caveat in study.caveats)
    assert study.request.epochs == 10
    assert conduct.plan(study)["runs"] == 6 * 20


@pytest.mark.parametrize(
    "others", [("layers=10,10 batch-norm", "layers=300"), ("layers=8,8,8 residual", "layers=5,90")]
)
def test_matched_arms_are_of_one_size(others):
    study = compare.design(request("layers=48,48", *others, match="parameters", own=OWN))
    networks = [arm.recipe.network for arm in study.arms.values()]
    sizes = [recipes.parameters(network, features=7, kind="multiclass", classes=3) for network in networks]

    assert sizes[0] == 8 * 48 + 49 * 48 + 49 * 3
    assert max(abs(size / sizes[0] - 1) for size in sizes) <= 0.05
    residual = [network.layers for network in networks if network.residual]
    assert all(len(set(layers)) == 1 for layers in residual)


def test_what_can_not_be_matched_is_refused():
    with pytest.raises(UsageError, match="can't be brought within 5 %"):
        compare.design(request("layers=1", "layers=2,2,2", match="parameters"))
    with pytest.raises(UsageError, match="--match must be parameters"):
        compare.design(request("layers=1", "layers=2", match="seconds"))


def test_a_regression_is_scored_by_r2_and_has_its_own_baselines():
    own = OwnData(name="mine", fingerprint="0" * 64, rows=400, features=7, classes=0)
    study = compare.design(request("baseline:linear", "layers=8", own=own))

    assert {arm.metric for arm in study.arms.values()} == {"r2"}
    assert study.a_a.base == "mine: layers=8"
    with pytest.raises(UsageError, match="no such model for regression"):
        compare.design(request("layers=8", "baseline:logistic", own=own))


def test_the_better_recipe_is_found(results_of):
    study = compare.design(request("layers=8", "layers=64", "dropout=0.9", own=OWN))
    means = {"layers=64": 0.9, "dropout=0.9": 0.5}
    report = reporting.report(study, results_of(study, lambda arm: means.get(arm.name, 0.8), sd=1e-6))

    assert [each["verdict"] for each in report["predictions"]] == ["supported", "not supported"]
    assert report["predictions"][0]["sentence"] == "layers=64 is better than layers=8, by 10.0 points [10.0, 10.0]."
    assert all(each["role"] == "own" for each in report["predictions"])
    assert [line.split(":")[0] for line in report["descriptive"]["lines"]] == ["layers=8", "layers=64", "dropout=0.9"]
    assert study == compare.design(Request.from_json(json.loads(json.dumps(study.request.to_json()))))


def test_it_runs_from_the_command_line(dlwhy_in_process):
    arms = ("--arm", "layers=4", "--arm", "layers=8 lr=0.01 dropout=0.1", "--arm", "baseline:logistic")
    done = dlwhy_in_process("study", "compare", *arms, "--seeds", "6", "--epochs", "2", "--json", "--quiet")

    assert done.code == 0, done.err
    report = json.loads(done.out)
    assert [each["contrast"] for each in report["predictions"]] == [
        "layers=8 lr=0.01 dropout=0.1 - layers=4",
        "baseline:logistic - layers=4",
    ]
    assert all(each["n_seeds"] == 6 for each in report["predictions"])
    assert report["a_a"]["n_seeds"] == 6
    logistic = next(arm for arm in report["arms"] if arm["arm"] == "baseline:logistic")
    assert 0.8 < logistic["mean"] < 0.95
    assert len(report["descriptive"]["lines"]) == 3


def test_a_wrong_arm_ends_with_code_2_and_leaves_nothing(dlwhy_in_process, tmp_path):
    done = dlwhy_in_process("study", "compare", "--arm", "layers=4", "--arm", "layers=4 magic=3")

    assert done.code == 2
    assert "magic" in done.err
    assert not (tmp_path / "study").exists()
