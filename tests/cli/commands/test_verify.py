import json
import re

import pytest


@pytest.fixture
def folder(small_study, demo, dlwhy_in_process, tmp_path):
    assert dlwhy_in_process("report", small_study).code == 0
    (tmp_path / "dataset.joblib").write_bytes((demo / "dataset.joblib").read_bytes())
    return tmp_path


def test_runs_are_confirmed_in_words_and_as_json(folder, dlwhy_in_process):
    told = dlwhy_in_process("verify", "report.html", "-d", "dataset.joblib", "-k", "2", "--seed", "5")
    found = json.loads(dlwhy_in_process("verify", "-d", "dataset.joblib", "-k", "2", "--seed", "5", "--json").out)

    assert told.code == 0
    assert "2 of 2 runs confirmed: 2 to the last bit, 0 within a point" in told.out
    assert found["confirmed"]
    assert [run["page"] for run in found["runs"]] == [run["again"] for run in found["runs"]]
    assert all(str(run["seed"]) in told.out for run in found["runs"])


def test_a_run_that_comes_out_otherwise_ends_with_4(folder, dlwhy_in_process, monkeypatch):
    from dlwhy.report import verifying

    monkeypatch.setattr(verifying.Rerun, "found", "other")

    done = dlwhy_in_process("verify", "report.html", "-d", "dataset.joblib", "-k", "1", "-q")

    assert done.code == 4
    assert done.error == "report.html: 1 of 1 runs came out otherwise"
    assert "NOT the same" in done.out


def test_what_can_not_be_verified_is_refused_with_its_code(folder, dlwhy_in_process):
    text = (folder / "report.html").read_text()
    (folder / "edited.html").write_text(re.sub("inconclusive", "supported", text))
    (folder / "other.html").write_text("<p>hello")
    (folder / "large.html").write_text(" " * (2 << 20))

    for arguments, code, said in [
        (["nowhere.html"], 66, "nowhere.html"),
        (["edited.html"], 65, "changed since it was written"),
        (["other.html"], 65, "no page of dlwhy report"),
        (["report.html"], 2, "name it with --data"),
        (["large.html", "--max-size", "1"], 65, "larger than 1 MiB"),
        (["report.html", "-k", "0"], 2, "--runs"),
        (["report.html", "--seed", "-1"], 2, "--seed"),
        (["report.html", "--data", "nowhere.joblib"], 66, "nowhere.joblib"),
    ]:
        done = dlwhy_in_process("verify", *arguments, "-q")
        assert (done.code, said in done.error) == (code, True), done.err
