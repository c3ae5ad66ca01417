"""What the commands print as JSON is what the schemas in the package say, and the schemas say no less than that."""

import copy
import importlib.resources
import json

import pytest
from jsonschema import Draft202012Validator, ValidationError

import dlwhy
from dlwhy.studies.answer import page, rules
from tests.studies.answer import reports

NAMES = (
    *("answer", "check", "evaluate", "info", "lesson", "report"),
    *("study", "sweep", "train", "tune", "verify"),
)


def schema(name):
    return json.loads(importlib.resources.files("dlwhy").joinpath("schemas", f"{name}.json").read_text())


def check(name, value):
    Draft202012Validator(schema(name)).validate(value)


@pytest.fixture
def printed(dlwhy_in_process):
    """Run a command with --json, and check what it prints: printed("info", "x.npz")."""

    def run(name, *arguments):
        done = dlwhy_in_process(name, *arguments, "--json")
        assert done.code == 0, done.err
        value = json.loads(done.out)
        check(name, value)
        return value

    return run


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Data sets and models of each task, of a training that is over soon."""
    folder = tmp_path_factory.mktemp("models")
    for name in ("moons", "iris", "diabetes"):
        dataset = dlwhy.make(name)
        dlwhy.save(dataset, folder / f"{name}.npz")
        dlwhy.save(dlwhy.fit(dataset, layers=(4,), epochs=2), folder / f"{name}.keras")
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_the_schemas_are_schemas(name) -> None:
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_report_and_verify(printed, small_study, demo) -> None:
    assert printed("report", small_study)["studies"] == [{"study": "compare", "verdict": "supported"}]
    assert printed("verify", "-d", demo / "dataset.joblib", "-k", "1")["confirmed"]


@pytest.mark.parametrize("name", ["moons", "iris", "diabetes"])
@pytest.mark.parametrize("options", [(), ("--baselines",), ("--split", "all"), ("--importance", "--slices")])
def test_evaluate(name, options, printed, models) -> None:
    found = printed("evaluate", "-m", models / f"{name}.keras", "-d", models / f"{name}.npz", *options)

    # nothing is let through: each field is asked for, or known by name
    for wrong in ({"accuracy": "much"}, {"surprise": 1}, {"gain_over_svm": "a lot"}, {"split": "some"}):
        with pytest.raises(ValidationError):
            check("evaluate", found | wrong)
    for field in ("model", "loss", "diagnosis", *(("r2", "mae_low") if name == "diabetes" else ("ece", "confusion"))):
        with pytest.raises(ValidationError):
            check("evaluate", {key: value for key, value in found.items() if key != field})


@pytest.mark.parametrize("name", ["moons", "iris"])
def test_evaluate_with_a_temperature(name, printed, models) -> None:
    found = printed("evaluate", "-m", models / f"{name}.keras", "-d", models / f"{name}.npz", "--temperature")

    for wrong in ({"temperature": "hot"}, {"loss": None}, {"surprise": 1}):
        with pytest.raises(ValidationError):
            check("evaluate", found | {"temperature": found["temperature"] | wrong})


def test_evaluate_of_several_models(printed, models) -> None:
    model = models / "moons.keras"
    other = model.with_name("other.keras")
    other.write_bytes(model.read_bytes())

    assert len(printed("evaluate", "-m", model, "-m", other, "-d", models / "moons.npz")) == 2


@pytest.mark.parametrize("name", ["moons", "iris", "diabetes"])
def test_check(name, printed, models) -> None:
    found = printed("check", models / f"{name}.npz")
    printed("check", "--explain", "D1")

    assert len(printed("check", "--list")["checks"]) == len(found["checked"])
    for wrong in ({"surprise": 1}, {"counts": {}}, {"checked": ["D1"]}, {"findings": [{"code": "D101"}]}):
        with pytest.raises(ValidationError):
            check("check", found | wrong)


@pytest.mark.parametrize("name", ["moons.npz", "diabetes.npz", "iris.keras", "diabetes.keras"])
def test_info_of_a_file(name, printed, models) -> None:
    found = printed("info", models / name)

    for wrong in ({"kind": "picture"}, {"surprise": 1}, {"bytes": -1}):
        with pytest.raises(ValidationError):
            check("info", found | wrong)


def test_info_of_the_installation(printed) -> None:
    found = printed("info")

    with pytest.raises(ValidationError):
        check("info", found | {"threads": 0})


def test_train(printed, models, tmp_path) -> None:
    data = models / "diabetes.npz"
    found = printed("train", "-d", data, "--epochs", "2", "--layers", "4", "-o", tmp_path / "a.keras")
    printed("train", "-d", data, "--epochs", "2", "--init-from", models / "diabetes.keras", "-o", tmp_path / "b.keras")

    for wrong in ({"engine": "steam"}, {"surprise": 1}, {"dataset": {}}, {"best_epoch": 0}):
        with pytest.raises(ValidationError):
            check("train", found | wrong)


def test_train_replicas(printed, models, tmp_path) -> None:
    options = ("--epochs", "2", "--layers", "4", "--replicas", "2", "-o", tmp_path / "a.keras")
    found = printed("train", "-d", models / "moons.npz", *options)

    wrong = copy.deepcopy(found)
    wrong["distribution"]["loss"].pop("sd")
    with pytest.raises(ValidationError):
        check("train", wrong)


def test_answer() -> None:
    found = page.answer([reports.judge()])

    check("answer", found)
    assert set(schema("answer")["properties"]["rule"]["enum"]) == {rule.name for rule in rules.RECOMMENDATIONS}
    for wrong in ({"rule": "a-coin"}, {"recommendation": ""}, {"sentences": [{"rule": "parts"}]}, {"studies": []}):
        with pytest.raises(ValidationError):
            check("answer", found | wrong)


def test_study(tmp_path) -> None:
    moons = dlwhy.make("moons", samples=100)
    found = dlwhy.study("compare", moons, arms=["baseline:logistic", "baseline:svm"], seeds=3, folder=tmp_path)
    report = json.loads((tmp_path / "study.json").read_text())

    check("study", report)
    check("study", found.report)
    for wrong in ({"verdict": "perhaps"}, {"predictions": [{}]}, {"arms": [{}]}, {"schema": "dlwhy.study/0"}):
        with pytest.raises(ValidationError):
            check("study", report | wrong)


def test_lesson(printed) -> None:
    found = printed("lesson")

    with pytest.raises(ValidationError):
        check("lesson", [found[0] | {"minutes": 0}])
