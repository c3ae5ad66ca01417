"""The fuzz targets, fed with good files and with good files that were damaged at random, a little each time."""

import importlib.util
import random
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parent
TARGETS = {
    "fuzz_joblib": 600,
    "fuzz_npz": 300,
    "fuzz_keras": 200,
    "fuzz_csv": 150,
    "fuzz_records": 300,
    "fuzz_page": 150,
}


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Some bytes with one to four of them changed, cut out, put in or doubled."""
    for _ in range(chance.randint(1, 4)):
        place, length = chance.randint(0, len(content)), chance.choice((1, 1, 1, 4, 30))
        inside = content[place : place + length]
        middle = chance.choice((b"", chance.randbytes(len(inside)), inside * 2, chance.randbytes(length) + inside))
        content = content[:place] + middle + content[place + length :]
    return content


def test_every_target_is_tried() -> None:
    assert {path.stem for path in FOLDER.glob("fuzz_*.py")} == set(TARGETS)


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_files_are_read_or_refused(name: str) -> None:
    """Any other exception fails the test."""
    target, chance = load(name), random.Random(name)
    seeds = target.seeds()
    assert seeds
    for seed in seeds:
        target.check(seed)
    for _ in range(TARGETS[name]):
        target.check(damaged(chance.choice(seeds), chance))


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_runs_as_a_program_or_says_that_atheris_is_missing(name: str) -> None:
    done = subprocess.run(
        [sys.executable, FOLDER / f"{name}.py", "-runs=20"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    if importlib.util.find_spec("atheris") is None:
        assert done.stderr == f"{name}.py: atheris is not installed, nothing was fuzzed\n"
