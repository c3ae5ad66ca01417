"""A study from its rows' point of view: interrupted, damaged, failing, called again, spread over processes."""

import dataclasses
import json

import pytest

from dlwhy.errors import DlwhyError, DlwhyWarning, UsageError
from dlwhy.models.network import NetworkSpec
from dlwhy.studies import conduct
from dlwhy.studies.arms.network import Network
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.bench import runner, workers
from dlwhy.studies.claims import registry
from dlwhy.studies.plan.assembling import assemble
from dlwhy.studies.plan.study import Arm, Outcome, Run, Seeds, Task
from dlwhy.studies.request import Request
from dlwhy.training.options import TrainingOptions
from tests.studies import processes, running, tiny


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setitem(registry.CLAIMS, tiny.CLAIM.name, tiny.CLAIM)


@pytest.fixture
def request_():
    return Request(claim="tiny", n_seeds=6, only=("moons",))


@pytest.fixture
def short():
    """Ask for two arms only."""
    return Request(claim="tiny", n_seeds=6, only=("moons: logistic", "moons: svm"))


def test_progress_is_told_when_an_arm_begins_and_ends(tmp_path, request_):
    told = []
    conduct.run(request_, tmp_path, on_progress=told.append)
    assert len(told) == 12
    assert [each.outcome is None for each in told] == [True, False] * 6
    last = told[-1]
    assert (last.arms_done, last.arms, last.runs_done, last.runs, last.fresh) == (6, 6, 36, 36, 36)
    again = []
    conduct.run(request_, tmp_path, on_progress=again.append)
    assert not again


def test_arms_of_few_runs_are_not_run_again(tmp_path, short, monkeypatch):
    arms = [running.changed(tiny.design(short).arms["moons: svm"], repeats=2)]
    few = dataclasses.replace(tiny.CLAIM, design=lambda asked: assemble(asked, arms=arms, contrasts=(), repeated=None))
    monkeypatch.setitem(registry.CLAIMS, "tiny", few)
    asked = dataclasses.replace(short, only=())
    runs = []

    def run(recipe, task, seeds, dataset):
        runs.append(recipe)
        raise DlwhyError("no luck")

    monkeypatch.setattr(Simple, "run", run)
    assert conduct.run(asked, tmp_path).report["failures"] == 2
    again = conduct.run(asked, tmp_path)
    assert not again.fresh
    assert len(runs) == 1
    assert len(conduct.show(tmp_path).report["arms"]) == 1


def test_the_time_of_a_study_is_that_of_all_it_did_and_outlives_it(tmp_path, short):
    first, second = conduct.run(short, tmp_path), conduct.run(short, tmp_path)
    trained = sum(json.loads(line)["seconds"] for line in (tmp_path / "runs.jsonl").read_text().splitlines())
    assert 0 < trained < first.report["seconds"]
    assert not second.fresh
    assert second.report["seconds"] == first.report["seconds"]


def test_more_seeds_never_mix_with_rows_of_fewer(tmp_path, short):
    conduct.run(short, tmp_path)
    more = conduct.run(dataclasses.replace(short, n_seeds=7), tmp_path)
    assert all(arm["n_seeds"] == 7 for arm in more.report["arms"])
    back = conduct.run(short, tmp_path)
    assert all(arm["n_seeds"] == 6 for arm in back.report["arms"])


@pytest.mark.parametrize("content", [b"", b"{", b"\x00\xff garbage", b"[]", b'{"schema": "dlwhy.runs/1"}'])
def test_case_88_a_damaged_record_is_reported_and_its_arm_repeated(tmp_path, short, content):
    conduct.run(short, tmp_path)
    table, kept = (tmp_path / "summary.csv").read_bytes(), processes.rows(tmp_path)
    victim = sorted(tmp_path.glob("runs/*/[0-9]*.json"))[4]
    victim.write_bytes(content)
    with pytest.warns(DlwhyWarning, match="damaged.*its arm is run again") as caught:
        done = conduct.run(short, tmp_path)
    assert len(caught) == 1
    assert done.report["complete"]
    assert (tmp_path / "summary.csv").read_bytes() == table
    arm = victim.parent.name
    changed = {name for name, facts in processes.rows(tmp_path).items() if facts != kept[name]}
    assert changed
    assert all(arm in name for name in changed)


def test_case_88_rows_of_other_seeds_are_damage(tmp_path, short):
    conduct.run(short, tmp_path)
    facts = next(tmp_path.glob("runs/*/arm.json"))
    facts.write_text(json.dumps({**json.loads(facts.read_text()), "seeds": json.loads(facts.read_text())["seeds"][:3]}))
    with pytest.warns(DlwhyWarning, match="damaged"):
        assert all(arm["n_seeds"] == 6 for arm in conduct.run(short, tmp_path).report["arms"])


def test_a_stopped_study_goes_on_and_sees_what_an_undisturbed_one_sees(tmp_path, request_):
    whole = conduct.run(request_, tmp_path / "whole")

    class StoppedError(Exception):
        pass

    def stop(progress):
        if progress.arms_done == 3:
            raise StoppedError

    with pytest.raises(StoppedError):
        conduct.run(request_, tmp_path / "parts", on_progress=stop)
    assert not (tmp_path / "parts" / "study.json").exists()
    kept = processes.rows(tmp_path / "parts")
    parts = conduct.run(request_, tmp_path / "parts")
    assert len(kept) == 3 * 7
    assert kept.items() <= processes.rows(tmp_path / "parts").items()
    same = [{**done.report, "seconds": 0, "state": 0, "arms": 0} for done in (whole, parts)]
    assert same[0] == same[1]
    assert processes.without_seconds(tmp_path / "whole") == processes.without_seconds(tmp_path / "parts")
    assert (tmp_path / "whole/summary.csv").read_bytes() == (tmp_path / "parts/summary.csv").read_bytes()


def test_an_unfinished_study_can_be_shown(tmp_path, request_):
    def stop(progress):
        if progress.arms_done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        conduct.run(request_, tmp_path, on_progress=stop)
    report = conduct.show(tmp_path).report
    assert not report["complete"]
    assert len(report["arms"]) == 3
    conduct.run(request_, tmp_path)
    assert conduct.show(tmp_path).report["complete"]


def test_show_leaves_damaged_rows_out(tmp_path, short):
    conduct.run(short, tmp_path)
    next(tmp_path.glob("runs/*/[0-9]*.json")).write_text("{")
    with pytest.warns(DlwhyWarning, match="left out"):
        report = conduct.show(tmp_path).report
    assert len(report["arms"]) == 1
    assert not report["complete"]


def test_case_89_a_run_that_diverges_is_a_row_and_the_others_go_on(tmp_path, short, monkeypatch):
    real, lost = workers.run_arm, []

    def run_arm(arm, seeds, own):
        outcome = real(arm, seeds, own)
        if arm.name != "svm":
            return outcome
        first = dataclasses.replace(
            outcome.runs[0], metrics=dict.fromkeys(outcome.runs[0].metrics), status="diverged", reason="not finite, it"
        )
        lost.append(first.seed)
        return dataclasses.replace(outcome, runs=(first, *outcome.runs[1:]))

    monkeypatch.setattr(workers, "run_arm", run_arm)
    done = conduct.run(short, tmp_path)
    assert done.report["complete"]
    assert done.report["failures"] == 1
    assert [each["n_seeds"] for each in done.report["predictions"]] == [5]
    assert "1 of 6 runs of svm diverged" in done.report["predictions"][0]["cautions"][0]
    rows = [json.loads(line) for line in (tmp_path / "runs.jsonl").read_text().splitlines()]
    assert [(row["seed"], row["reason"], row["value"]) for row in rows if row["status"] == "diverged"] == [
        (lost[0], "not finite, it", None)
    ]
    line = next(line for line in (tmp_path / "summary.csv").read_text().splitlines() if ",svm," in line)
    assert ',1,"not finite, it",' in line
    monkeypatch.setattr(workers, "run_arm", None)
    assert not conduct.run(short, tmp_path, retry_failed=True).fresh  # a divergence is a finding, not a mishap


def test_case_89_networks_that_diverge(tmp_path):
    task = Task(name="linear", role="negative", draw="linear", settings={"features": 2, "n_train": 64})
    options = TrainingOptions(batch_size=32, normalize="never", optimizer="sgd", learning_rate=1e30)
    recipe = Network(network=NetworkSpec(layers=(4,), activation="linear"), options=options, steps=20)
    arm = Arm(name="a", task=task, recipe=recipe)
    outcome = workers.run_arm(arm, Seeds(report=(1, 2), tuning=(3,)), None)
    assert [run.status for run in outcome.runs] == ["diverged", "diverged"]
    assert all("finite" in run.reason for run in outcome.runs)
    assert all(value is None for run in outcome.runs for value in run.metrics.values())


def test_a_failed_run_is_tried_again_only_on_request(tmp_path, short, monkeypatch):
    def fail(arm, seeds, own):
        runs = tuple(Run(seed=seed, metrics={}, status="failed", reason="no luck") for seed in seeds.report)
        return Outcome(runs=runs)

    with monkeypatch.context() as patch:
        patch.setattr(workers, "run_arm", fail)
        assert conduct.run(short, tmp_path).report["failures"] == 12
    assert conduct.run(short, tmp_path).report["failures"] == 12
    assert conduct.run(short, tmp_path, retry_failed=True).report["failures"] == 0


def test_what_an_arm_can_not_take_becomes_failed_runs():
    arm = Arm(
        name="a",
        task=Task(name="d", role="real", draw="digits", settings={"n_train": 5000}),
        recipe=Simple(model="majority"),
    )
    outcome = workers.run_arm(arm, Seeds(report=(1, 2), tuning=()), None)
    assert [run.status for run in outcome.runs] == ["failed"] * 2
    assert "5000 training rows" in outcome.runs[0].reason


def test_no_jobs_is_refused(request_, tmp_path):
    with pytest.raises(UsageError, match="--jobs"):
        conduct.run(request_, tmp_path, jobs=0)


def test_keys_know_the_versions(monkeypatch, request_):
    study = conduct.design(request_)
    before = runner.keys(study)
    monkeypatch.setattr(workers, "versions", lambda: {"dlwhy": "0"})
    assert not set(before.values()) & set(runner.keys(study).values())
