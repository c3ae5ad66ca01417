"""Only training needs TensorFlow: what is done with a model of ours is done without."""

import json
import shutil
import subprocess
import sys

import pytest

COMMANDS = {
    "evaluate": [["evaluate", "--json"], ["evaluate", "--baselines"]],
    "predict": [["predict", "points.csv", "-o", "labels.csv"], ["predict", "bad.csv"]],
    "plot": [["plot"], ["plot", "accuracy", "confusion", "roc", "calibration"]],
    "info": [["info", "model.keras"], ["info", "dataset.joblib"]],
}
SCRIPT = """
import json, sys
from dlwhy.cli import run_command
codes = [run_command(command) for command in json.loads(sys.argv[1])]
print("done", json.dumps([codes, sorted({"tensorflow", "keras", "matplotlib", "sklearn"} & set(sys.modules))]))
"""


@pytest.fixture(scope="module")
def at_demo(demo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    for path in demo.iterdir():
        shutil.copy(path, folder)
    (folder / "bad.csv").write_text("x0,x1\n1,oops\n")
    return folder


@pytest.mark.parametrize(
    ("command", "codes", "may"),
    [
        ("evaluate", [0, 0], {"sklearn"}),
        ("predict", [0, 65], set()),
        ("plot", [0, 0], {"matplotlib", "sklearn"}),
        ("info", [0, 0], set()),
    ],
)
def test_no_command_on_a_model_of_ours_imports_tensorflow(at_demo, command, codes, may):
    arguments = [sys.executable, "-c", SCRIPT, json.dumps(COMMANDS[command])]

    done = subprocess.run(arguments, cwd=at_demo, capture_output=True, text=True, check=False)

    found, imported = json.loads(done.stdout.rsplit("done ", 1)[1])
    assert found == codes, done.stderr
    assert set(imported) <= may
