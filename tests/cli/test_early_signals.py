"""Ctrl-C at any moment from the program's first line on: 130, and not a word."""

import subprocess
import sys

import pytest

# sends itself SIGINT at the n-th import behind the program's first line
SCRIPT = """
import os, signal, sys
left = int(sys.argv.pop(1))
def hook(event, arguments):
    global left
    if event == "import":
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGINT)
from dlwhy.cli import main
sys.addaudithook(hook)
main()
"""


def interrupted(tmp_path, moment, *command):
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(moment), *command], capture_output=True, check=False, cwd=tmp_path
    )


@pytest.mark.parametrize("moment", [1, 2, 3, 8, 20, 50, 120, 300])
def test_ctrl_c_before_a_command_has_begun(tmp_path, moment):
    done = interrupted(tmp_path, moment, "generate", "circles")

    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "moment", [1200, *(pytest.param(moment, marks=pytest.mark.slow) for moment in range(300, 2600, 150))]
)
def test_ctrl_c_while_tensorflow_is_imported(tmp_path, demo, moment):
    done = interrupted(tmp_path, moment, "train", "-d", str(demo / "dataset.joblib"), "-q")

    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
    assert list(tmp_path.iterdir()) == []
