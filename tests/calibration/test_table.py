"""The calibration's table counts what controls did, and a control that fails once too often is none."""

import json

import pytest

from tests.calibration import __main__ as calibration
from tests.calibration import table

DOCUMENT = f"before\n\n{table.BEGIN}\nold\n{table.END}\n\nafter\n"


def prediction(role, verdict, effect=0.1, *, primary=True, task="rings", half=0.02):
    return {
        "id": "P1",
        "task": task,
        "role": role,
        "primary": primary,
        "contrast": "deep - shallow",
        "verdict": verdict,
        "effect": effect,
        "ci_low": None if effect is None else effect - half,
        "ci_high": None if effect is None else effect + half,
    }


def report(seed, *predictions, verdict="supported", study="depth"):
    return {
        "study": study,
        "base_seed": seed,
        "verdict": verdict,
        "versions": {"tensorflow": "2.21.0"},
        "predictions": list(predictions),
    }


def reports(role, verdicts):
    return [report(seed, prediction(role, verdict, seed / 100)) for seed, verdict in enumerate(verdicts, 1)]


def cells(text):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def test_a_line_tells_how_often_a_control_behaved_and_its_worst_interval():
    *_, positive = cells(table.text(reports("positive", ["inconclusive", *["supported"] * 4])))
    assert positive[2:] == [
        *("rings (positive)", "deep - shallow", "4 of 5", "+0.030", "+0.010 to +0.050", "[-0.010, +0.030]"),
    ]
    *_, negative = cells(table.text(reports("negative", [*["not supported"] * 3, "inconclusive", "supported"])))
    assert negative[2:] == [
        *("rings (negative)", "deep - shallow", "4 of 5", "+0.030", "+0.010 to +0.050", "[+0.030, +0.070]"),
    ]


def test_the_summary_counts_controls_seeds_and_studies():
    good, bad = prediction("positive", "supported"), prediction("negative", "supported", task="linear")
    seen = [report(7, good, bad, verdict="withheld"), report(9, good, {**bad, "verdict": "inconclusive"})]
    first, second, *_ = table.text(seen).splitlines()
    assert first.startswith("2 base seeds from 7 to 9, TensorFlow 2.21.0: of 2 controls 1 behaved on all of them")
    assert "*supported* 1 times" in first
    assert second == "Studies *supported*: depth 1 of 2."


@pytest.mark.parametrize(
    ("role", "failing", "holds"),
    [
        ("positive", ["not supported"], True),
        ("positive", ["inconclusive"], True),
        ("positive", ["inconclusive", "not supported"], False),
        ("negative", [], True),
        ("negative", ["supported"], False),
    ],
)
def test_a_positive_control_may_fail_once_in_twenty_and_a_negative_one_never(role, failing, holds):
    right = "supported" if role == "positive" else "inconclusive"
    assert table.holds(reports(role, [*failing, *[right] * (20 - len(failing))])) is holds


def test_a_positive_control_may_not_fail_on_one_of_few():
    assert not table.holds(reports("positive", ["inconclusive", *["supported"] * 9]))
    assert not table.holds([])


@pytest.mark.parametrize(
    "other", [prediction("real", "withheld"), prediction("positive", "not supported", primary=False)]
)
def test_what_is_no_control_is_not_counted(other):
    good = prediction("positive", "supported", task="tent")
    seen = [report(seed, good, other) for seed in range(20)]
    assert table.holds(seen)
    assert "real" not in table.text(seen)
    assert len(cells(table.text(seen))) == 3


def test_a_control_that_lost_all_its_runs_has_failed_without_numbers():
    seen = [report(1, prediction("positive", "withheld", effect=None))]
    assert cells(table.text(seen))[-1][4:] == ["0 of 1", "", "", ""]
    assert not table.holds(seen)


def test_the_table_takes_the_place_of_the_one_before():
    once = table.placed(DOCUMENT, "new")
    assert "old" not in once
    assert (once.startswith("before\n"), once.endswith("\nafter\n")) == (True, True)
    assert table.placed(once, "new") == once


def test_a_document_without_marks_is_refused():
    with pytest.raises(ValueError, match="no place for the table"):
        table.placed("before", "new")


def test_it_goes_on_where_it_was_and_fails_where_a_control_is_none(tmp_path, monkeypatch):
    document = tmp_path / "calibration.md"
    document.write_text(DOCUMENT)
    run = []

    def study(folder, seed):
        run.append(seed)
        (folder / "depth").mkdir(parents=True, exist_ok=True)
        verdict = "supported" if seed < 2003 else "inconclusive"
        (folder / "depth" / "study.json").write_text(json.dumps(report(seed, prediction("positive", verdict))))

    monkeypatch.setattr(calibration, "_study", study)
    given = ["--folder", str(tmp_path / "rows"), "--document", str(document)]
    assert calibration.main([*given, "--count", "2"]) == 0
    assert "2 base seeds from 2001 to 2002" in document.read_text()
    assert calibration.main([*given, "--count", "3"]) == 1
    assert run == [2001, 2002, 2001, 2002, 2003]
    assert "2 of 3" in document.read_text()
    assert calibration.main([*given, "--count", "20", "--table"]) == 1
    assert len(run) == 5
