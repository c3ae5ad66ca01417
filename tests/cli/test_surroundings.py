"""Settings of the surroundings, made for other programs: they neither end a command nor change what comes out."""

import json
import subprocess
import sys

import pytest

# in a container: a user without an entry in passwd, and no folder for temporary files
NOBODY = """
import pwd, tempfile
def getpwuid(uid):
    raise KeyError(uid)
pwd.getpwuid = getpwuid
tempfile._candidate_tempdir_list = list
from dlwhy.cli import main
main()
"""
RUN = ["run", "moons", "--samples", "200", "--epochs", "3", "--engine", "keras", "--dir", "made", "-q"]


def test_the_settings_of_other_programs_change_nothing(tmp_path, dlwhy_in_process, monkeypatch):
    """Cases 37, 38 and 40: Keras' and Matplotlib's settings, a user without a home, nothing temporary, all at once."""
    there = tmp_path / "there"
    there.mkdir()
    settings = {"floatx": "float64", "epsilon": 0.1, "image_data_format": "channels_first", "backend": "torch"}
    (there / "keras.json").write_text(json.dumps(settings))
    (there / "matplotlibrc").write_text("text.usetex: True\nfont.size: 40\nno.such.key: 7\nfont.size: huge\n")
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "KERAS_BACKEND": "jax",
        "KERAS_HOME": str(there),
        "KERAS_MAX_EPOCHS": "1",
        "KERAS_MAX_STEPS_PER_EPOCH": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": "/proc/none",
        "SOURCE_DATE_EPOCH": "abc",
    }.items():
        monkeypatch.setenv(name, value)
    done = subprocess.run(
        [sys.executable, "-c", NOBODY, *RUN], capture_output=True, text=True, check=False, cwd=there, timeout=120
    )
    monkeypatch.undo()

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert dlwhy_in_process(*RUN).code == 0
    for name in ("metrics.json", "plot.png"):
        assert (there / "made" / name).read_bytes() == (tmp_path / "made" / name).read_bytes()
    assert sorted(path.name for path in there.iterdir()) == ["keras.json", "made", "matplotlibrc"]
    assert len(list((there / "made").iterdir())) == 4


@pytest.mark.parametrize("suffix", ["pdf", "svg"])
def test_a_date_that_is_none_is_not_read(demo, dlwhy_in_process, tmp_path, suffix):
    for name, env in (("a", {}), ("b", {"SOURCE_DATE_EPOCH": "abc"})):
        command = ["plot", "loss", "-m", demo / "model.keras", "-d", demo / "dataset.joblib", "-o", f"{name}.{suffix}"]
        assert dlwhy_in_process(*command, env=env).code == 0
    assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_too_little_memory_for_tensorflow_is_said_before_it_is_imported(bash, demo):
    result = bash(f"ulimit -v 1500000; dlwhy train -q -d {demo}/dataset.joblib -o v.keras; echo $?; ls")

    assert result.out == "75\n"
    assert result.error.startswith("TensorFlow needs 2048 MiB of memory, this process may have 1464")


def test_a_user_without_a_home_has_no_cache(dlwhy_in_process, monkeypatch):
    import platformdirs

    def homeless(*_, **__):
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr(platformdirs, "user_cache_dir", homeless)

    assert dlwhy_in_process("cache").out == "no home folder, so nothing is kept: 0 programs, 0.0 MiB\n"
    assert dlwhy_in_process("cache", "clear").code == 0
    assert json.loads(dlwhy_in_process("info", "--json").out)["cache"]["folder"] is None


# the first that the process does with TensorFlow is to read a model
GOES_ON = """
from dlwhy.cli import run_command
common = ["train", "-q", "-d", "d.joblib", "--threads", "1", "--epochs", "4"]
for more in (["--resume", "a.keras", "-o", "b.keras"], ["--init-from", "a.keras", "-o", "c.keras"], ["-o", "e.keras"]):
    assert run_command([*common, *more]) == 0
"""


def test_case_51_a_training_that_goes_on_is_quiet_and_keeps_to_its_threads(tmp_path, dlwhy_in_process):
    assert dlwhy_in_process("generate", "-q", "-o", "d.joblib").code == 0
    assert dlwhy_in_process("train", "-q", "-d", "d.joblib", "--epochs", "2", "-o", "a.keras").code == 0

    done = subprocess.run(
        [sys.executable, "-c", GOES_ON], capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for name in ("b.keras", "c.keras"):
        assert json.loads(dlwhy_in_process("info", name, "--json").out)["threads"] == 1
    assert (tmp_path / "b.keras").read_bytes() == (tmp_path / "e.keras").read_bytes()
