"""Only training needs TensorFlow: what is done with a model of ours is done without."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from dlwhy.data.stored import storage
from dlwhy.models import network
from dlwhy.models.details import Details
from dlwhy.models.keras_file import archive
from dlwhy.models.trained import Trained

# what each command may import beside what those before it may
COMMANDS = [
    (["info", "model.keras"], 0, []),
    (["info", "dataset.joblib"], 0, []),
    (["predict", "points.csv", "-o", "labels.csv"], 0, []),
    (["predict", "bad.csv"], 65, []),
    (["check", "--explain", "D101"], 0, []),
    (["evaluate", "--json"], 0, []),
    (["check"], 0, ["sklearn", "scipy.stats"]),
    (["evaluate", "--baselines"], 0, []),
    (["plot"], 0, ["matplotlib"]),
    (["report", "."], 0, []),
    (["plot", "accuracy", "confusion", "roc", "calibration"], 0, []),
]
MORE = [
    ["plot", "importance"],
    ["info", "--json"],
    ["train"],
    ["run", "moons"],
    ["study", "depth", "--budget", "quick"],
]
SCRIPT = """
import json, sys
from dlwhy.cli import run_command
heavy = {"tensorflow", "keras", "matplotlib", "sklearn", "scipy.stats"}
first, then = json.loads(sys.argv[1])
def run(command):
    code = run_command(command)
    print("done", json.dumps([code, sorted(heavy & set(sys.modules))]))
for command in first:
    run(command)
print("gone", flush=True)
print("gone", file=sys.stderr, flush=True)
"""
# what Python finds where Keras and TensorFlow have never been installed: neither modules nor versions
HIDE = """
import importlib.metadata, sys
gone = ("keras", "tensorflow")
class Gone:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in gone:
            raise ModuleNotFoundError(f"No module named {name!r}")
sys.meta_path.insert(0, Gone)
version = importlib.metadata.version
def installed(name):
    return version("no-such-package" if name in gone else name)
importlib.metadata.version = installed
for name in [name for name in sys.modules if name.partition(".")[0] == "dlwhy"]:
    del sys.modules[name]
from dlwhy.cli import run_command
for command in then:
    run(command)
"""


@pytest.fixture(scope="module")
def at_demo(demo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    for path in demo.iterdir():
        shutil.copy(path, folder)
    (folder / "bad.csv").write_text("x0,x1\n1,oops\n")
    return folder


def test_no_command_on_a_model_of_ours_imports_tensorflow_and_all_work_where_it_is_not_installed(
    at_demo, dlwhy_in_process
):
    """In one process: first with TensorFlow and Keras there, then, with our modules imported anew, without."""
    first = [command for command, _, _ in COMMANDS]
    wanted = dlwhy_in_process("predict", at_demo / "points.csv", "-m", at_demo / "model.keras")
    arguments = [sys.executable, "-c", SCRIPT + HIDE, json.dumps([first, first + MORE])]

    done = subprocess.run(arguments, cwd=at_demo, capture_output=True, text=True, check=False)

    (there, gone), (_, err) = (text.split("gone\n") for text in (done.stdout, done.stderr))
    check_imports(_ends(there), done.stderr)
    assert [code for code, _ in _ends(gone)] == [*(code for _, code, _ in COMMANDS), 0, 0, 2, 2, 2], err
    assert '"keras": "none"' in gone
    assert (at_demo / "labels.csv").read_text() == wanted.out
    refused = "error: TensorFlow is not installed: networks can't be trained (pip install tensorflow keras)"
    assert err.count(refused) == 3
    assert not (at_demo / "study").exists()
    assert not [*(at_demo / "run").iterdir()]


def _ends(out):
    """The exit code of each command, and what is imported after it."""
    return [json.loads(line.removeprefix("done ")) for line in out.splitlines() if line.startswith("done ")]


def check_imports(ends, err):
    may = set()
    for (command, wanted, more), (code, imported) in zip(COMMANDS, ends, strict=True):
        may |= set(more)
        assert code == wanted, (command, err)
        assert set(imported) <= may, command


def test_a_model_in_bfloat16_is_left_to_keras(at_demo, tmp_path, dlwhy_in_process):
    data = storage.read(at_demo / "dataset.joblib")
    model = network.build(network.NetworkSpec(), n_features=2, task="binary", seed=1, precision="bfloat16")
    details = Details(task="binary", columns=data.columns, class_names=data.class_names)
    archive.write(Trained(network=model, history={}, details=details), tmp_path / "m.keras")

    rows = dlwhy_in_process("predict", at_demo / "points.csv", "-m", "m.keras", "--proba").out.splitlines()[1:]
    found = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", at_demo / "dataset.joblib", "--json")

    y_prob = network.predict(model, np.concatenate([data.X_train, data.X_test]))
    np.testing.assert_allclose([float(row.split(",")[2]) for row in rows], y_prob, rtol=0, atol=1e-6)
    n_train = len(data.y_train)
    assert json.loads(found.out)["accuracy"] == np.mean((y_prob[n_train:] > 0.5) == data.y_test)
