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
def test_the_short_help_has_those_that_matter_and_says_how_many_more_there_are(dlwhy_in_process, command):
    short, whole = (shown(dlwhy_in_process, command, flag) for flag in ("-h", "--help"))

    flags = [
        {flag for flag in re.findall(r"^│ (--[a-z0-9-]+)", text, re.MULTILINE) if flag != "--help"}
        for text in (short, whole)
    ]
    assert flags[0] <= flags[1]
    if command in helping.SHORT:
        left = len(group().commands[command].params) - len(helping.SHORT[command])
        assert f"{left} more options: dlwhy {command} --help" in short
        assert len(short.splitlines()) < 75
    else:
        assert short == whole


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
