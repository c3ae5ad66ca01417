"""A study from Python: what it found comes back, and the same call goes on from its rows."""

import dataclasses
import json
import subprocess
import sys

import pytest

import dlwhy
from tests.studies.answer import reports


@pytest.fixture(scope="module")
def found(moons, tmp_path_factory) -> dlwhy.StudyResult:
    """A comparison of two simple models: quick, for nothing is trained by TensorFlow."""
    folder = tmp_path_factory.mktemp("compare")
    return dlwhy.study("compare", moons, arms=["baseline:logistic", "baseline:svm"], seeds=3, folder=folder)


def test_the_result_is_what_the_folder_holds(found) -> None:
    assert found.report == json.loads((found.folder / "study.json").read_text())
    assert found.verdict == found.report["verdict"]
    assert [each["contrast"] for each in found.predictions] == [
        each["contrast"] for each in found.report["predictions"]
    ]
    assert found.answers


def test_a_recommendation_is_the_one_of_the_study_that_judges(found) -> None:
    assert found.recommendation is None
    judged = dataclasses.replace(found, report=reports.judge())
    assert judged.recommendation is not None
    assert judged.recommendation.startswith("Use random forest on churn: ")


def test_its_repr_says_the_verdict_and_where_the_rows_are(found) -> None:
    assert repr(found).startswith(f"<StudyResult verdict on your data (moons (yours)): {found.verdict}")
    assert str(found.folder) in repr(found)


def test_html_is_a_row_a_prediction(found) -> None:
    text = found._repr_html_()

    assert text.count("<tr>") == 1 + len(found.predictions)
    for each in found.predictions:
        assert f"<td>{each['verdict']}</td>" in text


def test_it_draws(found) -> None:
    assert found.draw().axes


def test_the_same_call_goes_on_from_the_rows(found, moons) -> None:
    before = (found.folder / "study.json").read_bytes()

    again = dlwhy.study("compare", moons, arms=["baseline:logistic", "baseline:svm"], seeds=3, folder=found.folder)

    assert again.report == found.report
    assert (found.folder / "study.json").read_bytes() == before


def test_what_can_not_be_is_told_by_the_name_of_the_argument(moons, tmp_path) -> None:
    with pytest.raises(dlwhy.DlwhyError, match="no study dept"):
        dlwhy.study("dept", folder=tmp_path / "a")
    with pytest.raises(dlwhy.DlwhyError, match="budget must be one of"):
        dlwhy.study("depth", budget="huge", folder=tmp_path / "a")
    with pytest.raises(dlwhy.DlwhyError, match="at least two recipes"):
        dlwhy.study("compare", moons, arms=["baseline:svm"], folder=tmp_path / "a")
    with pytest.raises(TypeError, match="did you mean epochs"):
        dlwhy.study("depth", epoch=3, folder=tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_choices_by_name_reach_the_report(moons, tmp_path) -> None:
    found = dlwhy.study(
        "compare",
        moons,
        arms=["baseline:logistic", "baseline:svm"],
        seeds=2,
        seed=7,
        alpha=0.1,
        smallest_effect=0.05,
        folder=tmp_path,
    )

    assert [found.report[name] for name in ("base_seed", "alpha", "smallest_effect")] == [7, 0.1, 0.05]


def test_a_script_without_a_guard_may_spread_its_arms_over_processes(tmp_path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import dlwhy\n"
        "print('once')\n"
        "arms = ['baseline:logistic', 'baseline:svm']\n"
        "print(dlwhy.study('compare', dlwhy.make('moons'), arms=arms, seeds=2, jobs=2).report['trainings'])\n"
    )
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["once", "4"]
    assert (tmp_path / "study" / "compare" / "study.json").exists()
