"""Every command line of the README, and of pages that go on with its files, is run as it stands there, in order."""

import contextlib
import io
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
# pages that go on with what the README's commands have made
TEXT = "".join(
    (ROOT / page).read_text() for page in ("README.md", "docs/training.md", "docs/pipelines.md", "docs/studies.md")
)
PIPED = re.compile("[|<>]")
JQ = "command -v jq >/dev/null || jq() { python3 -c 'import json, sys; print(json.load(sys.stdin)[\"accuracy\"])'; }\n"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def lines():
    return list(dict.fromkeys(line for block in blocks("sh") for line in block.splitlines() if line.strip()))


def shortened(words):
    """A study takes minutes: here one arm of one control is trained for an epoch, and all else is only planned.

    Lessons are played by tests of their own, and XLA compiles what `run` trains.
    """
    if words[0] == "lesson":
        return ["lesson"]
    if "--replicas" in words:
        return [*words, "--engine", "graph", "--epochs", "5"]
    if words[0] == "train" and not {"--resume", "--recipe"} & set(words):
        return [*words, "--engine", "graph"]
    if "--recipe" in words:
        return [*words, "--epochs", "2", "--min-steps", "50", "--members", "2"]
    if words[0] != "study" or {"--list", "show", "--dry-run"} & set(words):
        return words
    if words[1] != "depth":
        return [*words, "--dry-run"]
    return [*words, "--seeds", "2", "--epochs", "1", "--only=linear: depth 1"]


@pytest.fixture
def commands(bash):
    """Give the arguments of each command of ours that a shell runs for a script: loops, variables, quotes and all."""

    def said(script):
        done = bash(f"dlwhy() {{ printf '%s\\0' \"$@\"; echo; }}\n{script}")
        assert (done.code, done.err) == (0, ""), script
        return [line.split("\0")[:-1] for line in done.out.splitlines()]

    return said


def test_every_command_line_runs_in_the_order_of_the_pages(tmp_path, dlwhy_in_process, bash, commands):
    assert len(lines()) > 20
    for line in lines():
        if line.startswith("make "):
            target = line.removeprefix("make ").split("#")[0].strip()
            assert re.search(rf"^{target}:.*##", (ROOT / "Makefile").read_text(), re.MULTILINE), line
        elif not PIPED.search(line):
            for words in commands(line):
                done = dlwhy_in_process(*shortened(words))
                assert done.code == 0, f"{line}\n{done.err}"
        else:
            done = bash(f"set -o pipefail\n{JQ}{line}")
            assert done.code == 0, f"{line}\n{done.err}"
            if "jq" in line:
                assert 0.97 <= float(done.out) <= 1
                assert "Traceback" not in done.err
    for made in (
        "demonstration/plot.png",
        "m3.keras",
        "predicted.csv",
        "tumours.png",
        "labels.csv",
        "longer.keras",
        "boundary.svg",
    ):
        assert (tmp_path / made).stat().st_size > 0


def test_the_python_runs(tmp_path):
    (block,) = blocks("python")
    (tmp_path / "readme.py").write_text(block)
    with contextlib.chdir(tmp_path), contextlib.redirect_stdout(io.StringIO()) as out:
        runpy.run_path("readme.py", run_name="__main__")
    assert float(out.getvalue()) > 0.9


def test_make_rules_of_the_page_build_once_and_only_once(tmp_path, bash, commands, dlwhy_in_process):
    (block,) = blocks("make")
    (tmp_path / "Makefile").write_text(block)
    steps = commands(bash("make --no-print-directory --dry-run digits.json").out)
    assert [words[0] for words in steps] == ["generate", "train", "evaluate"]
    for words in steps:
        done = dlwhy_in_process(*shortened(words))
        assert done.code == 0, done.err
    assert "up to date" in bash("make digits.json").out


def test_every_command_is_on_the_page():
    from dlwhy.cli import COMMANDS

    for command in COMMANDS:
        assert f"| `dlwhy {command}" in README


def test_it_is_short_and_begins_with_the_two_commands():
    assert len(README.splitlines()) <= 200
    assert blocks("sh")[0].splitlines() == ["make demo", "make test"]
    assert max(len(line) for block in blocks("text") for line in block.splitlines()) <= 80
