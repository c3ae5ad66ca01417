"""Maps of what a network has learnt, and probes on its layers."""

import numpy as np
import pytest

from dlwhy.studies.arms.training import train
from dlwhy.studies.claims.depth import arms, findings
from dlwhy.studies.claims.depth import design as depth
from dlwhy.studies.plan.study import Seeds
from dlwhy.studies.request import Request
from dlwhy.studies.tasks.registry import draws_of
from tests.studies import running


def test_a_map_has_its_top_above_and_blanks_outside_the_disc():
    cells, inside = arms.disc()
    lines = arms.class_map(cells[:, 1] > 0.5)

    assert len(lines) == len(lines[0]) == len(inside)
    assert set("".join(lines[:12])) == {" ", "1"}
    assert set("".join(lines[-40:])) == {" ", "0"}
    assert lines[0][0] == lines[-1][-1] == " "
    assert sum(mark != " " for line in lines for mark in line) / inside.size == pytest.approx(np.pi / 4, abs=0.04)


def test_a_map_is_what_the_network_of_the_first_seed_has_learnt():
    study = depth.design(Request(claim="depth", budget="quick", n_seeds=2))
    arm = running.changed(study.arms["rings-4: depth 3"], steps=700, rates=())
    found = running.run(arm, Seeds(report=study.seeds, tuning=()))
    cells, inside = arms.disc()
    truth, drawn = arms.class_map((4 * np.square(cells).sum(axis=1)).astype(int) % 2), found.runs[0].extra["map"]
    right = sum(a == b != " " for a, b in zip("".join(drawn), "".join(truth), strict=True)) / inside.sum()

    assert found.runs[0].metrics["accuracy"] > 0.6
    assert right == pytest.approx(found.runs[0].metrics["accuracy"], abs=0.02)  # both are uniform in the disc
    assert not found.runs[1].extra
    described = findings.descriptive(study, {arm.key: found, f"{arm.key}, A/A": found})
    assert described["maps"] == {"rings-4": {"the task": truth, "depth 3": drawn}}


@pytest.mark.slow
def test_probes_see_the_layers_of_a_trained_network():
    study = depth.design(Request(claim="depth", budget="quick", n_seeds=2))
    arm = study.arms["linear: probes, untrained"]
    seeds = Seeds(report=study.seeds, tuning=())
    found = running.run(arm, seeds)

    assert [len(run.extra["probes"]) for run in found.runs] == [5, 5]
    assert all(run.extra["probes"][0] > 0.97 for run in found.runs)  # a line suffices at the input
    draws = draws_of(arm.task, seeds.report, None)
    trained = train(arm.recipe, draws, seeds.report, [1e-6] * 2, room=4096)
    again = arms.accuracies(trained.replicas, 1, draws[1])
    np.testing.assert_allclose(again, found.runs[1].extra["probes"], atol=0.02)


@pytest.mark.slow
def test_a_network_taught_noise_is_probed_for_the_true_classes():
    study = depth.design(Request(claim="depth", budget="quick", n_seeds=2))
    arm = study.arms["linear: probes, shuffled"]
    found = running.run(arm, Seeds(report=study.seeds, tuning=study.seeds))

    for run in found.runs:
        assert run.status == "ok"
        assert 0.45 < run.metrics["accuracy"] < 0.55  # of the labels that it was taught
        assert run.extra["probes"][0] > 0.97  # of the classes
        assert 0.6 < run.extra["probes"][-1] < run.extra["probes"][0]
