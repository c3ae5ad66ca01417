"""The page docs/cli.md says what the help says, and every option is on it."""

from dlwhy import errors
from dlwhy.cli.program import group
from tests.cli.reference import PAGE, page


def test_the_page_is_as_the_commands_are_now():
    assert PAGE.read_text() == page(), "python -m tests.cli.reference writes it anew"


def test_every_option_of_every_command_is_on_it():
    sections = dict(part.split("\n", 1) for part in PAGE.read_text().split("\n## Exit")[0].split("## dlwhy ")[1:])

    assert list(sections) == list(group().commands)
    common = PAGE.read_text().split("## dlwhy ", maxsplit=1)[0]
    for name, command in group().commands.items():
        flags = [flag for option in command.params for flag in (*option.opts, *option.secondary_opts) if flag[0] == "-"]
        assert [flag for flag in flags if f"`{flag}`" not in sections[name] + common] == []


def test_every_exit_code_is_on_it():
    codes = {0, 1, *(kind.exit_code for kind in errors.DlwhyError.__subclasses__())}
    assert [code for code in codes if f"\n| {code} |" not in PAGE.read_text()] == []
    assert "| 130, 143, 129, 141 |" in PAGE.read_text()
