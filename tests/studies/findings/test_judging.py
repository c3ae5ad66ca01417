"""A finding is judged by its interval."""

import dataclasses

from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.findings.judging import cautions
from dlwhy.studies.findings.verdicts import Finding, settle
from dlwhy.studies.plan.study import Arm, Outcome, Run, Task


def test_finding_without_pairs():
    found = Finding(id="P1", task="moons", role="own", metric="accuracy", contrast="a - b", primary=True, smallest=0.01)
    assert (found.verdict, found.n_seeds, found.effect, found.p) == ("withheld", 0, None, None)
    assert found.cautions == ("no pair of runs has a result",)
    settled = settle([found])
    assert settled.findings[0].cautions == found.cautions  # one caution says it
    assert (settled.verdict, settled.reasons) == ("withheld", ("no verdict below 6 paired seeds",))


def outcome(*lost, **more):
    runs = [Run(seed=seed, metrics={}, status=status) for seed, status in enumerate([*lost, *["ok"] * 16])]
    return Outcome(runs=tuple(runs), **more)


def test_lost_runs_and_rates_at_an_edge_are_cautioned():
    task = Task(name="rings-4", role="positive", draw="rings", settings={"k": 4})
    arm = Arm(name="depth 6", task=task, recipe=Simple(model="svm"))
    words = "3 of 20 runs of depth 6 diverged; their pairs are left out"
    assert cautions(arm, outcome("diverged", "diverged", "diverged", "stuck")) == [words]
    assert len(cautions(arm, outcome("diverged", "failed"))) == 2
    assert cautions(arm, outcome()) == []
    edge = "the learning rate of depth 6 lies at the edge of its grid"
    assert cautions(arm, outcome(at_edge=True)) == [edge]
    shuffled = dataclasses.replace(arm, task=dataclasses.replace(task, settings={"k": 4, "shuffled": True}))
    assert cautions(shuffled, outcome(at_edge=True)) == []
