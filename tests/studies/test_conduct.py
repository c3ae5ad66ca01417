"""A study from its request to its report."""

import dataclasses
import json

import pytest

from dlwhy.data.toys.make import make
from dlwhy.errors import InputRefusedError, InputUnreadableError, UsageError
from dlwhy.studies import conduct
from dlwhy.studies.bench import workers
from dlwhy.studies.claims import registry
from dlwhy.studies.request import Request
from tests.studies import processes, tiny


def test_a_plan_says_what_would_be_done():
    plan = conduct.plan(conduct.design(Request(claim="depth", budget="quick")))
    assert plan["runs"] == 12 * len(plan["arms"])
    assert plan["trainings"] > plan["runs"]
    assert plan["seconds"] > 0
    for arm in plan["arms"]:
        if "depth" in arm["arm"]:
            assert arm["parameters"] == pytest.approx(300, rel=0.08)


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setitem(registry.CLAIMS, tiny.CLAIM.name, tiny.CLAIM)


@pytest.fixture
def short():
    """Ask for two arms only."""
    return Request(claim="tiny", n_seeds=6, only=("moons: logistic", "moons: svm"))


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != ".lock"}


def test_case_91_a_complete_study_is_touched_and_nothing_is_computed(tmp_path, short, monkeypatch):
    first = conduct.run(short, tmp_path, command="one")
    before, kept = files_of(tmp_path), processes.rows(tmp_path)
    times = {name: (tmp_path / name).stat().st_mtime_ns for name in ("study.json", "summary.csv", "runs.jsonl")}
    monkeypatch.setattr(workers, "run_arm", None)
    monkeypatch.setattr(conduct.reporting, "report", None)
    again = conduct.run(short, tmp_path, command="two")
    assert not again.fresh
    assert again.report == first.report
    after = files_of(tmp_path)
    assert {name: text for name, text in after.items() if name != "design.json"} == {
        name: text for name, text in before.items() if name != "design.json"
    }
    assert processes.rows(tmp_path) == kept
    assert all((tmp_path / name).stat().st_mtime_ns > old for name, old in times.items())


@pytest.mark.parametrize("name", ["study.json", "summary.csv", "runs.jsonl"])
def test_what_is_missing_of_the_reports_is_made_again(tmp_path, short, name):
    conduct.run(short, tmp_path)
    before = files_of(tmp_path)
    (tmp_path / name).unlink()
    assert conduct.run(short, tmp_path).fresh
    assert files_of(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("study.json", lambda text: text.replace('"verdict": ', '"verdict": "supported", "was": ', 1)),
        ("study.json", lambda text: text.replace('"claim": "', '"claim": "\\u001b[2J', 1)),
        ("study.json", lambda text: json.dumps({"state": json.loads(text)["state"]})),
        ("study.json", lambda text: text[: len(text) // 2]),
        ("study.json", lambda _: "[" * 100_000),
        ("summary.csv", lambda _: "torn"),
        ("runs.jsonl", lambda text: text.replace("0.", "1.", 1)),
    ],
)
def test_fault_4_a_report_that_was_touched_is_made_anew_from_the_rows(tmp_path, short, name, damage):
    first = conduct.run(short, tmp_path)
    before, kept = files_of(tmp_path), processes.rows(tmp_path)
    (tmp_path / name).write_text(damage((tmp_path / name).read_text()))
    assert files_of(tmp_path) != before
    again = conduct.run(short, tmp_path)
    assert again.fresh
    assert again.report == first.report
    assert files_of(tmp_path) == before
    assert processes.rows(tmp_path) == kept


def test_another_question_to_the_same_rows_is_answered_anew(tmp_path, short):
    first = conduct.run(short, tmp_path)
    kept = processes.rows(tmp_path)
    second = conduct.run(dataclasses.replace(short, alpha=0.2), tmp_path)
    assert second.fresh
    assert second.report["alpha"] == 0.2
    assert second.report["predictions"][0]["ci_low"] > first.report["predictions"][0]["ci_low"]
    assert processes.rows(tmp_path) == kept


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"request": 3, "runs": {}}',
        '{"request": {"claim": "tiny", "budget": "nonsense"}, "runs": {}}',
        '{"request": {"claim": "no such"}, "runs": {}}',
        '{"request": {"claim": "tiny", "n_seeds": "six"}, "runs": {}}',
        '{"request": {"claim": "tiny", "n_seeds": 2.0}, "runs": {}}',
        '{"request": {"claim": "tiny", "n_seeds": true}, "runs": {}}',
        '{"request": {"claim": "tiny", "base_seed": 2.0}, "runs": {}}',
        '{"request": {"claim": "tiny", "alpha": "0.05"}, "runs": {}}',
        '{"request": {"claim": "tiny", "own": {"name": 7}}, "runs": {}}',
        '{"request": {"claim": "tiny", "more": 1}, "runs": {}}',
        '{"request": {"claim": "tiny", "only": ["nothing"]}, "runs": {}}',
        '{"request": {"claim": "tiny"}, "runs": 7}',
        '{"request": {"claim": "tiny"}, "runs": {"moons: svm": 7}}',
        '{"request": {"claim": "tiny"}, "runs": {"moons: svm": "../../../etc"}}',
    ],
)
def test_show_refuses_a_damaged_design(tmp_path, content):
    (tmp_path / "design.json").write_text(content)
    with pytest.raises(InputRefusedError, match=r"design\.json"):
        conduct.show(tmp_path)


def test_show_refuses_a_folder_without_a_study(tmp_path):
    with pytest.raises(InputUnreadableError, match="no study"):
        conduct.show(tmp_path)
    with pytest.raises(InputUnreadableError, match="no such folder"):
        conduct.show(tmp_path / "nowhere")
    (tmp_path / "design.json").write_text('{"request": {"claim": "tiny"}, "runs": {}}')
    with pytest.raises(InputUnreadableError, match="no rows yet"):
        conduct.show(tmp_path)


def test_ingredients_are_what_algorithms_asks_of_the_users_own_data():
    data = make("moons", samples=200, seed=1)
    asked = conduct.request("ingredients", data, budget="quick")
    assert (asked.claim, asked.only) == ("algorithms", (asked.own.name,))
    assert {arm.task.role for arm in conduct.design(asked).every.values()} == {"own"}
    assert conduct.request("ingredients", data, only=["plain SGD"]).only == ("plain SGD",)
    with pytest.raises(UsageError, match="ingredients asks of your own data"):
        conduct.request("ingredients")
