"""`dlwhy sweep`: a table, a file that `plot sweep` draws, and what is refused."""

import json
import subprocess
import sys

import pytest

from tests.schemas.test_schemas import check

QUICK = ("--epochs", "3", "--seeds", "2")


def test_a_sweep_is_told_written_and_drawn(dlwhy_in_process, demo, tmp_path) -> None:
    data = ("-d", demo / "dataset.joblib")
    swept = ("sweep", *data, *QUICK, "--learning-rate", ".0001,.1", "--quiet")
    done = dlwhy_in_process(*swept, env={"COLUMNS": "80"})
    assert done.code == 0, done.err
    assert done.out.splitlines()[0] == "accuracy on 140 held-out rows, 2 seeds each, 95 %"
    assert [line.split()[0] for line in done.out.splitlines()[4:6]] == [".0001", ".1"]

    again = dlwhy_in_process(*swept, "--json", "-o", "again.json")
    told = json.loads(again.out)
    check("sweep", told)
    assert (told["best"], len(told["cells"])) == ([".1"], 2)
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "sweep.json").read_bytes()

    assert dlwhy_in_process("plot", "sweep") == (0, "plot.png\n", "")
    drawn = json.loads(dlwhy_in_process("plot", "sweep", "-m", "again.json", "-o", "x.svg", "--json").out)
    assert (drawn["picture"], drawn["kinds"], "data" in drawn) == ("x.svg", ["sweep"], False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "nothing to sweep"),
        (("--learning-rate", ".1,x"), "--learning-rate must be a number (got x)"),
        (("--layers", "2/\x1b[31m"), "--layers must be whole numbers"),
        (("--learning-rate", ".1,.2", "--seeds", "1"), "--seeds must be a whole number from 2"),
        (("--learning-rate", ".1,.2", "--seed", "4294967295"), "--seed 4294967295 leaves no seeds for 5 networks"),
        (("--learning-rate", ".1,.2", "--validation-split", "1"), "--validation-split must be between 0 and 1"),
        (("--learning-rate", ".1,.2", "-o", "-", "--json"), "can't both go to stdout"),
    ],
)
def test_what_can_not_be_swept_is_refused_before_anything_is_read(dlwhy_in_process, arguments, message) -> None:
    failed = dlwhy_in_process("sweep", "-d", "none.joblib", *arguments)
    assert failed.code == 2
    assert message in failed.error
    assert "\x1b" not in failed.err


def test_another_file_is_no_sweep(dlwhy_in_process, demo) -> None:
    failed = dlwhy_in_process("plot", "sweep", "-m", demo / "dataset.joblib")
    assert failed.code == 65
    assert "not what dlwhy sweep writes" in failed.error
    assert dlwhy_in_process("plot", "sweep", "loss").code == 2


# a compiler that hears no signal, while a sweep waits for it
COMPILING = """
import os, signal, time
from dlwhy.cli import main
from dlwhy.training.sweep import sweeping
def train(*arguments, **options):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)
sweeping.train_replicas = train
main()
"""


@pytest.mark.parametrize(
    ("there", "said"), [(False, "nothing is kept"), (True, "sweep.json is the one from before")], ids=["new", "again"]
)
def test_ctrl_c_does_not_wait_for_a_compiler_and_says_what_is_kept(demo, tmp_path, there, said) -> None:
    if there:
        (tmp_path / "sweep.json").write_text("{}")
    command = ["sweep", "-d", str(demo / "dataset.joblib"), "--lr", ".1,.2"]

    done = subprocess.run(
        [sys.executable, "-c", COMPILING, *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=40,
    )

    line = f"dlwhy: interrupted; a sweep is written when all its networks are trained: {said}\n"
    assert (done.returncode, done.stdout, done.stderr) == (130, "", line)
    assert [path.name for path in tmp_path.iterdir()] == (["sweep.json"] if there else [])
