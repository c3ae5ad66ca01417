"""Options: values that can't be, and which of several wins."""

import re
import subprocess
import sys

import pytest

HUGE = 10**23 - 1
HUGE_OPTIONS = [
    *(
        ["train", f"--{option}={HUGE}"]
        for option in ("epochs", "batch-size", "patience", "checkpoint-every", "seed", "threads", "replicas")
    ),
    *(["train", f"--{option}={HUGE}"] for option in ("memory", "max-size")),
    ["train", "--threads=100000"],
    ["train", "--init-from=m.keras", f"--freeze={'9' * 5000}"],
    ["train", f"--layers={'9' * 5000}"],
    ["train", f"--epochs={'9' * 5000}"],
    *(["generate", f"--{option}={HUGE}"] for option in ("samples", "seed", "compress")),
    *(["generate", "blobs", f"--{option}={HUGE}"] for option in ("classes", "features")),
    *(["predict", f"--{option}={HUGE}"] for option in ("chunk-size", "max-size")),
    *(["evaluate", "--baselines", f"--seed={seed}"] for seed in (2**32, -1, HUGE)),
    ["plot", f"--dpi={HUGE}"],
    ["info", f"--max-size={HUGE}"],
    *(["study", "depth", "--dry-run", f"--{option}={HUGE}"] for option in ("seeds", "seed", "epochs", "jobs")),
    *(["run", f"--{option}={HUGE}"] for option in ("epochs", "samples", "threads")),
]
BAD_OPTIONS = [
    *(["generate", f"--noise={value}"] for value in ("-1", "nan", "inf")),
    *(["generate", f"--samples={value}"] for value in ("0", "-5")),
    *(["generate", f"--seed={value}"] for value in ("-1", str(2**32))),
    *(["generate", f"--test-size={value}"] for value in ("0", "1", "nan")),
    *(["train", f"--epochs={value}"] for value in ("0", "-1")),
    *(["train", f"--batch-size={value}"] for value in ("0", "-3")),
    *(["train", f"--learning-rate={value}"] for value in ("0", "-1", "nan", "inf")),
    *(["train", f"--layers={value}"] for value in ("0", "-1", str(10**9), "10,x", "ten")),
    *(["train", f"--seed={value}"] for value in ("-1", str(2**32))),
    *(["predict", f"--chunk-size={value}"] for value in ("0", "-1")),
]


@pytest.mark.parametrize("arguments", BAD_OPTIONS, ids=" ".join)
def test_case_61_a_value_that_cannot_be_is_refused(dlwhy_in_process, arguments, tmp_path):
    result = dlwhy_in_process(*arguments)

    assert (result.code, result.out) == (2, "")
    assert arguments[1].split("=")[0] in result.err
    assert "Traceback" not in result.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", HUGE_OPTIONS, ids=lambda arguments: " ".join(arguments)[:60])
def test_a_number_too_large_is_refused_with_the_largest_that_can_be(dlwhy_in_process, arguments):
    result = dlwhy_in_process(*arguments)

    assert (result.code, result.out) == (2, "")
    said = " ".join(result.err.replace("│", " ").split())
    assert arguments[-1].split("=")[0] in said
    assert re.search(r"(to|up to|equal to|most) [\d*]+|whole numbers|exceeded maximum size", said), said
    assert "Traceback" not in said


def test_the_largest_numbers_work(dlwhy_in_process, demo):
    command = ["train", "-d", demo / "dataset.joblib", "--epochs", "2", "-q", "-o", "m.keras", "--engine", "graph"]
    largest = ["--patience", 2**31 - 1, "--checkpoint-every", 2**31 - 1, "--seed", 2**32 - 1, "--memory", 1 << 24]

    assert dlwhy_in_process(*command, *map(str, largest), "--max-size", str(1 << 20)).code == 0
    points = demo / "points.csv"
    assert dlwhy_in_process("predict", "-m", "m.keras", points, "--chunk-size", str(2**31 - 1)).code == 0


def test_case_61_values_are_refused_before_tensorflow_is_imported(tmp_path):
    script = (
        "import sys; from dlwhy.cli import run_command\n"
        f"print([run_command(command) for command in {BAD_OPTIONS!r}], 'tensorflow' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path, timeout=30
    )

    assert done.stdout.strip() == f"{[2] * len(BAD_OPTIONS)} False"


def samples(result) -> int:
    assert result.code == 0, result.err
    return len(result.out.splitlines()) - 1


def test_options_come_from_the_file_then_the_environment_then_the_command_line(dlwhy_in_process, tmp_path):
    (tmp_path / "lab.toml").write_text('[generate]\nsamples = 40\noutput = "-"\n[train]\nepochs = 7\n')
    command = ["generate", "--config", "lab.toml"]
    env = {"DLWHY_GENERATE_SAMPLES": "50"}

    assert samples(dlwhy_in_process(*command)) == 40
    assert samples(dlwhy_in_process(*command, env=env)) == 50
    assert samples(dlwhy_in_process(*command, "--samples", "60", env=env)) == 60
    assert samples(dlwhy_in_process("generate", "-o", "-", env=env)) == 50
    assert samples(dlwhy_in_process("generate", env={"DLWHY_GENERATE_CONFIG": "lab.toml"})) == 40


def test_the_file_may_name_options_as_the_command_line_does(dlwhy_in_process, tmp_path):
    (tmp_path / "lab.toml").write_text('[generate]\ntest-size = 0.5\nsamples = 10\noutput = "-"\nquiet = true\n')

    code, out, err = dlwhy_in_process("generate", "--config", "lab.toml")

    assert (code, err) == (0, "")
    assert out.count(",test\n") == 5
