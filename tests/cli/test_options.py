"""Options: values that can't be, and those from a file and from the environment."""

import subprocess
import sys

import pytest

BAD_OPTIONS = [
    *(["generate", f"--noise={value}"] for value in ("-1", "nan", "inf")),
    *(["generate", f"--samples={value}"] for value in ("0", "-5")),
    *(["generate", f"--seed={value}"] for value in ("-1", str(2**32))),
    *(["generate", f"--test-size={value}"] for value in ("0", "1", "nan")),
    *(["train", f"--epochs={value}"] for value in ("0", "-1")),
    *(["train", f"--batch-size={value}"] for value in ("0", "-3")),
    *(["train", f"--learning-rate={value}"] for value in ("0", "-1", "nan", "inf")),
    *(["train", f"--layers={value}"] for value in ("0", "-1", str(10**9), "10,x")),
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


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("[generate]\nsample = 3\n", 2, "[generate] has no option 'sample'"),
        ("[generate]\nsamples = 'many'\n", 2, "samples"),
        ("generate = 3\n", 2, "[generate] is not a table"),
        ("[generate\n", 2, "not TOML"),
        ("\x00", 2, "not TOML"),
        ("[generate]\nsamples = [1, 2]\n", 2, "samples"),
    ],
)
def test_a_wrong_file_of_options_is_refused(dlwhy_in_process, tmp_path, text, code, said):
    (tmp_path / "lab.toml").write_text(text)

    result = dlwhy_in_process("generate", "--config", "lab.toml")

    assert result.code == code
    assert said in result.err
    assert "Traceback" not in result.err


def test_a_missing_file_of_options_is_refused(dlwhy_in_process):
    assert dlwhy_in_process("generate", "--config", "lab.toml").code == 66
