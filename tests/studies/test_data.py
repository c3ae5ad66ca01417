"""The study of data: sizes, forecasts, and what it says of curves that are known."""

import numpy as np
import pytest

from dlwhy.figures import study_panels
from dlwhy.studies import analysis, data
from dlwhy.studies.request import OwnData, Request

OWN = OwnData(name="mine", fingerprint="0" * 64, rows=3000, features=7, classes=0)


def error(arm):
    """Give an error that falls as a power of the rows for nets, where there is anything to learn."""
    n = arm.settings["n"]
    if arm.task.settings.get("shuffled"):
        return 0.9
    if arm.settings["by"] != "net" or arm.task.role == "negative":
        return 0.2 + 0.3 * n**-0.5
    return 0.9 * n**-0.25


@pytest.fixture
def report(quick, results_of):
    study = data.design(quick("data", own=OWN))
    return analysis.report(study, results_of(study, lambda arm: 1 - error(arm)))


@pytest.mark.parametrize("budget", ["quick", "default", "thorough"])
def test_every_contrast_has_its_arms(budget):
    study = data.design(Request(claim="data", budget=budget, own=OWN))

    assert all(each.arm in study.arms and each.base in study.arms for each in study.contrasts)
    assert {arm.metric for arm in study.arms.values() if arm.task.role == "own"} == {"r2"}
    sizes = sorted(
        arm.settings["n"] for arm in study.arms.values() if arm.name.startswith("net") and arm.task.role == "own"
    )
    assert len(sizes) >= 5
    assert sizes[-1] <= 3000 * 0.75


def test_verdicts_follow_the_curves(report):
    verdicts = {(each["id"], each["task"]): each["verdict"] for each in report["predictions"]}

    assert verdicts["P1", "teacher"] == verdicts["P1", "moons"] == verdicts["P4", "teacher"] == "supported"
    assert verdicts["P1", "digits-shuffled"] == "not supported"
    assert verdicts["P4", "linear-noise"] == "not supported"
    assert report["verdict"] == "supported"


def test_the_exponent_and_the_next_doubling_are_found(report):
    found = report["descriptive"]["forecasts"]["teacher"]

    assert found["b"] == pytest.approx(0.25, abs=0.03)
    assert found["forecast_error"] < 0.05
    assert any("On teacher, twice as many rows would bring about" in line for line in report["descriptive"]["lines"])


def test_the_crossing_lies_between_the_sizes_where_the_lead_changes(report):
    crossing = report["descriptive"]["crossings"]["teacher"]
    n = np.arange(64, 8192)
    expected = n[np.argmax(0.9 * n**-0.25 < 0.2 + 0.3 * n**-0.5)]

    assert crossing == pytest.approx(expected, rel=0.3)


def test_the_figure_has_a_panel_a_curve(report):
    figure = study_panels.draw(report)

    titles = [ax.get_title(loc="left") or ax.get_title() for ax in figure.axes]
    assert {"teacher", "moons", "linear-noise", "mine"} <= set(titles)
