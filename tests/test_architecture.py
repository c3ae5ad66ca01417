"""The shape of the house: where things may be, what may know what, and what never appears."""

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "dlwhy").rglob("*.py"))


def test_only_the_agreed_things_lie_at_the_top() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    top = {name.split("/")[0] for name in tracked if not name.startswith(".")}

    assert top <= {"dlwhy", "tests", "docs", "pyproject.toml", "Makefile", "README.md", "LICENSE"}


def test_imports_flow_one_way() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


# one test for all modules: a test for each would be a sixth of all tests
def test_a_module_says_what_it_is_for_and_stays_short() -> None:
    assert len(MODULES) > 300
    for path in MODULES:
        text = path.read_text()
        docstring = ast.get_docstring(ast.parse(text))

        assert docstring, path
        assert len(docstring.splitlines()[0]) <= 120, path
        assert len(text.splitlines()) <= 400, path


def test_a_folder_of_modules_is_a_package_with_a_telling_name() -> None:
    assert not [path for path in MODULES if not (path.parent / "__init__.py").exists()]
    assert not {"utils", "util", "helpers", "common", "base", "misc"} & {path.stem for path in MODULES}


def test_nothing_runs_what_a_file_holds() -> None:
    found = [(path, call) for path in MODULES for call in _calls(path) if _runs_foreign_code(call)]

    assert not found


@pytest.mark.parametrize(
    "call", ["joblib.load", "pickle.loads", "keras.saving.load_model", "np.load allow_pickle=True", "eval", "dill.load"]
)
def test_the_search_for_forbidden_calls_finds_them(call: str) -> None:
    assert _runs_foreign_code(call)


def test_nothing_below_the_command_line_prints_or_exits() -> None:
    outside = {"print", "sys.exit", "exit", "os._exit", "sys.stdout.write", "sys.stderr.write"}
    below = [path for path in MODULES if "cli" not in path.parts]
    found = [(path, call) for path in below for call in _calls(path) if call.split(" ")[0] in outside]

    assert not found


@pytest.mark.parametrize("command", [["--help"], ["--version"], ["train", "--help"]])
def test_help_imports_nothing_heavy(command: list[str]) -> None:
    loaded = _modules_after(command)

    assert not loaded & {"tensorflow", "keras", "numpy", "sklearn", "scipy", "matplotlib", "polars", "joblib", "h5py"}


def test_making_and_describing_data_does_without_tensorflow(tmp_path: Path) -> None:
    made = str(tmp_path / "made.joblib")

    loaded = _modules_after(["generate", "-o", made], ["info", made])

    assert "numpy" in loaded
    assert not loaded & {"tensorflow", "keras", "matplotlib"}


def _modules_after(*commands: list[str]) -> set[str]:
    """Run command lines in one new process and tell the modules that are loaded then."""
    script = (
        "import sys; from dlwhy.cli import run_command\n"
        f"for command in {commands!r}:\n"
        "    code = run_command(command)\n"
        "    assert code == 0, (command, code)\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


@functools.cache
def _calls(path: Path) -> list[str]:
    """Every call in a file as text: the dotted name, then its keyword arguments."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    return [" ".join([ast.unparse(call.func), *map(ast.unparse, call.keywords)]) for call in calls]


def _runs_foreign_code(call: str) -> bool:
    forbidden = (
        r"^(joblib|pickle|_pickle|cloudpickle|dill|marshal)\.loads?\b",
        r"\bload_model\b",
        r"\ballow_pickle=(?!False)",
        r"^(eval|exec|compile)\b",
        r"\bpickle\.Unpickler\b",
        r"\benable_unsafe_deserialization\b",
        r"\bdeserialize_keras_object\b",
    )
    return any(re.search(pattern, call) for pattern in forbidden)
