"""The shell's completion offers choices, names and files by their ending."""

import os
import subprocess

import pytest

from dlwhy.cli.program import group
from tests.conftest import PROGRAM


def offered(command, option, incomplete=""):
    program = group()
    found = program.commands[command]
    param = next(each for each in found.params if each.name == option)
    # a context has the names of the help option from its parent, and the command keeps them
    parent = program.make_context("dlwhy", [command], resilient_parsing=True)
    context = found.make_context(command, [], parent=parent, resilient_parsing=True)
    return [item.value for item in param.shell_complete(context, incomplete)]


@pytest.mark.parametrize(
    ("command", "option", "incomplete", "expected"),
    [
        ("train", "optimizer", "ad", ["adagrad", "adam", "adamw"]),
        ("train", "activation", "s", ["sigmoid", "selu", "swish", "silu"]),
        ("generate", "name", "mo", ["moons"]),
        ("study", "claims", "al", ["algorithms", "all"]),
        ("study", "arm", "net:p", ["net:plain", "net:plain-one"]),
        ("study", "budget", "", ["quick", "default", "thorough"]),
        ("plot", "kinds", "con", ["confusion"]),
        ("report", "lang", "i", ["it"]),
    ],
)
def test_choices_are_offered_by_their_beginning(command, option, incomplete, expected):
    assert offered(command, option, incomplete) == expected


def test_files_are_offered_by_their_ending_and_folders_to_go_into(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.joblib", "b.csv", "c.keras", "d.txt", ".hidden.npz"):
        (tmp_path / name).touch()
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "e.npz").touch()

    assert offered("train", "data") == ["a.joblib", "b.csv", "more/"]
    assert offered("train", "data", "more/") == ["more/e.npz"]
    assert offered("evaluate", "model") == ["c.keras", "more/"]
    assert offered("train", "recipe") == ["essay", "table", "more/"]
    assert offered("train", "data", "nowhere/") == []


def test_the_installed_program_answers_as_the_scripts_of_shells_ask():
    asked = {"_DLWHY_COMPLETE": "complete_bash", "COMP_WORDS": "dlwhy train --schedule co", "COMP_CWORD": "3"}
    done = subprocess.run(
        [PROGRAM], env={**os.environ, **asked}, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["constant", "cosine"]


def test_commands_of_two_words_are_offered_word_by_word(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study").mkdir()
    program = group()
    context = program.make_context("dlwhy", [], resilient_parsing=True)

    assert [each.value for each in program.shell_complete(context, "stu")] == ["study"]
    assert offered("study", "claims", "sh") == ["show"]
    assert offered("study show", "folders") == ["study/"]
    assert offered("study compare", "arm", "net:p") == ["net:plain", "net:plain-one"]
    assert offered("lesson", "lesson", "d") == ["depth", "data"]
