"""The help: options in groups, with -h those that matter, and examples that can be pasted at 80 columns."""

import re
import shlex

import pytest

from dlwhy.cli import helping
from dlwhy.cli.program import group

COMMANDS = list(group().commands)
NAMES = {option.name for command in group().commands.values() for option in command.params}


def shown(dlwhy_in_process, command, flag):
    code, out, err = dlwhy_in_process(command, flag, env={"COLUMNS": "80"})
    assert (code, err) == (0, "")
    return out


def test_groups_and_the_options_that_matter_name_options_that_there_are():
    grouped = [name for names in helping.GROUPS.values() for name in names]

    assert set(grouped) <= NAMES
    assert len(grouped) == len(set(grouped))
    for command, names in helping.SHORT.items():
        assert set(names) <= {option.name for option in group().commands[command].params}
        assert len(names) <= 11


@pytest.mark.parametrize("command", COMMANDS)
def test_the_short_help_is_on_one_screen_and_says_how_many_more_there_are(dlwhy_in_process, command):
    short, whole = (shown(dlwhy_in_process, command, flag) for flag in ("-h", "--help"))

    told = re.findall(r"^  (?:-\w, |    )(--[a-z0-9-]+)", short, re.MULTILINE)
    assert set(told) <= set(re.findall(r"--[a-z0-9-]+", whole))
    assert len(short.splitlines()) <= 24
    assert max(map(len, short.splitlines())) <= 80
    params = [each for each in group().commands[command].params if not getattr(each, "hidden", False)]
    rows = short.split("\n\n")[-2].splitlines()
    listed = [line for line in rows if line.startswith("      --") or line[2:4] != "  "]  # the others go on with one
    assert f"\n{len(params) - len(listed)} more options: dlwhy {command} --help\n" in short
    assert len(listed) <= 11


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("evaluate", "--min NAME=X   Exit with 4"),
        ("plot", "--lang en|it   en, or it for Italian"),
        ("report", "en,it for both"),
        ("cache", "ACTION  clear empties it"),
    ],
)
def test_the_short_help_says_what_an_option_takes(dlwhy_in_process, command, line):
    assert line in shown(dlwhy_in_process, command, "-h")


def test_a_line_that_is_written_anew_is_of_an_option_and_needed():
    """What has room for its own first clause needs none of ours."""
    fields = {f"{name}.{each.name}" for name, command in group().commands.items() for each in command.params}

    assert {key for key in helping.BRIEF if "." in key} <= fields
    assert {key for key in helping.BRIEF if "." not in key} <= NAMES


def test_the_short_help_fits_a_narrow_terminal(dlwhy_in_process):
    out = dlwhy_in_process("train", "-h", env={"COLUMNS": "50"}).out

    assert max(map(len, [line for line in out.splitlines() if not line.startswith("  dlwhy")])) <= 50
    assert "improve" not in out  # of the long help


@pytest.mark.parametrize("command", COMMANDS)
def test_options_are_in_groups_and_switches_have_no_type(dlwhy_in_process, command):
    out = shown(dlwhy_in_process, command, "--help")

    assert "╭─ For every command ─" in out
    assert "<bool>" not in out
    assert "<str>" not in out


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_stand_on_one_line_and_can_be_pasted(dlwhy_in_process, command):
    lines = [line.rstrip() for line in shown(dlwhy_in_process, command, "--help").splitlines()]
    first = lines.index(" Examples:") + 1
    lines = lines[first : lines.index("", first)]

    assert lines
    assert all(line.startswith("   ") and "dlwhy" in shlex.split(line) for line in lines), lines
