"""Without a browser its tests are passed over, but not where they were asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("option", "code", "said"),
    [([], 0, "skipped"), (["--browser-required"], 1, "not here: ")],
    ids=["plain", "required"],
)
def test_a_missing_browser_is_a_failure_where_it_is_required(tmp_path, option, code, said):
    command = [sys.executable, "-m", "pytest", "-x", "-m", "browser", "-p", "no:cacheprovider", *option]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}

    done = subprocess.run(
        [*command, "tests/report/browser"],
        cwd=ROOT,
        env={**surroundings, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stdout
    assert "chromium" in done.stdout


def test_make_requires_it():
    plan = subprocess.run(["make", "-n", "test-browser"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert " -m pytest -m browser --browser-required " in plan
