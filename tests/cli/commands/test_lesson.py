"""`dlwhy lesson`: each is played from its first line to its last, waits for people only, and checks the exercise."""

import io
import json

import pytest

from dlwhy.lessons import lesson as lessons

NARROW = {"COLUMNS": "80", "NO_COLOR": "1"}


def test_without_a_name_the_lessons_are_listed(dlwhy_in_process):
    done = dlwhy_in_process("lesson", "--lang", "it", env=NARROW)
    assert done.code == 0, done.err
    assert all(name in done.out for name in lessons.NAMES)
    assert "domanda" in done.out
    listed = json.loads(dlwhy_in_process("lesson", "--list", "--json").out)
    assert [each["lesson"] for each in listed] == list(lessons.NAMES)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("dept",), 2),
        (("depth", "--lang", "fr"), 2),
        (("depth", "--json"), 2),
        (("depth", "--data", "a.csv"), 2),
        (("own", "--data", "-"), 2),
        (("own", "--data", "a.csv"), 66),
        (("depth", "--check"), 66),
    ],
)
def test_what_can_not_be_is_refused_before_anything_runs(dlwhy_in_process, tmp_path, words, code):
    done = dlwhy_in_process("lesson", *words)
    assert done.code == code
    assert done.error
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", [name for name in lessons.NAMES if name != "learning-rate"])
def test_each_is_played_from_its_first_line_to_its_last_at_80_columns_without_colour(dlwhy_in_process, tmp_path, name):
    """So little is trained that answers may be wrong; the full lengths, but for one below, are slow tests."""
    done = dlwhy_in_process("lesson", name, "--tiny", env=NARROW)

    check_played(done, lessons.load(name, "en"), tmp_path / f"lesson-{name}")
    assert done.out.rstrip().endswith("More lessons: dlwhy lesson")
    assert "Right." in done.out or "Wrong." in done.out


def check_played(done, lesson, folder):
    assert done.code == 0, done.err
    assert done.out.startswith(lesson.title)
    ran = [line.removeprefix("$ dlwhy ") for line in done.out.splitlines() if line.startswith("$ dlwhy")]
    assert [line for line in ran if "tumours" not in line] == [
        line.strip() for line in lesson.lines if "{table}" not in line and "tumours" not in line
    ]
    assert "\x1b" not in done.out
    if lesson.name != "own":  # where sentences of other commands are whole lines, for they go to no terminal
        said = [line for line in done.out.splitlines() if not line.startswith("$ ")]
        assert max(map(len, said)) <= 80
    pictures = {path.name for path in folder.glob("*.png")}
    assert pictures == {word for line in lesson.lines for word in line.split() if word.endswith(".png")}


def test_the_learning_rate_at_full_length_ends_right(dlwhy_in_process, tmp_path):
    done = dlwhy_in_process("lesson", "learning-rate", "--lang", "it", "--dir", "passo", env=NARROW)

    check_played(done, lessons.load("learning-rate", "it"), tmp_path / "passo")
    assert "Giusto." in done.out
    assert done.out.rstrip().endswith("Altre lezioni: dlwhy lesson --lang it")
    again = dlwhy_in_process("lesson", "learning-rate", "--dir", "passo", "--check", env=NARROW)
    assert (again.code, "Right." in again.out) == (0, True)


@pytest.mark.slow
@pytest.mark.parametrize("name", lessons.NAMES)
def test_each_at_full_length_ends_right(dlwhy_in_process, name):
    done = dlwhy_in_process("lesson", name, env=NARROW)

    assert done.code == 0, done.err
    assert "Right." in done.out


class Person(io.StringIO):
    """Somebody at a terminal, who types these lines."""

    def isatty(self):
        return True


def test_a_person_is_waited_for_and_may_try_again(dlwhy_in_process, monkeypatch, tmp_path):
    """A wrong answer, one that does not run, and one that is right."""
    from dlwhy.cli import run_command

    tries = ["--layers none", "--nonsense", "--layers 16 --epochs 300 --learning-rate 1 --engine graph"]
    lesson = lessons.load("learning-rate", "en")
    waits = sum(bool(step.predict or step.run) for step in lesson.steps)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", Person("\n".join(["", "about half\x1b[2J", *[""] * (waits - 2), *tries, ""])))
    written = []
    monkeypatch.setattr("dlwhy.cli.show.console.write_stdout", written.append)
    monkeypatch.setattr("dlwhy.files.write_stdout", written.append)

    assert run_command(["lesson", "learning-rate", "--tiny"]) == 0

    out = b"".join(written).decode()
    assert r"You predicted: about half\x1b[2J" in out
    assert "Wrong." in out
    assert "That did not run." in out


def test_an_answer_that_is_missing_or_wrong_fails_the_check(dlwhy_in_process, tmp_path):
    (tmp_path / "lesson-depth").mkdir()
    (tmp_path / "lesson-depth" / "mine.keras").write_bytes(b"damaged")
    (tmp_path / "lesson-depth" / "rings.joblib").write_bytes(b"damaged")
    damaged = dlwhy_in_process("lesson", "depth", "--check")
    assert damaged.code == 65
    assert damaged.error.startswith("mine.keras: ")


@pytest.mark.parametrize(
    ("name", "there", "said"),
    [
        (
            "depth",
            [],
            "mine.keras: not there, so there is nothing to check yet (the exercise begins in that folder: dlwhy ",
        ),
        (
            "depth",
            ["mine.keras"],
            "rings.joblib: not there, so there is nothing to check yet (play it first: dlwhy less",
        ),
        ("seeds", ["mine-42.keras", "mine-43.keras"], "mine-44.keras: not there"),
        ("data", ["mine.keras"], "mine.joblib: not there"),
        ("own", [], "own.joblib: not there"),
    ],
)
def test_where_there_is_no_answer_yet_one_line_says_so(dlwhy_in_process, tmp_path, name, there, said):
    """As for any input that is missing: exit code 66."""
    folder = tmp_path / f"lesson-{name}"
    folder.mkdir()
    for each in there:
        (folder / each).touch()

    done = dlwhy_in_process("lesson", name, "--check")

    assert (done.code, done.out) == (66, "")
    assert done.error.startswith(f"lesson-{name}/{said}")
