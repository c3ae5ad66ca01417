"""What reaches the terminal: inert, in one line where it is an error, and nothing where nothing is wanted."""

import json
import warnings

import pytest

from dlwhy.cli.show import console
from dlwhy.cli.show.console import Output
from dlwhy.errors import DlwhyNote, DlwhyWarning, UsageError


def test_results_go_to_stdout_and_words_to_stderr(capsys) -> None:
    out = Output()
    out.text("result")
    out.note("word")

    assert capsys.readouterr() == ("result\n", "word\n")


def test_quiet_leaves_results_alone(capsys) -> None:
    with warnings.catch_warnings():
        out = Output(quiet=True)
    out.text("result")
    out.note("word")

    assert capsys.readouterr() == ("result\n", "")


def test_no_text_controls_the_terminal(capsys) -> None:
    out = Output()
    out.text("\x1b[31mred")
    out.table(["\x1b[1mname"], [["[bold]x[/]\x1b[2J"]], title="\x1b]0;title")

    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "[bold]x[/]" in shown


def test_json_is_json_whatever_the_numbers(capsys) -> None:
    Output(as_json=True).json({"a": float("nan"), "b": [1.5, float("inf")]})

    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [1.5, None]}


def test_numbers_are_aligned_to_the_right(capsys) -> None:
    Output().table(["name", ">n"], [["a", "1"], ["b", "1000"]])

    *_, first, second = capsys.readouterr().out.strip("\n").splitlines()
    assert first.endswith("   1")
    assert second.endswith("1000")


def test_in_a_narrow_terminal_no_column_vanishes(capsys, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    Output().table(
        ("what is predicted", ">effect [interval]", "verdict"), [("a \x1b name", "-0.012 [-0.041, 0.018]", "ok")]
    )
    out = capsys.readouterr().out
    assert "-0.012 [-0.041, 0.018]   ok" in out
    assert all(word in out for word in ("what", r"\x1b", "verdict"))


def test_steps_tell_each_tenth_once(capsys) -> None:
    tell = Output().steps(20)
    for done in range(21):
        tell(done, f"{done}")

    assert capsys.readouterr().err.split() == [str(2 * tenth) for tenth in range(1, 11)]


def test_an_error_is_one_line(capsys) -> None:
    console.show_error(UsageError("first\nsecond", "hint"))

    assert capsys.readouterr().err == "dlwhy: error: first second (hint)\n"


@pytest.mark.parametrize(("kind", "word"), [(DlwhyWarning, "warning"), (DlwhyNote, "note")])
def test_our_warnings_are_one_line_and_others_hidden(capsys, kind, word) -> None:
    with warnings.catch_warnings():
        console.show_warnings()
        warnings.warn("ours", kind, stacklevel=1)
        warnings.warn("theirs", UserWarning, stacklevel=1)

    assert capsys.readouterr().err == f"dlwhy: {word}: ours\n"


def test_on_a_terminal_notes_break_between_words_and_elsewhere_they_are_one_line(monkeypatch, capsys):
    text = "a note with words that are not cut at the edge"
    Output().note(text)
    assert capsys.readouterr().err == f"{text}\n"

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "20")
    Output().note(text)
    assert capsys.readouterr().err == "a note with words\nthat are not cut at\nthe edge\n"


@pytest.mark.parametrize(("wide", "breaks"), [("20", True), ("", False), ("wide", False)])
def test_who_sets_columns_has_lines_so_wide_in_files_too(monkeypatch, capsys, wide, breaks):
    monkeypatch.setenv("COLUMNS", wide)
    text = "a sentence with words that are not cut at the edge"
    Output().paragraph(text)
    Output().note(text)

    shown = capsys.readouterr()

    wanted = "a sentence with\nwords that are not\ncut at the edge\n" if breaks else f"{text}\n"
    assert (shown.out, shown.err) == (wanted, wanted)


def test_a_number_and_its_sign_stay_in_one_line(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "20")
    Output().paragraph("right on more than 90 % of the rows")

    assert capsys.readouterr().out == "right on more than\n90 % of the rows\n"


def test_within_a_lesson_commands_give_no_hints(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with console.without_hints():
        Output().next("dlwhy plot")
    assert not capsys.readouterr().err
    Output().next("dlwhy plot")
    assert capsys.readouterr().err == "next: dlwhy plot\n"
