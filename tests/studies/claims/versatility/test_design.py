"""The study of versatility: its design, what it says of scores that are known, and its own ways to run."""

import dataclasses

import numpy as np
import pytest

from dlwhy.data.toys.registry import REGISTRY
from dlwhy.studies import answers as in_short
from dlwhy.studies import figure as study_panels
from dlwhy.studies import report as reporting
from dlwhy.studies.arms.training import train
from dlwhy.studies.bench import workers
from dlwhy.studies.claims.versatility import design as versatility
from dlwhy.studies.plan.seeds import Seeds, training_seed
from dlwhy.studies.request import OwnData, Request
from dlwhy.studies.tasks import registry as tasks
from tests.studies import running

OWN = OwnData(name="mine {x}", fingerprint="0" * 64, rows=400, features=7, classes=2)
# the linear model is as good on some tables, and worse on most
METHODS = {"linear": 0.6, "naive-bayes": 0.62, "nearest-neighbours": 0.7, "svm": 0.78, "random-forest": 0.77}


def score(arm, net=0.85, nets=0.87, boosting=0.8, control=0.0):
    """Give the mean of an arm: nets best but where a line is enough."""
    method = arm.place.get("method")
    if arm.task.role == "negative":
        return 0.8
    if arm.task.role == "positive" and method == "net":
        return max(net, control)
    return {**METHODS, "net": net, "eight nets": nets, "gradient-boosting": boosting}.get(method, 0.9)


def timed(outcome, arm, exponent):
    """Set the seconds of an outcome as if they grew as a power of the rows."""
    n = arm.place.get("n", 100)
    runs = [
        dataclasses.replace(run, seconds=1e-3 * n**exponent * (1 + place / 100))
        for place, run in enumerate(outcome.runs)
    ]
    return dataclasses.replace(outcome, runs=tuple(runs))


def made(results_of, *, exponent=0.9, budget="default", **means):
    """Report on results that are made by hand."""
    study = versatility.design(Request(claim="versatility", budget=budget, n_seeds=8, own=OWN))
    results = results_of(study, lambda arm: score(arm, **means))
    return reporting.report(study, {key: timed(each, study.every[key], exponent) for key, each in results.items()})


@pytest.fixture
def report(results_of):
    return made(results_of)


@pytest.mark.parametrize("budget", ["quick", "default", "thorough"])
def test_the_design_is_complete(budget):
    study = versatility.design(Request(claim="versatility", budget=budget, own=OWN))

    assert all(each.arm in study.arms and each.base in study.arms for each in study.contrasts)
    assert (study.a_a.arm.key, study.a_a.base) == ("moons: net, A/A", "moons: net")
    assert {arm.task.role for arm in study.arms.values()} >= {"positive", "negative", "own"}
    assert "moons: 10-10-1" in study.arms
    sets = {arm.task.name for arm in study.arms.values() if arm.place.get("method") == "net"}
    if budget == "quick":
        assert len(sets) == 8
    else:
        assert set(REGISTRY) < sets
        assert len(sets) >= 20
    sizes = [arm.place["n"] for arm in study.arms.values() if arm.place.get("model") == "net"]
    assert max(sizes, default=0) == {"quick": 0, "default": 100_000, "thorough": 1_000_000}[budget]


def test_every_net_has_the_same_recipe():
    study = versatility.design(Request(claim="versatility", own=OWN))
    nets = [arm.recipe for arm in study.arms.values() if arm.name in ("net", "eight nets")]

    assert {(arm.network, arm.options, arm.rates) for arm in nets} == {(versatility._NET, versatility._OPTIONS, ())}
    assert all(arm.steps >= 1500 for arm in nets)
    for arm in study.arms.values():
        n = arm.task.settings.get("n_train")
        if arm.place.get("model") == "net":
            assert arm.recipe.steps == max(1500, 20 * -(-n // 32))


def test_every_data_set_can_be_drawn_with_its_number_of_rows():
    study = versatility.design(Request(claim="versatility"))
    for task in {arm.task.name: arm.task for arm in study.arms.values()}.values():
        draw = tasks.draw(task.draw, 3, **task.settings)
        metrics = {arm.metric for arm in study.arms.values() if arm.task.name == task.name}

        assert len(draw.X_train) == task.settings["n_train"]
        assert metrics == {"r2" if draw.task == "regression" else "accuracy"}


def test_own_data_named_like_a_control_stay_apart_from_it():
    own = dataclasses.replace(OWN, name="moons")
    study = versatility.design(Request(claim="versatility", budget="quick", own=own))

    assert study.arms["moons: net"].task.role == "positive"
    assert study.arms["moons (yours): net"].task.role == "own"


def test_only_moons_shows_the_essays_example():
    study = versatility.design(Request(claim="versatility", only=("moons",)))

    assert {arm.task.name for arm in study.arms.values()} == {"moons"}
    assert {"10-10-1", "10-10-1, one test set", "logistic", "eight nets"} <= {arm.name for arm in study.arms.values()}


def test_controls_decide_the_verdict(report, results_of):
    verdicts = {
        (each["id"], each["task"]): each["verdict"]
        for each in report["predictions"]
        if each["contrast"].startswith("net -")
    }

    assert {verdicts["P1", task] for task in ("moons", "spirals", "circles")} == {"supported"}
    assert {verdicts["P1", task] for task in ("plane", "blobs", "iris", "linear-noise")} == {"not supported"}
    assert report["verdict"] == "supported"
    # five points are not the ten that a control must show
    assert made(results_of, net=0.65)["verdict"] == "withheld"


def test_wins_are_counted_over_data_sets(report):
    found = next(each for each in report["predictions"] if each["metric"] == "share won less share lost")
    n = int(found["task"].split()[0])

    assert found["contrast"] == f"net - linear: {n - 4} won, 0 lost"
    assert found["effect"] == 1.0
    assert found["p"] == pytest.approx(2 * 0.5 ** (n - 4))
    assert found["verdict"] == "supported"


def test_few_wins_settle_nothing(results_of):
    found = made(results_of, net=0.6, control=0.9)["predictions"]

    wins = next(each for each in found if each["metric"] == "share won less share lost")
    assert wins["verdict"] == "inconclusive"
    assert wins["contrast"] == "net - linear: 3 won, 0 lost"
    assert wins["p"] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("means", "verdict", "words"),
    [
        ({}, "supported", "eight nets rank better than gradient boosting"),
        ({"boosting": 0.95}, "not supported", "gradient boosting ranks better than eight nets"),
    ],
)
def test_ranks_are_compared_with_the_best_alternative(results_of, means, verdict, words):
    report = made(results_of, **means)
    found = next(each for each in report["predictions"] if each["metric"] == "ranks better")

    assert found["contrast"] == "eight nets - gradient-boosting"
    assert found["verdict"] == verdict
    assert words in found["sentence"]
    assert found["p"] < 0.05
    better = [line for line in report["descriptive"]["lines"] if "gradient boosting is better here" in line]
    assert bool(better) == bool(means)
    assert not means or any("by 8." in line or "by 7." in line for line in better)


@pytest.mark.parametrize(("exponent", "verdict"), [(0.9, "supported"), (1.5, "not supported")])
def test_the_growth_of_time_is_the_slope_of_its_logarithm(results_of, exponent, verdict):
    report = made(results_of, exponent=exponent)
    found = next(each for each in report["predictions"] if each["id"] == "P3")

    assert found["effect"] == pytest.approx(1.1 - exponent)
    assert found["verdict"] == verdict
    assert f"n^{exponent:.2f}" in found["sentence"]
    assert report["descriptive"]["times"]["net"][0] == [1000, pytest.approx(1e-3 * 1000**exponent, rel=0.1)]


def test_the_users_own_data_get_a_plain_answer(report):
    found = next(each for each in report["predictions"] if each["role"] == "own" and each["id"] == "P2")
    lines = [line for line in report["descriptive"]["lines"] if "mine {x}" in line]

    assert found["contrast"] == "eight nets - gradient-boosting"
    assert found["verdict"] == "supported"
    assert found["sentence"].startswith("On mine {x}, eight nets are better than the best simple model")
    assert len(lines) == 1
    assert "gradient boosting, 0.799; the nets cost about as much" in lines[0]
    assert in_short.answers([report])[-1] == lines[0]


def test_the_figure_shows_scores_ranks_and_times(report):
    figure = study_panels.draw(report)

    titles = [ax.get_title(loc="left") or ax.get_title() for ax in figure.axes]
    assert any("defaults" in title for title in titles)
    assert any("Mean rank" in title for title in titles)
    assert any("Time" in title for title in titles)
    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert set(REGISTRY) < set(names)


def test_a_quick_study_has_a_figure_and_no_ranks(quick, results_of):
    study = versatility.design(quick("versatility"))
    report = reporting.report(study, results_of(study, score))

    assert report["descriptive"]["ranking"] is None
    assert not [each for each in report["predictions"] if "data sets" in each["task"]]
    study_panels.draw(report)


def test_eight_nets_are_the_mean_of_eight_the_first_of_them_the_single_one():
    study = versatility.design(Request(claim="versatility", only=("wine",), n_seeds=2))
    seeds = Seeds(report=study.seeds, tuning=())
    brief = {name: running.changed(study.arms[f"wine: {name}"], steps=40) for name in ("net", "eight nets")}
    found = running.run(brief["eight nets"], seeds)

    draws = tasks.draws_of(brief["net"].task, seeds.report, None)
    for seed, draw, run in zip(seeds.report, draws, found.runs, strict=True):
        own = [training_seed(seed, member) for member in range(8)]
        trained = train(brief["net"].recipe, [draw] * 8, own, [0.003] * 8, room=4096, size=4)
        mean = trained.predict(np.stack([draw.X_test] * 8)).mean(axis=0)
        assert run.seed == seed
        assert run.metrics["accuracy"] == pytest.approx((mean.argmax(axis=1) == draw.y_test).mean(), abs=0.03)
        assert run.parameters == 8 * (14 * 64 + 65 * 64 + 65 * 3)
    again = running.run(brief["eight nets"], seeds)
    assert [run.metrics for run in again.runs] == [run.metrics for run in found.runs]


def test_one_test_set_is_one():
    study = versatility.design(Request(claim="versatility", only=("moons",), n_seeds=3))
    arm = running.changed(study.arms["moons: 10-10-1, one test set"], steps=40)
    found = running.run(arm, Seeds(report=study.seeds, tuning=()))

    assert all((200 * run.metrics["accuracy"]) % 1 == pytest.approx(0, abs=1e-6) for run in found.runs)
    assert len({run.metrics["log_loss"] for run in found.runs}) == 3


def test_timed_runs_are_few_and_one_after_the_other():
    study = versatility.design(Request(claim="versatility", only=("scaling",)))
    seeds = Seeds(report=study.seeds, tuning=())
    net = running.changed(study.arms["scaling: net, n=1000"], steps=20, repeats=2)
    found = workers.run_arm(net, seeds, None)
    simple = workers.run_arm(study.arms["scaling: logistic, n=1000"], seeds, None)

    assert [run.seed for run in found.runs] == list(seeds.report[:2])
    assert all(0 < run.seconds < 10 for run in found.runs)
    assert len(simple.runs) == 3
    assert found.runs[0].n_train == 1000
