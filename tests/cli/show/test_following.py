"""What may follow is a line that can be typed, and said to people at a terminal only."""

import pytest

from dlwhy.cli.show import following
from dlwhy.cli.show.console import Output


@pytest.fixture
def said(monkeypatch, capsys):
    """Say it where stderr is a terminal."""

    def say(*words, quiet=False, as_json=False, is_terminal=True, **files):
        monkeypatch.setattr("sys.stderr.isatty", lambda: is_terminal)
        following.say(Output(quiet=quiet, as_json=as_json), *words, **files)
        return capsys.readouterr().err

    return say


def test_the_files_that_are_no_defaults_are_named_as_a_shell_takes_them(said):
    assert said("plot", why="draws it") == "next: dlwhy plot draws it\n"
    assert said("evaluate", model="my model.keras", data="a.joblib") == (
        "next: dlwhy evaluate -m 'my model.keras' -d a.joblib\n"
    )


def test_nothing_is_said_to_programs_to_the_quiet_or_of_pipes_and_of_names_that_control(said):
    assert not said("plot", quiet=True)
    assert not said("plot", as_json=True)
    assert not said("plot", is_terminal=False)
    assert not said("plot", data="-")
    assert not said("plot", model="\x1b[2J.keras")
