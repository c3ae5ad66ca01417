"""What the curves over the rows say: exponents, crossings, the next doubling."""

import numpy as np
import pytest

from dlwhy.studies import report as reporting
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.claims.data import design as data
from dlwhy.studies.claims.data import findings
from dlwhy.studies.findings.selecting import Cell
from dlwhy.studies.plan.study import Arm, Task
from tests.studies.claims.data.given import OWN, error
from tests.studies.conftest import outcome


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


def cells(means, *, sd, seed):
    """Scores by size, as `data` gathers them: 12 seeds of held-out and training scores."""
    rng = np.random.default_rng(seed)
    return {n: cell(mean + sd * rng.standard_normal(12)) for n, mean in means.items()}


def cell(values):
    task = Task(name="mine", role="own", draw="own")
    arm = Arm(name="a", task=task, recipe=Simple(model="linear"), metric="r2")
    return Cell(arm, outcome(values, seeds=range(len(values)), metric="r2"))


def overtaking(nets, simple, *, sd=0.002, overlap=1 / 3):
    task = Task(name="mine", role="own", draw="own")
    sizes = cells(nets, sd=sd, seed=1), cells(simple, sd=sd, seed=2)
    return findings.overtaking(findings.Measured(task, "r2", "linear regression", *sizes, overlap), 0.05)


def test_a_net_that_overtakes_does_so_by_name_and_with_its_lead():
    rows, said = overtaking({50: 0.6, 100: 0.7, 200: 0.8, 400: 0.85}, {50: 0.7, 100: 0.72, 200: 0.73, 400: 0.73})

    assert 100 < rows < 200
    assert said.startswith(f"On mine, the net overtakes linear regression at about {rows:.0f} rows, and leads by 0.1")
    assert said.endswith("] at 400.")


@pytest.mark.parametrize(
    ("nets", "simple", "sd"),
    [
        # titanic: the means cross, the lead at the largest size is within noise
        ({50: 0.70, 200: 0.79, 800: 0.815}, {50: 0.75, 200: 0.785, 800: 0.81}, 0.02),
        ({50: 0.6, 200: 0.7, 800: 0.75}, {50: 0.7, 200: 0.75, 800: 0.8}, 0.002),  # never
        ({50: 0.8, 200: 0.85, 800: 0.9}, {50: 0.7, 200: 0.75, 800: 0.8}, 0.002),  # ahead from the first
        ({50: 0.6, 200: 0.8, 800: 0.75}, {50: 0.7, 200: 0.75, 800: 0.8}, 0.002),  # and falls back
        ({50: 0.6, 200: 0.8}, {50: 0.7}, 0.002),  # nothing to compare with
        ({}, {}, 0.002),
    ],
)
def test_what_overtakes_nothing(nets, simple, sd):
    assert overtaking(nets, simple, sd=sd) is None


def test_the_crossing_is_the_last_one():
    assert findings._crossing({10: -1.0, 20: 1.0, 40: -1.0, 80: 1.0}) == pytest.approx(np.sqrt(40 * 80))
    assert findings._crossing({10: -1.0, 20: 1.0, 40: -1.0}) is None
    assert findings._crossing({10: 1.0, 20: 1.0}) is None


def test_nothing_is_promised_by_a_curve_that_missed(quick, results_of):
    """Titanic: 1.7 points were promised after a last doubling of .7 [-.7, 2.0], and a miss of 3.6."""
    study = data.design(quick("data", own=OWN))

    def score(arm):
        n = arm.place["n"]
        bent = 1 - 0.9 * min(n, 300) ** -0.25 + 0.00001 * n  # stops short where the fit has not looked
        return bent if arm.task.role == "own" and arm.place["model"] == "net" else 1 - error(arm)

    report = reporting.report(study, results_of(study, score))
    found = report["descriptive"]["forecasts"]["mine"]
    line = next(line for line in report["descriptive"]["lines"] if line.startswith("On mine, no forecast"))
    assert found["forecast_next"] is None
    assert found["forecast_miss"] > 0.01
    assert "the curve missed the two largest sizes by more than it would promise (0.0" in line
    assert "; the last step brought +0.0" in line
