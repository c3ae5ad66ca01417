"""What a study leaves for spreadsheets and notebooks."""

import json

import pytest

from dlwhy.studies import conduct
from dlwhy.studies.claims import registry
from dlwhy.studies.request import Request
from tests.studies import tiny


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setitem(registry.CLAIMS, tiny.CLAIM.name, tiny.CLAIM)


@pytest.fixture
def request_():
    return Request(claim="tiny", n_seeds=6, only=("moons",))


def test_a_study_leaves_rows_tables_and_a_report(tmp_path, request_):
    done = conduct.run(request_, tmp_path, command="dlwhy study tiny")
    assert done.fresh
    assert done.report["complete"]
    assert done.report["command"] == "dlwhy study tiny"
    assert {"dlwhy", "keras", "tensorflow", "scikit-learn", "numpy"} <= set(done.report["versions"])
    assert json.loads((tmp_path / "study.json").read_text()) == done.report
    lines = (tmp_path / "runs.jsonl").read_text().splitlines()
    assert len(lines) == 6 * 6
    assert list(json.loads(lines[0]))[:5] == ["study", "arm", "dataset", "role", "seed"]
    table = (tmp_path / "summary.csv").read_text().splitlines()
    assert table[0].startswith("study,arm,dataset,role,metric,mean,sd,ci_low,ci_high,n_seeds")
    assert len(table) == 1 + 6
    assert "seconds" not in table[0]
