"""Every command of docs/splits.md runs, in the order of the page, and what it says of the outcome holds."""

import json
import random
import re
import shlex
from pathlib import Path

import pytest

from dlwhy.data.stored import storage

PAGE = (Path(__file__).parents[1] / "docs" / "splits.md").read_text()


def write_visits(path: Path) -> None:
    """Eight visits of each patient on some day, whose label is the patient's and of which no value says anything."""
    r = random.Random(29)
    rows = []
    for patient in range(60):
        own = [r.gauss(0, 1) for _ in range(4)]
        ill, part = r.choice(["yes", "no"]), "test" if patient % 3 == 0 else "train"
        for _ in range(8):
            values = ",".join(f"{x + r.gauss(0, 0.05):.3f}" for x in own)
            day = f"2024-{r.randrange(1, 13):02}-{r.randrange(1, 29):02}"
            rows.append(f"p{patient},{values},{day},{part},{ill}\n")
    r.shuffle(rows)
    path.write_text("patient,a,b,c,d,day,part,ill\n" + "".join(rows))


@pytest.fixture
def visits(tmp_path, monkeypatch):
    write_visits(tmp_path / "visits.csv")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_page_runs(visits, dlwhy_in_process):
    done = {}
    for line in re.findall(r"^dlwhy (.+)$", "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)), re.MULTILINE):
        done[line] = dlwhy_in_process(*shlex.split(line))
        assert done[line].code == 0, (line, done[line].err)

    *_, evaluated, study = done.values()
    assert " of 18 groups" in evaluated.out
    assert storage.read("later.joblib").how_split.startswith('by time "day": the ')
    assert 'split by group "patient": every seed holds out whole groups, of 60' in study.out
    report = json.loads((visits / "study" / "compare" / "study.json").read_text())
    assert report["verdict"] == "inconclusive"
    assert report["cautions"] == []


def compared(dlwhy_in_process, data, *, seeds="12"):
    """Ask whether patients seen before are a help, which only rows of the same patients would be."""
    arms = ("--arm", "baseline:majority", "--arm", "baseline:nearest-neighbours")
    done = dlwhy_in_process("study", "compare", "-d", data, *arms, "--seeds", seeds, "--dir", f"study-{data}")
    assert done.code == 0, done.err
    return done, json.loads(Path(f"study-{data}", "compare", "study.json").read_text())


def test_case_29_a_study_keeps_patients_apart_or_says_that_it_does_not(visits, dlwhy_in_process):
    table = ("generate", "--from", "visits.csv", "--target", "ill", "--drop", "day")
    split = ("--split-column", "part")
    assert dlwhy_in_process(*table, *split, "--drop", "patient", "-o", "apart.joblib").code == 0
    assert dlwhy_in_process(*table, *split, "--group", "patient", "-o", "known.joblib").code == 0

    anew, by_row = compared(dlwhy_in_process, "apart.joblib")
    kept, by_group = compared(dlwhy_in_process, "known.joblib")

    # without a group the rows of a patient are in both parts: said before it runs, beside its verdict, and right below
    assert by_row["predictions"][0]["effect"] > 0.4
    warned = 'dlwhy: warning: visits comes split by its column "part", but every seed splits its rows anew'
    assert warned in " ".join(anew.err.split())
    assert anew.out.splitlines()[2].startswith("caution: ")
    assert "supported (rows split anew, against your column" in " ".join(anew.out.split())
    assert len(by_row["cautions"]) == 1
    assert by_row["reasons"] == ['rows split anew, against your column "part"']
    # with it, near chance
    accuracy = {arm["arm"]: arm["mean"] for arm in by_group["arms"]}
    assert accuracy["baseline:majority"] == pytest.approx(0.55, abs=0.05)
    assert abs(accuracy["baseline:nearest-neighbours"] - 0.5) < 0.12
    assert by_group["verdict"] != "supported"
    assert "caution: " not in kept.out + kept.err
    assert by_group["split"] == 'split by group "patient": every seed holds out whole groups, of 60'


def test_a_study_of_a_csv_file_knows_groups_again(visits, dlwhy_in_process):
    table = ("generate", "--from", "visits.csv", "--target", "ill", "--drop", "day", "--drop", "part")
    assert dlwhy_in_process(*table, "--group", "patient", "-o", "visits2.csv").code == 0

    _, report = compared(dlwhy_in_process, "visits2.csv", seeds="3")

    assert report["split"] == 'split by group "patient": every seed holds out whole groups, of 60'
    assert report["cautions"] == []


def test_what_would_be_run_says_how_the_data_are_split(visits, dlwhy_in_process):
    made = ("generate", "--from", "visits.csv", "--target", "ill")
    dlwhy_in_process(*made, "--drop", "day", "--drop", "part", "--group", "patient", "-o", "grouped.npz")
    dlwhy_in_process(*made, "--drop", "day", "--split-column", "part", "--drop", "patient", "-o", "parted.npz")
    asked = ("study", "compare", "--arm", "baseline:svm", "--arm", "baseline:majority", "--dry-run", "--data")

    grouped, parted = (dlwhy_in_process(*asked, name) for name in ("grouped.npz", "parted.npz"))

    assert 'compare: your data are split by group "patient": every seed holds out whole groups, of 60' in grouped.err
    assert "every seed splits its rows anew" in parted.err
    plan = json.loads(dlwhy_in_process(*asked, "grouped.npz", "--json").out)
    assert plan["split"].startswith('split by group "patient"')
    assert json.loads(dlwhy_in_process(*asked, "parted.npz", "--json").out)["split"] is None


def test_what_is_evaluated_by_time_are_later_rows(visits, dlwhy_in_process):
    made = ("generate", "--from", "visits.csv", "--target", "ill", "--drop", "part", "--drop", "patient")
    dlwhy_in_process(*made, "--time", "day", "-o", "later.npz")
    dlwhy_in_process("train", "-q", "-d", "later.npz", "--layers", "4", "--epochs", "1", "-o", "m.keras")

    shown = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "later.npz", "--baselines")
    trained_on = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "later.npz", "--split", "train")

    n_rows = len(storage.read("later.npz").y_test)
    assert f'on {n_rows} rows of later.npz, test part, the latest by "day"' in " ".join(shown.out.split())
    assert f"on {n_rows} rows later than those it was trained on (" in " ".join(shown.out.split())
    assert "latest" not in trained_on.out
