"""What all tests share: an environment of their own, and two ways to run the command."""

import atexit
import contextlib
import gc
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Generator
from pathlib import Path
from typing import NamedTuple

import hypothesis
import pytest
from typer.testing import CliRunner

# xdist's workers take the folder of the process that starts them: one cache of programs and fonts for all
if "PYTEST_XDIST_WORKER" in os.environ:
    _CACHE = os.environ["XDG_CACHE_HOME"]
else:
    _CACHE = tempfile.mkdtemp(prefix="dlwhy-tests-")
    atexit.register(shutil.rmtree, _CACHE, ignore_errors=True)
# before anything imports TensorFlow or Matplotlib; the user's own caches and settings stay out of the tests
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", MPLBACKEND="Agg", XDG_CACHE_HOME=_CACHE, XDG_CONFIG_HOME=_CACHE)
# else each worker would rewrite all assertions, and each child process compile all modules, in every run anew
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
for _name in list(os.environ):
    if _name.startswith("DLWHY_") or _name in ("NO_COLOR", "FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "COLUMNS"):
        del os.environ[_name]

# no timed tests: the first example often imports SciPy
hypothesis.settings.register_profile("dlwhy", deadline=None)
hypothesis.settings.load_profile("dlwhy")

PROGRAM = str(Path(sys.executable).with_name("dlwhy"))


def pytest_configure() -> None:
    """Give each worker a core of its own: two that train on both cores wait for each other's threads."""
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[int(worker.removeprefix("gw")) % len(cores)]})


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the collector off the millions of objects that tests and libraries are, of which none will go."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest test, which would keep one worker busy when the other has nothing left."""
    items.sort(key=lambda item: item.path.name != "test_readme.py")


class Result(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line on stderr that every error is: no traceback, nothing else."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("dlwhy: error: "), self.err
        return lines[0].removeprefix("dlwhy: error: ")


Dlwhy = Callable[..., Result]


@pytest.fixture
def program() -> str:
    """Path of the installed command."""
    return PROGRAM


@pytest.fixture
def dlwhy(tmp_path: Path) -> Dlwhy:
    """Run the installed command in a process of its own, in `tmp_path`: dlwhy("info", "x.npz", stdin=..., env=...)."""

    def run(
        *arguments: str | Path, stdin: str | bytes = b"", env: dict[str, str] | None = None, timeout: float = 120
    ) -> Result:
        done = subprocess.run(
            [PROGRAM, *map(str, arguments)],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env={**os.environ, **(env or {})},
            cwd=tmp_path,
            timeout=timeout,
            check=False,
        )
        return Result(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    return run


@pytest.fixture
def dlwhy_in_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dlwhy:
    """Run the command in this process, in `tmp_path`, through the same error boundary: no second import to wait for."""
    from dlwhy import cli
    from dlwhy.cli.show import console

    def run(*arguments: str | Path, stdin: str | bytes = b"", env: dict[str, str] | None = None) -> Result:
        with (
            monkeypatch.context() as patch,
            CliRunner().isolation(input=stdin, env=env) as (out, err, _),
            warnings.catch_warnings(),
        ):
            patch.chdir(tmp_path)
            console.show_warnings()
            code = cli.run_command([str(argument) for argument in arguments])
            return Result(code, out.getvalue().decode(errors="replace"), err.getvalue().decode(errors="replace"))

    return run


@pytest.fixture
def bash(tmp_path: Path) -> Callable[[str], Result]:
    """Run a script in bash, in `tmp_path`, with the installed command in its path."""

    def run(script: str, *, env: dict[str, str] | None = None, timeout: float = 240) -> Result:
        path = os.pathsep.join((str(Path(PROGRAM).parent), os.environ["PATH"]))
        done = subprocess.run(
            ["bash", "-c", script],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**os.environ, "PATH": path, **(env or {})},
            cwd=tmp_path,
            timeout=timeout,
            check=False,
        )
        return Result(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    return run


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demonstration's `dataset.joblib`, `points.csv` (the same) and a trained `model.keras`."""
    from dlwhy import cli

    folder = tmp_path_factory.mktemp("demo")
    with contextlib.chdir(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for command in (["generate"], ["generate", "-o", "points.csv"], ["train", "--epochs", "60"]):
            assert cli.run_command([*command, "--quiet"]) == 0
    return folder


@pytest.fixture(scope="session")
def small_study(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a study of simple models on the demonstration's data: it takes a moment."""
    from dlwhy import cli

    folder = tmp_path_factory.mktemp("study")
    arms = ["--arm", "baseline:logistic", "--arm", "baseline:svm"]
    with contextlib.chdir(demo), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        command = ["study", "compare", "-d", "dataset.joblib", *arms, "--seeds", "6", "--dir", str(folder), "-q"]
        assert cli.run_command(command) == 0
    return folder / "compare"
