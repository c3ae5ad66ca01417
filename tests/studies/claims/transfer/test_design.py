"""Designs of the study of transfer are complete plain data, and know their source."""

import pytest

from dlwhy.errors import UsageError
from dlwhy.studies.claims.transfer import design as transfer
from dlwhy.studies.request import OwnData, Request

OWN = OwnData(name="mine", fingerprint="0" * 64, rows=400, features=30, classes=2)


@pytest.mark.parametrize("budget", ["quick", "default", "thorough"])
def test_the_design_is_plain_and_complete(budget):
    study = transfer.design(Request(claim="transfer", budget=budget))

    assert {arm.task.role for arm in study.arms.values()} >= {"positive", "negative"}
    assert all(arm.to_json() for arm in study.arms.values())
    known = set(study.arms)
    for each in study.contrasts:
        assert {each.arm, each.base} <= known
    primary = {(each.prediction.id, each.prediction.task) for each in study.contrasts if each.prediction.primary}
    assert primary == {(i, task) for i in ("P1", "P3") for task in ("trunk-shared", "digits-shifted")}
    assert study.a_a is not None


def test_a_source_needs_data_and_its_file_is_told_from_others(tmp_path):
    with pytest.raises(UsageError, match="--source"):
        transfer.design(Request(claim="transfer", extra={"source": "x.keras"}))
    gone = transfer.design(Request(claim="transfer", own=OWN, extra={"source": str(tmp_path / "gone.keras")}))
    assert [arm.place["k"] for arm in gone.arms.values() if arm.task.role == "own"] == [5, 5, 20, 20, 150, 150]
