"""Rows that belong together, and rows that follow each other in time, in both parts."""

import numpy as np
import pytest

from dlwhy.checks import structure
from dlwhy.checks.table import Table
from tests.checks.planting import Rows

RNG = np.random.default_rng(8)


def table(y, task="binary", test=None, **columns) -> Table:
    noise = {"noise": np.random.default_rng(0).normal(size=len(y))}
    return Table(Rows(columns={**columns, **noise}, y=y, task=task, rng=RNG, test=test).dataset())


def visits(n_patients=40, each=6):
    """Give the patient of each row, and what all rows of a patient share."""
    patient = np.repeat(np.arange(n_patients), each)
    return patient.astype(float), np.random.default_rng(1).permutation(n_patients)[patient]


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_rows_of_one_patient_in_both_parts_are_told(task) -> None:
    patient, shared = visits()
    y = shared % 2 if task == "binary" else shared.astype(float)

    (remark,) = structure.groups(table(y, task=task, patient=patient, test=np.arange(0, 240, 3)))

    assert remark.columns == ("patient",)
    assert remark.numbers == {"shared": pytest.approx(1, abs=1e-6), "groups": 40}


def test_patients_who_stand_in_one_part_or_share_nothing_are_not() -> None:
    patient, shared = visits()

    assert list(structure.groups(table(shared % 2, patient=patient, test=np.arange(80, 240)))) == []
    mixed = np.random.default_rng(3).integers(0, 2, 240)
    assert list(structure.groups(table(mixed, patient=patient, test=np.arange(0, 240, 3)))) == []


@pytest.mark.parametrize(("days_a_row", "severity"), [(1, "warning"), (5, "note")])
def test_time_that_goes_on_between_training_rows_is_told(days_a_row, severity) -> None:
    day = (np.arange(300) // days_a_row).astype(float)
    y = (np.sin(np.arange(300) / 20) > 0).astype(int)
    y[::9] = 1 - y[::9]

    (remark,) = structure.times(table(y, day=day, test=np.arange(0, 300, 3)))

    assert (remark.columns, remark.severity) == (("day",), severity)
    assert "--time day" in remark.says


def test_later_test_rows_and_targets_that_do_not_go_on_are_not() -> None:
    day = np.arange(300.0)
    y = (np.sin(day / 20) > 0).astype(int)

    assert list(structure.times(table(y, day=day, test=np.arange(200, 300)))) == []
    assert list(structure.times(table(RNG.permutation(y), day=day, test=np.arange(0, 300, 3)))) == []
