"""How studies end: on one screen of 80 x 24, whatever they found."""

from pathlib import Path

import pytest

from dlwhy.cli.show import outcomes
from dlwhy.cli.show.console import Output
from dlwhy.studies.conduct import Conducted
from tests.cli.show.test_verdicts import REPORT, found


def conducted(folder, **changes):
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("figure.png", "study.json", "summary.csv"):
        (folder / name).touch()
    return Conducted(folder=folder, report={**REPORT, **changes}, fresh=True)


def shown(capsys, monkeypatch, *studies, **more):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    outcomes.show(studies, Output(quiet=True), **{"details": False, **more})
    return capsys.readouterr().out


@pytest.mark.parametrize("words", [1, 60])
def test_one_study_ends_on_one_screen_with_its_files(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    told = [
        found("P1", metric="accuracy", sentence=f"On rings-{place}, {'longer and ' * words}better by 12 points.")
        for place in range(9)
    ]
    told[0]["cautions"] = ["2 of 20 seeds failed", "a rate at the edge", "few seeds"]

    lines = shown(capsys, monkeypatch, conducted(Path("study", "depth"), predictions=told)).splitlines()

    assert len(lines) < 24
    assert max(map(len, lines)) <= 80
    assert sum(line.startswith("- ") for line in lines) == (5 if words == 1 else 1)
    assert "caution on P1 rings-4 (positive): 2 of 20 seeds failed" in lines
    assert lines[-4:-3] == ["3 cautions more"]  # the last line but the files': one is kept, and the noise's, and more
    assert lines[-1].split() == ["every", "run", "study/depth/summary.csv"]


ANSWER = {
    "recommendation": "Use logistic regression on churn: a net gains nothing.",
    "rule": "linear-is-enough",
    "sentences": [{"rule": "cost", "says": "A net takes 37 times as long."}],
}


def test_what_to_use_comes_first_of_all_and_its_sentences_in_place_of_the_study_s(tmp_path, monkeypatch, capsys):
    study = conducted(tmp_path / "versatility", study="versatility", own="churn (yours)", verdict_about="own")

    out = shown(capsys, monkeypatch, study, answer=ANSWER, page="study/answer.md")

    assert out.splitlines()[:2] == [ANSWER["recommendation"], "rule: linear-is-enough"]
    assert "- A net takes 37 times as long." in out
    assert "beats depth 1" not in out
    assert out.splitlines()[-1] == "answer        study/answer.md"


def test_several_end_with_a_table(tmp_path, monkeypatch, capsys):
    told = {"predictions": [found("P1", metric="accuracy")], "verdict": "supported"}
    studies = [conducted(tmp_path / name, study=name, **told) for name in ("depth", "data")]

    out = shown(capsys, monkeypatch, *studies, answer=ANSWER)

    row = next(line for line in out.splitlines() if line.startswith(" data"))
    assert row.split("  ")[0].strip() == "data"
    assert "supported" in row
    assert "+12.3 points [8.0, 17.0]" in row
    assert row.endswith("data/figure.png")
    assert out.startswith(ANSWER["recommendation"])
    assert "- A net takes 37 times as long." in out
