"""Case 84: the shipped Makefile makes what is missing, nothing twice, and recovers from every kind of end."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FILES = ("dataset.joblib", "model.keras", "metrics.json", "plot.png")
SAID = re.compile(r"accuracy: (0\.\d+|1\.0)\npicture: demo/plot\.png\n")


class Workshop:
    """A folder with the project's Makefile, and an environment that is installed already: this one."""

    def __init__(self, folder: Path, program: str):
        self.folder = folder
        self.demo = folder / "demo"
        shutil.copy(ROOT / "Makefile", folder)
        (folder / ".ci").mkdir()
        (folder / ".venv" / "bin").mkdir(parents=True)
        (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
        wrapper = folder / ".venv" / "bin" / "dlwhy"
        wrapper.write_text(f'#!/bin/sh\necho "$1" >> "{folder}/commands"\nexec "{program}" "$@"\n')
        wrapper.chmod(0o755)
        for name in ("pyproject.toml", ".ci/constraints.txt", ".venv/.made", ".venv/.installed"):
            (folder / name).touch()

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        (self.folder / "commands").unlink(missing_ok=True)
        return subprocess.Popen(
            ["make", *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        )

    def make(self, *arguments: str) -> str:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return out

    def commands(self) -> list[str]:
        path = self.folder / "commands"
        return path.read_text().split() if path.exists() else []

    def touch(self, name: str) -> None:
        """Make a file newer than all others, on file systems with coarse clocks too."""
        later = time.time()
        os.utime(self.demo / name, (later, later))
        for other in FILES:
            if other != name and (self.demo / other).exists():
                os.utime(self.demo / other, (later - 10, later - 10))


@pytest.fixture(scope="module")
def workshop(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("workshop")
    return Workshop(folder, str(Path(sys.executable).with_name("dlwhy")))


def test_case_84_a_demonstration_is_made_once(workshop):
    shutil.rmtree(workshop.demo, ignore_errors=True)

    first = workshop.make("demo")
    made = workshop.commands()
    second = workshop.make("demo")

    assert made == ["generate", "train", "evaluate", "plot"]
    assert sorted(path.name for path in workshop.demo.iterdir()) == sorted(FILES)
    assert SAID.search(first)
    assert SAID.fullmatch(second)
    assert workshop.commands() == []


@pytest.mark.parametrize(
    ("number", "delay"),
    [
        (signal.SIGINT, 0.1),
        pytest.param(signal.SIGTERM, 2.5, marks=pytest.mark.slow),
        pytest.param(signal.SIGKILL, 3.2, marks=pytest.mark.slow),
    ],
)
def test_case_84_make_again_builds_after_an_error_and_after_an_end_midway(workshop, number, delay):
    workshop.make("demo")
    before, good = ((workshop.demo / name).read_bytes() for name in ("model.keras", "dataset.joblib"))

    (workshop.demo / "dataset.joblib").write_bytes(b"damaged")
    workshop.touch("dataset.joblib")
    failed = workshop.start("demo")
    _, err = failed.communicate(timeout=60)
    (workshop.demo / "dataset.joblib").write_bytes(good)

    process = workshop.start("demo")
    while "train" not in workshop.commands():
        time.sleep(0.02)
    time.sleep(delay)
    os.killpg(process.pid, number)
    process.communicate(timeout=30)
    model = workshop.demo / "model.keras"
    # nothing, the old one, the same bytes trained again, or an interrupted one that is dated back
    whole = not model.exists() or model.read_bytes() == before or model.stat().st_mtime == 0
    again = workshop.make("demo")

    assert failed.returncode == 2
    assert "dlwhy: error: demo/dataset.joblib" in err
    assert whole
    assert workshop.commands()[-2:] == ["evaluate", "plot"]
    assert SAID.search(again)
    assert (workshop.demo / "model.keras").read_bytes() == before
    assert {path.name for path in workshop.demo.iterdir()} == set(FILES)
    assert SAID.fullmatch(workshop.make("demo"))


def test_a_newer_environment_is_no_reason_to_train_again(workshop):
    workshop.make("demo")
    later = time.time() + 60
    os.utime(workshop.folder / "pyproject.toml", (later, later))

    plan = workshop.make("-n", "demo")
    os.utime(workshop.folder / "pyproject.toml", (1, 1))

    assert "pip install" in plan
    assert "dlwhy train" not in plan


def test_help_is_the_default_and_lists_every_target(workshop):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"^make ([a-z-]+) ", workshop.make(), re.MULTILINE)) == targets


def test_an_old_python_is_told_so(workshop, tmp_path):
    (workshop.folder / ".venv" / ".made").rename(tmp_path / "made")

    process = workshop.start("demo", "PYTHON=false")
    _, err = process.communicate(timeout=30)
    (tmp_path / "made").rename(workshop.folder / ".venv" / ".made")

    assert process.returncode == 2
    assert "false is older than 3.11" in err
