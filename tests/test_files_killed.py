"""Case 70: writers that are killed at any moment leave whole files."""

import subprocess
import sys
from pathlib import Path

import pytest

# Forks writers and kills them at random moments, and looks at the target after each. Only the forks write, because a
# library's threads do not come along into a fork.
KILLS = """
import os, pathlib, random, signal, sys, time
{setup}
def fork(work):
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    return child
def write_on():
    while True:
        for number in (0, 1):
            write(number)
contents = []
for number in (0, 1):
    os.waitpid(fork(lambda: write(number)), 0)
    contents.append(pathlib.Path(target).read_bytes())
assert contents[0] != contents[1]
random.seed({seed})
whole = left = 0
for _ in range({kills}):
    child = fork(write_on)
    time.sleep(random.uniform(0.002, 0.05))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    left += any(name.endswith(".tmp") for name in os.listdir("."))
    whole += pathlib.Path(target).read_bytes() in contents
os.waitpid(fork(lambda: write(0)), 0)
print(whole, left, *os.listdir("."))
"""


PLAIN = """
from dlwhy import files
target = "x"
def write(number):
    with files.open_output(target) as handle:
        handle.write(bytes([number]) * 3_000_000)
"""


DATA_SET = """
import joblib, polars, numpy as np
from dlwhy.data.stored import storage
from dlwhy.data.dataset import Dataset
target = "d.{suffix}"
X = np.random.default_rng(0).random((100_000, 3), dtype=np.float32)
sets = [Dataset(X_train=X, y_train=X[:, 0] + 1 + n, X_test=X[:9], y_test=X[:9, 1] + n, name="d", task="regression")
        for n in (0, 1)]
def write(number):
    storage.write(sets[number], target)
"""


@pytest.mark.parametrize(
    ("setup", "target", "kills"),
    # all of them write through what is killed most often
    [(PLAIN, "x", 40), *((DATA_SET.replace("{suffix}", each), f"d.{each}", 16) for each in ("joblib", "npz", "csv"))],
    ids=["plain", "joblib", "npz", "csv"],
)
def test_case_70_killed_writers_leave_whole_files_and_the_next_one_tidies_up(
    tmp_path: Path, setup: str, target: str, kills: int
) -> None:
    script = KILLS.format(setup=setup, seed=70, kills=kills)

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=200
    )
    whole, left, *names = done.stdout.split()

    assert int(whole) == kills
    assert int(left) >= kills / 4  # or the kills came at harmless moments only
    assert names == [target]
