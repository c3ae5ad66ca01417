"""Outputs that can't be: refused before an input is read; links and odd names are kept."""

import ctypes
import resource
import shlex
import subprocess
import tempfile

import pytest

WRITERS = {
    "out.npz": ["generate"],
    "out.csv": ["generate", "--from", "table.csv", "--target", "y"],
    "out.keras": ["train", "-d", "data.npz"],
    "out.jsonl": ["predict", "-m", "model.keras", "table.csv"],
    "out.png": ["plot", "-m", "model.keras", "-d", "data.npz"],
}


@pytest.fixture
def garbage(tmp_path):
    """Inputs that would be refused if a command came so far as to read them."""
    for name in ("data.npz", "data.png", "model.keras", "table.csv", "c.checkpoint.keras", "data-43.keras"):
        (tmp_path / name).write_bytes(b"\x00garbage")
    (tmp_path / "lab.toml").touch()
    (tmp_path / "logs").mkdir()
    return tmp_path


@pytest.mark.parametrize(("name", "command"), WRITERS.items(), ids=WRITERS)
def test_case_72_a_missing_folder_is_refused_first(dlwhy_in_process, garbage, name, command):
    result = dlwhy_in_process(*command, "-o", f"missing/{name}")

    assert result.code == 73
    assert "no such folder" in result.error


@pytest.mark.parametrize(("name", "command"), WRITERS.items(), ids=WRITERS)
def test_case_76_a_folder_or_device_is_refused_first(dlwhy_in_process, garbage, name, command):
    (garbage / name).mkdir()
    (garbage / f"device-{name}").symlink_to("/dev/full")

    folder = dlwhy_in_process(*command, "-o", name)
    device = dlwhy_in_process(*command, "-o", f"device-{name}")

    assert (folder.code, device.code) == (73, 73)
    assert folder.error == f"{name}: is a directory"
    assert device.error == f"device-{name}: is not a regular file"


@pytest.mark.parametrize(("name", "command"), WRITERS.items(), ids=WRITERS)
def test_case_73_no_clobber_is_refused_first(dlwhy_in_process, garbage, name, command):
    (garbage / name).write_bytes(b"old")

    result = dlwhy_in_process(*command, "-o", name, "--no-clobber")

    assert result.code == 73
    assert (garbage / name).read_bytes() == b"old"


@pytest.mark.parametrize(
    "arguments",
    [
        ["generate", "--from", "table.csv", "--target", "y", "-o", "table.csv"],
        ["train", "-d", "data.npz", "-o", "data.npz"],
        ["predict", "-m", "model.keras", "table.csv", "-o", "./table.csv"],
        ["predict", "-m", "model.keras", "table.csv", "-o", "model.keras"],
        ["plot", "-m", "model.keras", "-d", "data.png", "-o", "data.png"],
        ["evaluate", "-m", "model.keras", "-d", "data.npz", "--metrics", "model.keras"],
        ["train", "-d", "data.npz", "--history", "data.npz"],
        ["train", "-d", "data.npz", "--resume", "model.keras", "-o", "m.keras", "--history", "model.keras"],
        ["train", "-d", "data.npz", "--resume", "logs", "-o", "m.keras", "--tensorboard", "logs"],
        ["train", "-d", "data.npz", "--init-from", "model.keras", "-o", "model.keras"],
        ["train", "--init-from", "c.checkpoint.keras", "-o", "c.keras", "--checkpoint-every", "1"],
        ["train", "-d", "data-43.keras", "-o", "data.keras", "--replicas", "2", "--save", "all"],
        ["run", "--from", "table.csv", "--target", "y", "--dir", ".", "--history", "table.csv"],
        ["run", "--init-from", "model.keras", "--dir", "."],
        ["predict", "-m", "model.keras", "table.csv", "--config", "lab.toml", "-o", "lab.toml"],
    ],
    ids=" ".join,
)
def test_case_74_an_output_that_is_an_input_is_refused(dlwhy_in_process, garbage, arguments):
    result = dlwhy_in_process(*arguments)

    assert result.code == 2
    assert "is both input and output" in result.error


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "-d", "data.npz", "-o", "h.keras", "--history", "h.keras"],
        ["train", "-d", "data.npz", "-o", "h.keras", "--history", "h.checkpoint.keras", "--checkpoint-every", "1"],
        ["train", "-d", "data.npz", "-o", "h.keras", "--tensorboard", "h.keras"],
        ["train", "-d", "data.npz", "-o", "-", "--history", "-"],
        ["run", "--dir", ".", "--history", "metrics.json"],
        ["run", "--dir", ".", "--tensorboard", "plot.png"],
    ],
    ids=" ".join,
)
def test_two_outputs_to_one_file_are_refused(dlwhy_in_process, garbage, arguments):
    result = dlwhy_in_process(*arguments)

    assert result.code == 2
    assert "write to it" in result.error


def test_an_input_where_a_study_writes_is_refused(dlwhy_in_process, tmp_path):
    (tmp_path / "study" / "depth").mkdir(parents=True)
    (tmp_path / "study" / "depth" / "summary.csv").write_text("a,target\n1,x\n2,y\n")

    result = dlwhy_in_process("study", "depth", "--data", "study/depth/summary.csv")

    assert result.code == 2
    assert "lies in study/depth, where the study writes" in result.error


def test_a_model_whose_recipe_is_compared_is_an_input_too(dlwhy_in_process, tmp_path):
    (tmp_path / "study" / "compare").mkdir(parents=True)
    (tmp_path / "study" / "compare" / "figure.png").write_bytes(b"a model")

    result = dlwhy_in_process(
        "study", "compare", "--arm", " model: study/compare/figure.png", "--arm", "baseline:majority"
    )

    assert result.code == 2
    assert "study/compare/figure.png lies in study/compare, where the study writes" in result.error
    assert (tmp_path / "study" / "compare" / "figure.png").read_bytes() == b"a model"


def test_results_do_not_mix_on_stdout(dlwhy_in_process, garbage):
    assert dlwhy_in_process("evaluate", "-m", "model.keras", "-d", "data.npz", "--metrics", "-").code == 2
    assert dlwhy_in_process("train", "-d", "data.npz", "--history", "-", "--json").code == 2


def test_a_training_that_goes_on_may_replace_its_own_model(dlwhy_in_process, garbage):
    """Refused for what it holds, not for its name."""
    result = dlwhy_in_process("train", "-d", "data.npz", "--resume", "model.keras", "-o", "model.keras")

    assert result.code == 65


def test_case_72_a_read_only_folder_is_refused_first(program, garbage):
    folder = garbage / "locked"
    folder.mkdir(mode=0o555)

    done = subprocess.run(
        [program, "train", "-d", str(garbage / "data.npz"), "-o", str(folder / "model.keras")],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_obey_permissions,
    )

    assert done.returncode == 73
    assert "is not writable" in done.stderr
    assert list(folder.iterdir()) == []


def _obey_permissions() -> None:
    """Give up what lets root write everywhere: CAP_DAC_OVERRIDE, from the next program on."""
    prctl, capability_bounding_set_drop, dac_override = ctypes.CDLL(None).prctl, 24, 1
    prctl(capability_bounding_set_drop, dac_override, 0, 0, 0)


@pytest.mark.parametrize(
    "arguments",
    [
        ["generate", "-o", "new.joblib"],
        ["generate", "-o", "new.csv"],
        ["predict", "-m", "{model}", "{points}", "-o", "new.csv"],
        ["evaluate", "-m", "{model}", "-d", "{data}", "--metrics", "new.json"],
        ["plot", "loss", "-m", "{model}", "-d", "{data}", "-o", "new.png"],
        ["train", "-d", "{data}", "--epochs", "1", "-o", "new.keras"],
        ["train", "-d", "{data}", "--epochs", "1", "-o", "-", "--history", "new.csv"],
    ],
    ids=" ".join,
)
def test_fault_8_no_file_may_have_a_byte(dlwhy_in_process, demo, tmp_path, monkeypatch, arguments):
    """As `ulimit -f 0` and a full disk have it: what is written can't be, not even to look for a temporary folder."""
    paths = {"model": demo / "model.keras", "data": demo / "dataset.joblib", "points": demo / "points.csv"}
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        result = dlwhy_in_process(*(argument.format(**paths) for argument in arguments), "--quiet")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert result.code == 74
    assert "writing failed: File too large" in result.error
    assert list(tmp_path.iterdir()) == []


def test_case_75_a_link_is_kept_and_the_file_behind_it_replaced(dlwhy_in_process, tmp_path):
    (tmp_path / "real.npz").write_bytes(b"old")
    (tmp_path / "link.npz").symlink_to("real.npz")

    assert dlwhy_in_process("generate", "-o", "link.npz").code == 0

    assert (tmp_path / "link.npz").is_symlink()
    assert (tmp_path / "real.npz").read_bytes()[:2] == b"PK"


@pytest.mark.parametrize("name", ["with space.npz", "größe.npz", "two\nlines.npz", "-dash.npz"])
def test_case_59_any_path_works_and_can_be_read(dlwhy_in_process, tmp_path, name):
    written = dlwhy_in_process("generate", f"--output={name}")
    read = dlwhy_in_process("info", "--", name)
    (tmp_path / name).unlink()
    missing = dlwhy_in_process("info", "--", name)

    assert (written.code, read.code, missing.code) == (0, 0, 66)
    assert missing.error.startswith(
        (shlex.quote(name).strip("'"), shlex.quote(name), r"'two\x0alines", r"two\x0alines")
    )
