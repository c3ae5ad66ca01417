"""A folder of the user's tables: what is read of it, what is refused, and that a study of them runs."""

import dataclasses
import json

import numpy as np
import pytest

from dlwhy.data import make
from dlwhy.data.stored import storage
from dlwhy.errors import InputRefusedError, InputUnreadableError
from dlwhy.studies import conduct
from dlwhy.studies.claims.versatility import design as versatility
from dlwhy.studies.claims.versatility import tables
from dlwhy.studies.request import Request
from dlwhy.studies.tasks import registry as tasks
from tests.studies.claims.versatility.given import table


@pytest.fixture
def folder(tmp_path):
    """A folder with two tables, and what is none."""
    path = tmp_path / "tables"
    path.mkdir()
    for name, seed in (("a", 1), ("b", 2)):
        storage.write(make("moons", samples=60, seed=seed), path / f"{name}.joblib")
    (path / "readme.txt").write_text("nothing")
    return path


def test_a_request_holds_plain_data_and_goes_there_and_back(folder):
    request = conduct.request("versatility", tables=folder, budget="quick")
    stored = json.loads(json.dumps(request.to_json()))
    first, second = (table.about for table in tables.of(Request.from_json(stored), ()))

    assert (first.rows, first.features, first.classes) == (60, 2, 2)
    assert first.fingerprint != second.fingerprint
    assert stored["extra"]["tables"][0]["path"] == str(folder / "a.joblib")


def test_the_design_needs_no_files_and_where_they_lie_decides_nothing():
    here, there = (
        versatility.design(
            Request(claim="versatility", budget="quick", extra={"tables": [{**table("t"), "path": path}]})
        )
        for path in ("/here/t.joblib", "/there/t.joblib")
    )
    arm = here.arms["t: net:table"]
    assert (arm.task.role, arm.task.draw, arm.task.settings["n_train"]) == ("real", "table", 300)
    assert arm.to_json() == there.arms["t: net:table"].to_json()


def test_names_that_clash_are_told_apart():
    given = [table("moons"), table("moons", file="b.joblib"), table("moons", file="b.joblib")]
    found = tables.of(Request(claim="versatility", extra={"tables": given}), {"moons"})
    assert [each.task.name for each in found] == ["moons (mine.joblib)", "moons (b.joblib)", "moons (b.joblib, 2)"]


def test_a_draw_is_of_the_file_that_was_read_and_of_no_other(folder):
    study = versatility.design(conduct.request("versatility", tables=folder, budget="quick"))
    (task,) = (arm.task for arm in study.arms.values() if arm.key.startswith("moons (yours): net:table-one"))
    draw = tasks.draw(task.draw, 3, **task.settings)
    assert (len(draw.X_train), draw.overlap) == (45, pytest.approx(1 / 3))

    storage.write(make("moons", samples=60, seed=9), folder / "a.joblib")
    with pytest.raises(InputRefusedError, match=r"a\.joblib: has changed since"):
        tasks.draw(task.draw, 3, **{**task.settings, "max_size": 7})


def test_what_is_no_data_set_is_refused_by_name(folder):
    (folder / "c.joblib").write_bytes(b"nothing")
    with pytest.raises(InputRefusedError, match=r"c\.joblib"):
        tables.read_all(folder)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"n": 12}, "c.joblib: moons: 12 rows"), ({"one": True}, "c.joblib: moons: its target has one value")],
)
def test_what_nothing_can_be_learnt_from_is_refused_by_name(folder, changes, words):
    made = make("moons", samples=changes.get("n", 40))
    if changes.get("one"):
        made = dataclasses.replace(made, y_train=np.zeros_like(made.y_train), y_test=np.zeros_like(made.y_test))
    storage.write(made, folder / "c.joblib")
    with pytest.raises(InputRefusedError, match=words):
        tables.read_all(folder)


def test_a_folder_that_is_none_or_empty_is_refused(tmp_path):
    with pytest.raises(InputUnreadableError, match="no such folder"):
        tables.read_all(tmp_path / "nothing")
    with pytest.raises(InputUnreadableError, match=r"no \.joblib file"):
        tables.read_all(tmp_path)


def test_a_study_of_tables_is_shown_when_their_files_are_gone(folder, tmp_path):
    request = conduct.request("versatility", tables=folder, only=("logistic", "linear-cv"), n_seeds=2, budget="quick")
    done = conduct.run(request, tmp_path / "study")
    assert {"moons (yours)", "moons (yours) (b.joblib)"} <= {arm["task"] for arm in done.report["arms"]}
    assert done.report["failures"] == 0
    for path in folder.iterdir():
        path.unlink()
    assert conduct.show(tmp_path / "study").report["arms"] == done.report["arms"]
