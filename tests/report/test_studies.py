import json

from dlwhy.report import html, pictures, studies
from dlwhy.report.content import Amount
from dlwhy.studies import conduct, figure


def test_names_of_tasks_stay_in_the_pictures_of_all_languages(small_study, monkeypatch):
    (stored,) = studies.read([small_study])
    report = conduct.shown(stored).report
    kept = []
    monkeypatch.setattr(pictures, "drawn", lambda make, prefix, languages, names: kept.append(names) or {})

    studies.gather(stored, report, 1, ())

    assert all({arm["task"] for arm in report["arms"]} <= names for names in kept)


def test_a_study_is_told_as_its_report_tells_it(small_study):
    (stored,) = studies.read([small_study])
    told = studies.gather(stored, conduct.shown(stored).report, 1, ())

    report = json.loads((small_study / "study.json").read_text())
    assert (told.verdict, told.title) == (report["verdict"], report["headline"]["title"])
    sentences = [each["sentence"] for each in report["predictions"]]
    every = [*report["headline"]["answers"], *sentences, *report["descriptive"]["lines"]]
    assert told.answers + told.sentences == list(dict.fromkeys(every))
    assert [row[4].value for row in told.picture.tables[0].rows] == [each["effect"] for each in report["predictions"]]
    assert [row[2].value for row in told.arms.rows] == [arm["mean"] for arm in report["arms"]]
    assert len(told.seeds) == 6


def test_tasks_keep_their_names_in_pictures_of_another_language(small_study):
    (stored,) = studies.read([small_study])
    report = conduct.shown(stored).report
    tasks = {arm["task"] for arm in report["arms"]}

    assert tasks
    assert tasks <= {*figure.names(report)}


def test_a_tiny_p_is_told_as_a_number_that_other_languages_can_write(small_study):
    (stored,) = studies.read([small_study])
    finding = conduct.shown(stored).report["predictions"][0] | {"p": 1e-6, "p_holm": None}

    (told,) = (cell.text for cell in studies._row(finding) if isinstance(cell, Amount) and cell.value == 1e-6)
    assert told == "< 0.001"
    assert html.language("it").value(told) == "< 0,001"
