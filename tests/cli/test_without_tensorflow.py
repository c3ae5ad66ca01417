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
SCRIPT = """
import json, sys
from dlwhy.cli import run_command
heavy = {"tensorflow", "keras", "matplotlib", "sklearn", "scipy.stats"}
for command in json.loads(sys.argv[1]):
    code = run_command(command)
    print("done", json.dumps([code, sorted(heavy & set(sys.modules))]))
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
"""


@pytest.fixture(scope="module")
def at_demo(demo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    for path in demo.iterdir():
        shutil.copy(path, folder)
    (folder / "bad.csv").write_text("x0,x1\n1,oops\n")
    return folder


def _in_one_process(script, commands, folder):
    """The exit code of each command, what is imported after it, and what all of them said."""
    arguments = [sys.executable, "-c", script, json.dumps(commands)]
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)
    ends = [json.loads(line.removeprefix("done ")) for line in done.stdout.splitlines() if line.startswith("done ")]
    assert len(ends) == len(commands), done.stderr
    return ends, done


def test_no_command_on_a_model_of_ours_imports_tensorflow(at_demo):
    ends, done = _in_one_process(SCRIPT, [command for command, _, _ in COMMANDS], at_demo)

    may = set()
    for (command, wanted, more), (code, imported) in zip(COMMANDS, ends, strict=True):
        may |= set(more)
        assert code == wanted, (command, done.stderr)
        assert set(imported) <= may, command


def test_they_work_where_neither_tensorflow_nor_keras_is_installed(at_demo, dlwhy_in_process):
    commands = [command for command, _, _ in COMMANDS] + [["plot", "importance"], ["info", "--json"]]
    commands += [["train"], ["run", "moons"], ["study", "depth", "--budget", "quick"]]
    wanted = dlwhy_in_process("predict", at_demo / "points.csv", "-m", at_demo / "model.keras")

    ends, done = _in_one_process(HIDE + SCRIPT, commands, at_demo)

    codes = [code for code, _ in ends]
    assert codes == [*(code for _, code, _ in COMMANDS), 0, 0, 2, 2, 2], done.stderr
    assert '"keras": "none"' in done.stdout
    assert (at_demo / "labels.csv").read_text() == wanted.out
    refused = "error: TensorFlow is not installed: networks can't be trained (pip install tensorflow keras)"
    assert done.stderr.count(refused) == 3
    assert not (at_demo / "study").exists()
    assert not [*(at_demo / "run").iterdir()]


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
