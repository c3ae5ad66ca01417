"""`dlwhy info`: files described by their content, nothing in them run; and the installation."""

import json
import os
import shutil
import zipfile

import numpy as np
import pytest

from dlwhy import __version__
from dlwhy.data import make, write

KINDS = ("d.joblib", "d.npz", "d.csv")


@pytest.fixture
def data(tmp_path):
    dataset = make("iris")
    for name in KINDS:
        write(dataset, tmp_path / name)
    return dataset


@pytest.mark.parametrize("name", KINDS)
def test_a_data_set_is_described(dlwhy_in_process, data, name):
    code, out, err = dlwhy_in_process("info", name, "--json")

    facts = json.loads(out)
    assert (code, err) == (0, "")
    assert (facts["kind"], facts["format"], facts["task"]) == ("data set", name.split(".")[1], "multiclass")
    assert facts["n_train"] == len(data.y_train)
    assert facts["features"] == list(data.feature_names)
    assert facts["classes"] == list(data.class_names)
    assert facts["fingerprint"] == data.fingerprint


def test_a_description_for_people_names_the_same(dlwhy_in_process, data):
    code, out, err = dlwhy_in_process("info", "d.npz", env={"COLUMNS": "160"})

    assert (code, err) == (0, "")
    for wanted in ("data set", "multiclass", data.fingerprint, *data.feature_names, *data.class_names):
        assert wanted in out


def test_a_narrow_terminal_loses_nothing(dlwhy_in_process, data):
    out = dlwhy_in_process("info", "d.npz", env={"COLUMNS": "50"}).out

    assert data.fingerprint in "".join(line[20:].strip() for line in out.splitlines())


def test_a_model_is_described(dlwhy_in_process, demo):
    code, out, err = dlwhy_in_process("info", demo / "model.keras", "--json")

    facts = json.loads(out)
    assert (code, err) == (0, "")
    assert (facts["kind"], facts["task"], facts["parameters"]) == ("model", "binary", 151)
    assert facts["dataset"]["fingerprint"] == make("moons").fingerprint
    assert "relu" in dlwhy_in_process("info", demo / "model.keras").out


@pytest.mark.parametrize(
    ("name", "other", "kind"), [("model.keras", "m.joblib", "model"), ("dataset.joblib", "d", "data set")]
)
def test_the_content_decides_not_the_name(dlwhy_in_process, demo, tmp_path, name, other, kind):
    shutil.copy(demo / name, tmp_path / other)

    code, out, _ = dlwhy_in_process("info", other, "--json")

    assert code == 0
    assert json.loads(out)["kind"] == kind


@pytest.mark.parametrize("through", ["cat {} |", ""])
def test_stdin_may_hold_a_model_or_a_table(bash, demo, through):
    for name, kind in (("model.keras", "model"), ("points.csv", "data set")):
        path = demo / name
        source = "" if through else f" < {path}"
        result = bash(f"{through.format(path)} dlwhy info - --json{source}")

        assert result.code == 0, result.err
        assert json.loads(result.out)["kind"] == kind


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", 65), (b"\x00" * 100, 65), (b"PK\x03\x04", 65), (b"PK\x03\x04" + b"\xff" * 100, 65), (b"\x80\x04.", 65)],
)
@pytest.mark.parametrize("name", ["x.joblib", "x.npz", "x.keras", "x"])
def test_what_is_neither_is_refused(dlwhy_in_process, tmp_path, name, content, code):
    (tmp_path / name).write_bytes(content)

    result = dlwhy_in_process("info", name)

    assert result.code == code
    assert result.error.startswith(name)
    assert result.out == ""


def test_case_25_hdf5_models_are_refused_by_name(dlwhy_in_process, tmp_path):
    (tmp_path / "model.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))

    result = dlwhy_in_process("info", "model.h5")

    assert result.code == 65
    assert ".keras" in result.error


@pytest.mark.parametrize("kind", ["missing", "folder", "fifo", "device"])
def test_case_15_what_is_no_file_is_unreadable_at_once(dlwhy_in_process, tmp_path, kind):
    path = tmp_path / "x.npz"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)

    assert dlwhy_in_process("info", "/dev/zero" if kind == "device" else path).code == 66


def test_an_npz_of_others_is_a_data_set_that_is_refused(dlwhy_in_process, tmp_path):
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")

    assert "other.npz" in dlwhy_in_process("info", "other.npz").error
    assert dlwhy_in_process("info", "other.zip").code == 65


def test_max_size_is_obeyed(dlwhy_in_process, tmp_path):
    (tmp_path / "big.keras").write_bytes(b"PK\x03\x04" + bytes(3 << 20))

    assert "--max-size" in dlwhy_in_process("info", "big.keras", "--max-size", "2").error


def test_without_a_file_the_installation_is_described(dlwhy_in_process):
    code, out, err = dlwhy_in_process("info", "--json")

    facts = json.loads(out)
    assert (code, err) == (0, "")
    assert facts["version"] == __version__
    assert facts["packages"]["numpy"] == np.__version__
    assert "CPU:0" in facts["devices"]
    assert facts["cache"]["folder"].startswith(os.environ["XDG_CACHE_HOME"])
    assert facts["threads"] >= 1
