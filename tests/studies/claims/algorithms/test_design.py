"""The study of algorithms: its design, what it says of rows made by hand, gradients at the start, and a tiny run."""

import dataclasses
import json

import numpy as np
import pytest

from dlwhy.errors import UsageError
from dlwhy.figures.drawing import style
from dlwhy.models.network import NetworkSpec
from dlwhy.studies import report as reporting
from dlwhy.studies.arms import tuning
from dlwhy.studies.claims.algorithms import design as algorithms
from dlwhy.studies.claims.algorithms import figure as study_algorithms
from dlwhy.studies.claims.algorithms import findings, gradients
from dlwhy.studies.findings import judging
from dlwhy.studies.plan.outcome import Outcome, Run
from dlwhy.studies.plan.seeds import Seeds
from dlwhy.studies.request import BUDGETS, OwnData, Request
from dlwhy.studies.tasks import registry as tasks
from tests.studies import running

OWN = OwnData(name="wine {x}", fingerprint="f", rows=178, features=13, classes=3)


def designed(budget="default", **given):
    return algorithms.design(Request(claim="algorithms", budget=budget, **given))


def rows(study, value=lambda arm, seed: 0.5, **more):
    """Rows of all arms: `value` gives the accuracy of each."""

    def run(arm, seed):
        accuracy = value(arm, seed)
        metrics = {"accuracy": accuracy, "r2": accuracy, "train_accuracy": 1.0, "log_loss": 1 - accuracy}
        extra = {"gradients": [-3.0, -1.5, 0.0]} if "layers" in arm.place else {}
        return Run(seed=seed, metrics=metrics, learning_rate=0.1, extra=extra, **more)

    def outcome(arm):
        return Outcome(
            runs=tuple(run(arm, seed) for seed in study.seeds), rates={"0.01": 0.7, "0.1": 0.9, "1": 0.89, "10": 0.1}
        )

    return {key: outcome(arm) for key, arm in study.every.items()}


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("own", [None, OWN])
def test_designs_are_plain_data_and_complete(budget, own):
    study = designed(budget, own=own)
    assert json.loads(json.dumps([arm.to_json() for arm in study.arms.values()]))
    assert {key for each in study.contrasts for key in (each.arm, each.base)} <= set(study.arms)
    roles = {arm.task.role for arm in study.arms.values()}
    assert {"positive", "negative"} <= roles
    assert ("own" in roles) == (own is not None)
    assert (study.a_a.arm.key, study.a_a.base) == ("noisy-32: none, A/A", "noisy-32: none")
    for part in ("P1", "P2", "P3"):
        found = [each for each in study.contrasts if each.prediction.id == part]
        assert {study.arms[each.arm].task.role for each in found} >= {"positive", "negative"}
        assert all(study.arms[each.arm].task.role == "positive" for each in found if each.prediction.primary)
        assert any(each.prediction.primary for each in found)


def test_budgets_grow():
    quick, default, thorough = (set(designed(budget).arms) for budget in BUDGETS)
    assert quick < default < thorough
    assert len(thorough - default) == 2**5
    assert {designed(only=("factorial",)).arms[key].task.name for key in designed(only=("factorial",)).arms} == {
        "factorial"
    }
    with pytest.raises(UsageError, match="no such task or arm"):
        designed(only=("nothing",))


def test_arms_train_equally_long_with_a_last_batch_that_is_not_small():
    for arm in designed("thorough", own=OWN).arms.values():
        n = arm.task.settings.get("n_train", round(OWN.rows * 0.75))
        held = round(n * 0.75)
        for count in (n, held):
            assert (count % arm.recipe.options.batch_size or arm.recipe.options.batch_size) >= 25
        assert arm.recipe.steps in (150, 750, 1500, 3000)
        assert bool(arm.recipe.rates) != (arm.task.name in ("noisy-32", "clean-32"))


@pytest.mark.parametrize("rows_", [100, 150, 178, 1797, 20_000])
def test_own_batches_leave_no_small_rest(rows_):
    size = algorithms._batch(dataclasses.replace(OWN, rows=rows_))
    trained = round(rows_ * 0.75)
    for count in (trained, round(trained * 0.75)):
        assert min(count, 20) <= (count % size or size)


def test_each_ingredient_stands_before_its_negative_control():
    found = [each for each in designed().contrasts if each.prediction.id == "P1"]
    pairs = list(zip(found[::2], found[1::2], strict=True))
    assert all(deep.arm.startswith("layers-20: ") and flat.arm.startswith("layers-2: ") for deep, flat in pairs)
    assert all(deep.prediction.arm == flat.prediction.arm for deep, flat in pairs)
    # plain Adam does not cure vanishing gradients: that is said, but is no control
    assert [deep.arm for deep, _ in pairs if not deep.prediction.primary] == ["layers-20: sigmoid, Adam"]


def test_early_stopping_holds_rows_out_and_pays_for_them():
    study = designed()
    arm = study.arms["noisy-32-tuned: early stopping"]
    assert arm.recipe.options.held_out == 0.2
    assert arm.recipe.log_every * arm.recipe.options.patience < arm.recipe.steps
    assert not [each for each in study.contrasts if each.arm == arm.key and each.prediction.primary]


def test_a_report_supports_what_holds_and_withholds_where_a_control_misbehaves():
    study = designed("quick")
    better = ("ReLU", "batch norm", "dropout", "L2", "Adam")

    def value(arm, seed):
        gain = arm.task.role == "positive" and any(word in arm.name for word in better)
        return 0.5 + 0.2 * gain + seed % 7 / 1000

    report = reporting.report(study, rows(study, value))
    assert report["verdict"] == "supported"
    assert report["controls_ok"]
    assert all(each["sentence"] for each in report["predictions"])
    bad = reporting.report(study, rows(study, lambda arm, seed: 0.5 + 0.2 * ("Adam" in arm.name) + seed % 7 / 1000))
    assert bad["verdict"] == "withheld"
    assert not bad["controls_ok"]


def test_names_of_own_data_are_no_format():
    study = designed("quick", own=OWN)
    results = rows(study, lambda arm, seed: 0.5 + seed % 7 / 1000)
    own = [judging.compared(study, results, each) for each in study.contrasts if each.prediction.id == "P5"]
    assert [each.contrast for each in own] == [
        f"{name} - none" for name in ("batch norm", "dropout .5", "L2 .01", "Adam")
    ]
    assert all("wine {x}" in each.sentence for each in own)


def test_own_regression_is_scored_by_r2():
    study = designed(own=dataclasses.replace(OWN, classes=0))
    assert {arm.metric for arm in study.arms.values() if arm.task.role == "own"} == {"r2"}


def test_main_effects_and_interactions_are_those_of_the_cells():
    study = designed("thorough", only=("factorial",), n_seeds=8)

    def value(arm, seed):
        norm, drop, adam, he, _ = arm.place["levels"]
        return 0.5 + 0.1 * norm - 0.02 * drop + 0.06 * adam * he + seed % 7 / 1000

    found = {each.contrast: each for each in findings.findings(study, rows(study, value))}
    assert len(found) == 5 + 10
    assert found["batch norm"].effect == pytest.approx(0.1)
    assert found["dropout"].effect == pytest.approx(-0.02)
    assert [found[name].effect for name in ("Adam", "He", "Adam x He")] == pytest.approx([0.03] * 3)
    assert found["residual"].effect == pytest.approx(0)
    assert found["batch norm"].verdict == "supported"
    assert not any(each.primary for each in found.values())


def test_a_factorial_that_is_not_complete_says_nothing():
    study = designed("thorough", only=("factorial",), n_seeds=8)
    results = rows(study)
    results.popitem()
    assert findings.findings(study, results) == []
    assert findings.findings(designed("quick"), rows(designed("quick"))) == []


def test_facts_are_json_with_sentences():
    study = designed()
    shown = json.loads(json.dumps(findings.descriptive(study, rows(study))))
    assert shown["gradients"]["layers-20"]["sigmoid, SGD"] == [-3.0, -1.5, 0.0]
    assert shown["overfitting"]["noisy-32"]["none"] == {"accuracy": 0.5, "log_loss": 0.5, "gap": 0.5}
    assert shown["breadth"]["scaled-150"]["Adam"] == 1.0
    assert shown["shrinkage"]["ReLU+He"]["predicted"] == 1.0
    text = "\n".join(shown["lines"])
    assert "ReLU+He 1.0" in text
    assert "(predicted 0.50)" in text
    assert "sigmoid -1.5" in text
    assert "Adam 1.0" in text


def test_facts_of_what_is_there_so_far():
    shown = findings.descriptive(designed(), {})
    assert shown["gradients"] == shown["overfitting"] == shown["breadth"] == {}


@pytest.mark.parametrize(
    ("scores", "decades"),
    [
        ({"0.001": 0.5, "0.01": 0.9, "0.1": 0.89, "1": 0.1}, 1.0),
        ({"0.001": 0.89, "0.01": 0.5, "0.1": 0.9, "1": 0.885}, 1.0),  # one piece round the best
        ({"0.1": 0.9, "0.01": 0.9, "0.001": 0.9}, 2.0),
        ({"0.1": 0.9, "1": 0.1}, 0.0),
        ({}, None),
    ],
)
def test_breadth_of_good_rates(scores, decades):
    assert findings.breadth(scores) == decades


@pytest.mark.parametrize(("name", "ratio"), [("ReLU+He", 1.0), ("ReLU+Glorot", 0.5)])
def test_the_gradient_shrinks_as_the_closed_form_says(name, ratio):
    assert gradients.PREDICTED[name] == ratio
    assert gradients.shrinkage(name) == pytest.approx(ratio, rel=0.02)
    assert gradients.shrinkage(name) == gradients.shrinkage(name)


def test_sigmoid_passes_on_less_than_a_sixteenth_and_tanh_nearly_all():
    assert 0.05 < gradients.shrinkage("sigmoid+Glorot") < 1 / 16
    assert 0.8 < gradients.shrinkage("tanh+Glorot") < 1


@pytest.mark.slow
def test_gradients_at_the_start_agree_with_the_closed_form():
    draw = tasks.draw("digits", 3, n_train=200)
    sigmoid = NetworkSpec(layers=(32,) * 20, activation="sigmoid")
    rectified = NetworkSpec(layers=(32,) * 20, initializer="he_uniform")
    norms = gradients.at_start(sigmoid, [draw] * 4, range(4))
    assert norms.shape == (4, 21)
    inner = norms[:, 2:18].mean(axis=0)  # the norm falls by the root of .055 a layer
    assert np.diff(inner).mean() == pytest.approx(-np.log10(0.055) / 2, rel=0.05)
    flat = gradients.at_start(rectified, [draw] * 4, range(4)).mean(axis=0)
    assert abs(gradients.first_over_last(flat)) < 0.5
    np.testing.assert_array_equal(norms, gradients.at_start(sigmoid, [draw] * 4, range(4)))


def test_a_tiny_run_notes_gradients_and_repeats():
    study = designed("quick")
    arm = study.arms["layers-2: ReLU+He+residual, SGD"]
    small = {**arm.task.settings, "n_train": 300}
    arm = dataclasses.replace(arm, task=dataclasses.replace(arm.task, settings=small))
    arm = running.changed(arm, steps=120, rates=(0.1, 0.3))
    seeds = Seeds(report=(1, 2, 3), tuning=(4, 5))
    found = running.run(arm, seeds)
    assert [run.seed for run in found.runs] == [1, 2, 3]
    assert all(run.metrics["accuracy"] > 0.8 for run in found.runs)
    assert all(len(run.extra["gradients"]) == 3 for run in found.runs)
    assert found.runs[0].metrics["gradient"] == pytest.approx(
        found.runs[0].extra["gradients"][0] - found.runs[0].extra["gradients"][-2], abs=0.002
    )
    tuning._TUNED.clear()
    again = running.run(arm, seeds)
    assert [run.metrics for run in again.runs] == [run.metrics for run in found.runs]


@pytest.mark.parametrize(("budget", "own"), [("quick", None), ("default", OWN), ("thorough", None)])
def test_the_figure_draws_what_there_is(budget, own):
    study = designed(budget, own=own, n_seeds=6)
    report = reporting.report(study, rows(study, lambda arm, seed: 0.5 + seed % 7 / 1000))
    panels = study_algorithms.panels(report)
    with style.styled():
        _, axes = style.new_figure(len(panels))
        for panel, ax in zip(panels, axes, strict=True):
            panel(ax)
    titles = [ax.get_title(loc="left") for ax in axes]
    assert "Gradients before the first step" in titles
    assert sum(title.startswith("By learning rate") for title in titles) == 3
    assert any("Your own data" in title for title in titles) == (own is not None)
    assert any("Factorial" in title for title in titles) == (budget == "thorough")
    assert all(ax.get_xlabel() for ax in axes)


def test_the_figure_of_no_rows_is_empty():
    assert study_algorithms.panels(reporting.report(designed("quick"), {})) == []
