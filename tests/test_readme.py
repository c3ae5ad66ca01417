"""Every command line of the README is run as it stands there, in order, and so is its Python."""

import contextlib
import io
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PIPED = re.compile("[|<>]")
JQ = "command -v jq >/dev/null || jq() { python3 -c 'import json, sys; print(json.load(sys.stdin)[\"accuracy\"])'; }\n"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def lines():
    return [line for block in blocks("sh") for line in block.splitlines() if line.strip()]


def shortened(words):
    """A study takes minutes: here two arms of one control are trained for an epoch, and all else is only planned."""
    if words[0] != "study" or {"--list", "show", "--dry-run"} & set(words):
        return words
    if words[1] != "depth":
        return [*words, "--dry-run"]
    return [*words, "--seeds", "2", "--epochs", "1", *(f"--only=linear: depth {depth}" for depth in (1, 3))]


@pytest.fixture
def commands(bash):
    """Give the arguments of each command of ours that a shell runs for a script: loops, variables, quotes and all."""

    def said(script):
        done = bash(f"dlwhy() {{ printf '%s\\0' \"$@\"; echo; }}\n{script}")
        assert (done.code, done.err) == (0, ""), script
        return [line.split("\0")[:-1] for line in done.out.splitlines()]

    return said


@pytest.fixture
def tables(tmp_path):
    rows = [f"{age},{age * 37 % 90 + 0.5},{('basic', 'full')[age % 2]}" for age in range(20, 80)]
    churned = [f"{row},{('no', 'yes')[age > 45]}" for age, row in zip(range(20, 80), rows, strict=True)]
    (tmp_path / "churn.csv").write_text("\n".join(["age,spent,plan,churned", *churned, ""]))
    (tmp_path / "new.csv").write_text("\n".join(["age,spent,plan", *rows, ""]))
    return tmp_path


def test_every_command_line_runs_in_the_order_of_the_page(tables, dlwhy_in_process, bash, commands):
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
        "churn.png",
        "labels.csv",
        "longer.keras",
        "boundary.svg",
    ):
        assert (tables / made).stat().st_size > 0


def test_the_python_runs(tables):
    (block,) = blocks("python")
    (tables / "readme.py").write_text(block)
    with contextlib.chdir(tables), contextlib.redirect_stdout(io.StringIO()) as out:
        runpy.run_path("readme.py", run_name="__main__")
    assert float(out.getvalue()) > 0.9


def test_make_rules_of_the_page_build_once_and_only_once(tables, bash, commands, dlwhy_in_process):
    (block,) = blocks("make")
    (tables / "Makefile").write_text(block)
    steps = commands(bash("make --no-print-directory --dry-run digits.json").out)
    assert [words[0] for words in steps] == ["generate", "train", "evaluate"]
    for words in steps:
        done = dlwhy_in_process(*words)
        assert done.code == 0, done.err
    assert "up to date" in bash("make digits.json").out


def test_every_command_and_exit_code_is_on_the_page():
    from dlwhy import errors
    from dlwhy.cli import COMMANDS

    for command in COMMANDS:
        assert f"| `dlwhy {command}" in README
    codes = {kind.exit_code for kind in errors.DlwhyError.__subclasses__()}
    for code in codes | {0, 1}:
        assert f"| {code} |" in README
    assert "130, 143, 129, 141" in README
