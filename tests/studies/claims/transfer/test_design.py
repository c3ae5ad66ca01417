"""The study of transfer: its draws, its design, what it says of results that are known, and a run of a few steps."""

import dataclasses
import functools

import numpy as np
import pytest

from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.models import network as building
from dlwhy.models.details import Details
from dlwhy.models.keras_file import archive
from dlwhy.models.network import NetworkSpec
from dlwhy.models.trained import Trained
from dlwhy.studies import figure as study_panels
from dlwhy.studies import report as reporting
from dlwhy.studies.claims.transfer import design as transfer
from dlwhy.studies.claims.transfer import findings, sources
from dlwhy.studies.plan.seeds import Seeds
from dlwhy.studies.request import OwnData, Request
from dlwhy.studies.tasks import registry
from dlwhy.studies.tasks import transfer as transfer_tasks
from tests.studies import running

OWN = OwnData(name="mine", fingerprint="0" * 64, rows=400, features=30, classes=2)
TARGETS = [("trunk", {"rho": 1.0}), ("digits-moved", {"canvas": 12}), ("digits-moved", {"canvas": 8})]


def by_labels(arm, gain=1.0):
    """Give a mean for each arm: scratch rises with the labels, carried features start high, where it should help."""
    k, by = arm.task.settings["k"], arm.name.split(",")[0]
    scratch = 0.5 + 0.06 * np.log2(k / 5) if k >= 5 else 0.45
    helps = arm.task.role == "positive" and by in ("fine-tuned", "frozen + logistic")
    return scratch + helps * gain * (0.24 if k < 10 else 0.18 - 0.02 * np.log2(k / 10))


def test_the_two_subspaces_are_orthogonal():
    world = transfer_tasks.world(3)
    basis = np.concatenate([world.shared, world.apart], axis=1)

    np.testing.assert_allclose(basis.T @ basis, np.eye(6), atol=1e-12)
    X = np.random.default_rng(0).standard_normal((50, 30))
    along = X @ world.apart @ world.apart.T  # the part of the rows that a shared trunk does not see
    np.testing.assert_allclose(world.features(X, 1.0), world.features(X - along, 1.0))
    np.testing.assert_allclose(world.features(along, 1.0), np.maximum(world.bias, 0)[None].repeat(50, axis=0))


@pytest.mark.parametrize(("name", "settings"), TARGETS)
def test_a_target_has_k_labels_a_class_and_more_of_them_begin_with_the_same(name, settings):
    few, more = (registry.draw(name, 7, k=k, **settings) for k in (5, 20))

    assert set(np.bincount(few.y_train)) == {5}
    assert set(np.bincount(more.y_train)) == {20}
    rows = {row.tobytes() for row in more.X_train}
    assert all(row.tobytes() in rows for row in few.X_train)
    np.testing.assert_array_equal(few.X_test, more.X_test)
    again = registry.draw(name, 7, k=5, **settings)
    np.testing.assert_array_equal(few.X_train, again.X_train)
    assert not np.array_equal(few.X_test, registry.draw(name, 8, k=5, **settings).X_test)


def test_no_image_is_both_labelled_and_held_out():
    made = registry.draw("digits-moved", 1, k=50, canvas=8)
    held = {row.tobytes() for row in made.X_test}

    # a few images are there twice in the data set itself
    assert sum(row.tobytes() in held for row in made.X_train) <= 2
    assert made.X_train.min() >= 0
    assert made.X_train.max() <= 1


def test_digits_are_placed_whole():
    images = np.ones((40, 8, 8))
    X, y = transfer_tasks._placed(images, np.arange(40), 12, 2, np.random.default_rng(0))

    assert X.shape == (80, 144)
    assert (X.sum(axis=1) == 64).all()
    assert len({row.tobytes() for row in X}) > 10
    np.testing.assert_array_equal(y, np.repeat(np.arange(40), 2))


@pytest.mark.parametrize(("name", "settings"), TARGETS)
def test_shuffled_sources_have_the_same_rows_and_labels_in_another_order(name, settings):
    plain, shuffled = (transfer_tasks.source(name, 2, shuffled=shuffled, **settings) for shuffled in (False, True))

    np.testing.assert_array_equal(plain.X_train, shuffled.X_train)
    np.testing.assert_array_equal(np.sort(plain.y_train, axis=0), np.sort(shuffled.y_train, axis=0))
    assert (plain.y_train != shuffled.y_train).mean() > 0.3
    np.testing.assert_array_equal(plain.y_test, shuffled.y_test)


def test_the_source_does_not_depend_on_what_the_target_shares():
    own = [transfer_tasks.source("trunk", 5, rho=rho, k=k) for rho, k in ((1.0, 5), (0.0, 20))]

    np.testing.assert_array_equal(own[0].X_train, own[1].X_train)
    np.testing.assert_array_equal(own[0].y_train, own[1].y_train)


def test_copies_are_other_targets_in_the_same_world():
    first, again, other = (registry.draw("trunk", 5, k=5, rho=1.0, copy=copy) for copy in (0, 0, 1))

    np.testing.assert_array_equal(first.X_train, again.X_train)
    np.testing.assert_array_equal(first.X_test, other.X_test)
    assert 0.1 < (first.y_test != other.y_test).mean() < 0.9
    assert not np.array_equal(first.X_train, other.X_train)


def test_what_there_is_not_is_refused():
    with pytest.raises(UsageError, match="no task"):
        registry.draw("nothing", 1, k=5)
    with pytest.raises(InputRefusedError, match="61 labels a class asked for"):
        registry.draw("digits-moved", 1, k=61, canvas=12)


@pytest.mark.parametrize("budget", ["quick", "default", "thorough"])
def test_the_design_is_plain_and_complete(budget):
    study = transfer.design(Request(claim="transfer", budget=budget))

    assert {arm.task.role for arm in study.arms.values()} >= {"positive", "negative"}
    assert all(arm.to_json() for arm in study.arms.values())
    known = set(study.arms)
    for each in study.contrasts:
        assert {each.arm, each.base} <= known
    primary = {(each.prediction.id, each.prediction.task) for each in study.contrasts if each.prediction.primary}
    assert primary == {(i, task) for i in ("P1", "P3") for task in ("trunk-shared", "digits-shifted")}
    assert study.a_a is not None


def test_a_source_needs_data_and_its_file_is_told_from_others(tmp_path):
    with pytest.raises(UsageError, match="--source"):
        transfer.design(Request(claim="transfer", extra={"source": "x.keras"}))
    gone = transfer.design(Request(claim="transfer", own=OWN, extra={"source": str(tmp_path / "gone.keras")}))
    assert [arm.place["k"] for arm in gone.arms.values() if arm.task.role == "own"] == [5, 5, 20, 20, 150, 150]


def test_verdicts_follow_the_gains(quick, results_of):
    study = transfer.design(quick("transfer"))
    report = reporting.report(study, results_of(study, by_labels))

    verdicts = {(each["id"], each["task"], each["contrast"]): each["verdict"] for each in report["predictions"]}
    assert verdicts["P1", "trunk-shared", "fine-tuned, k=5 - scratch, k=5"] == "supported"
    assert verdicts["P1", "trunk-apart", "fine-tuned, k=5 - scratch, k=5"] == "not supported"
    assert verdicts["P1", "trunk-shared-shuffled", "shuffled source, k=5 - scratch, k=5"] == "not supported"
    assert report["verdict"] == "supported"
    assert report["controls_ok"]


def test_no_gain_is_a_no(quick, results_of):
    study = transfer.design(quick("transfer"))
    report = reporting.report(study, results_of(study, lambda arm: by_labels(arm, gain=0.0)))

    assert report["verdict"] == "withheld"
    assert not report["controls_ok"]


def test_the_gain_shrinks_and_labels_saved_lie_on_the_curve_of_scratch(results_of):
    study = transfer.design(Request(claim="transfer"))
    report = reporting.report(study, results_of(study, by_labels))

    shrinks = [each for each in report["predictions"] if each["id"] == "P2"]
    assert [each["verdict"] for each in shrinks] == ["supported"]
    assert shrinks[0]["effect"] == pytest.approx(0.02 * np.log2(70), abs=0.01)
    assert shrinks[0]["contrast"] == "gain at k=10 - gain at k=700"
    saved = report["descriptive"]["saved"]["trunk-shared"]["fine-tuned"]
    assert saved["labels"] == pytest.approx(5 * 2**4, rel=0.1)  # 0.24 above, 0.06 a doubling
    assert saved["ci_low"] < saved["labels"] < saved["ci_high"]
    assert any("does what training from scratch needs about" in line for line in report["descriptive"]["lines"])


def test_labels_beyond_the_curve_are_not_made_up():
    scratch = {k: np.full(4, 0.5) + 0.01 * np.arange(4) for k in (5, 10, 20)}
    saved = findings._saved(scratch, {5: np.full(4, 0.9)}, alpha=0.05)

    assert saved["labels"] == saved["most"] == 20
    assert "does more than training from scratch with 20" in findings._saying("a", "fine-tuned", saved)
    assert findings._saved({5: scratch[5]}, {5: scratch[5]}, alpha=0.05) is None


def test_labels_that_are_not_saved_are_not_counted():
    scratch = {k: np.full(4, 0.1 * k) for k in (5, 6, 8)}
    saying = functools.partial(findings._saying, "a", "fine-tuned")
    saved = findings._saved(scratch, {5: np.full(4, 0.4)}, alpha=0.05)

    assert "saves no labels: training from scratch does as well with as many" in saying(saved)
    assert "needs about 7 [6, 8 or more] for" in saying({**saved, "labels": 7.0, "ci_low": 6.0, "ci_high": 8.0})
    assert "needs about 7 [6, 8] for" in saying({**saved, "labels": 7.0, "ci_low": 6.0, "ci_high": 7.9})


@pytest.mark.slow
def test_few_steps_of_every_kind_of_arm(monkeypatch):
    monkeypatch.setattr(sources, "_SOURCES", {})
    study = transfer.design(Request(claim="transfer", budget="thorough"))
    seeds = Seeds(report=(1, 2, 3), tuning=(4, 5))
    found = {}
    for name in ("scratch", "fine-tuned", "frozen + logistic", "random + logistic", "logistic on inputs"):
        found[name] = running.run(_short(study.arms[f"trunk-shared: {name}, k=5"]), seeds)
    found["carried"] = running.run(_short(study.arms["trunk-shared: 1 carried, frozen, k=5"]), seeds)

    for name, outcome in found.items():
        assert [run.seed for run in outcome.runs] == [1, 2, 3], name
        assert all(0 <= run.metrics["accuracy"] <= 1 for run in outcome.runs), name
        assert all(run.n_train == 10 for run in outcome.runs), name
    assert len(sources._SOURCES) == 1
    assert all("source" in run.extra for run in found["fine-tuned"].runs)
    assert found["carried"].runs[0].parameters < found["scratch"].runs[0].parameters


def test_a_base_holds_the_layers_of_its_own_source(monkeypatch):
    monkeypatch.setattr(sources, "_SOURCES", {})
    arm = transfer.design(Request(claim="transfer", budget="quick")).arms["trunk-shared: fine-tuned, k=5"]
    recipe = _short(arm).recipe
    found = sources.sources(recipe.source, recipe.network, arm.task, Seeds(report=(1, 2), tuning=(3,)))
    X = np.random.default_rng(0).standard_normal((6, 30)).astype(np.float32)
    model = found.base(1, 2).model
    hidden = model.layers[-1].input

    import keras

    np.testing.assert_allclose(keras.Model(model.inputs[0], hidden)(X), found.hidden(1, X), atol=1e-5)
    assert [layer.name for layer in found.base(1, 1).model.layers if layer.weights] == ["dense_1", "output"]


def test_a_model_of_the_users_is_carried_over_to_data_of_the_users(tmp_path):
    from dlwhy.data.toys.make import make

    dataset = make("moons", samples=200, seed=0)
    network = NetworkSpec(layers=(8, 8))
    model = building.build(network, n_features=2, task="binary", seed=0)
    details = Details(task="binary", columns=dataset.columns, class_names=("a", "b"), network=network.to_json())
    path = tmp_path / "model.keras"
    archive.write(Trained(network=model, history={"loss": [0.5]}, details=details), path)
    request = Request(claim="transfer", budget="quick", own=OwnData.of(dataset), extra={"source": str(path)})
    study = transfer.design(request)
    arm = study.arms[f"{request.own.name}: fine-tuned, k=5"]

    assert arm.recipe.network == network
    assert len(arm.recipe.sha256) == 64
    found = running.run(_short(arm), Seeds(report=(1, 2, 3), tuning=(4, 5)), dataset)
    assert all(0 <= run.metrics["accuracy"] <= 1 for run in found.runs)
    assert found.runs[0].overlap == pytest.approx(1 / 3, abs=0.01)


@pytest.mark.parametrize("budget", ["quick", "default"])
def test_the_figure_has_a_panel_for_each_task(budget, results_of):
    study = transfer.design(Request(claim="transfer", budget=budget))
    figure = study_panels.draw(reporting.report(study, results_of(study, by_labels)))

    titles = [ax.get_title() for ax in figure.axes]
    assert {"trunk-shared", "digits-shifted", "trunk-apart"} <= set(titles)
    first = figure.axes[0]
    if budget == "default":
        np.testing.assert_array_equal(first.lines[0].get_xdata(), [5, 10, 20, 50, 200, 700])
        assert "labels a class" in first.get_xlabel()


def _short(arm):
    recipe, brief = arm.recipe, {}
    if getattr(recipe, "source", None):
        brief["source"] = dataclasses.replace(recipe.source, steps=5)
    if getattr(recipe, "steps", None):
        brief |= {"steps": 5, "rates": recipe.rates[3:5]}
    return running.changed(arm, **brief)
