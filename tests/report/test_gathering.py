import shutil

from dlwhy.report import gathering


def test_a_page_has_what_all_its_folders_hold(page):
    assert [run.name for run in page.runs] == ["moons"]
    assert [each.name for each in page.studies] == ["compare"]
    assert page.answers == []
    assert page.versions["dlwhy"]


def test_data_sets_of_one_name_are_told_apart_by_where_they_lie(demo, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name / "run").mkdir(parents=True)
        shutil.copy(demo / "dataset.joblib", tmp_path / name / "run")

    page = gathering.page([str(tmp_path / "a"), str(tmp_path / "b" / "run")], ())

    assert [run.name for run in page.runs] == ["moons (a/run)", "moons (b/run)"]
