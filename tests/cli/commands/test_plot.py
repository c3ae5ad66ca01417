"""`dlwhy plot`: from arguments to a picture."""

import functools
import json
import re

import numpy as np
import pytest

from dlwhy.data.dataset import Column, Dataset
from dlwhy.data.stored import storage
from dlwhy.models import network
from dlwhy.models.details import Details
from dlwhy.models.keras_file import archive
from dlwhy.models.trained import Trained

HOSTILE = "\x1b]0;x\x07\x1b[2J"
PNG = b"\x89PNG"
HISTORY = {"accuracy": [0.5, 0.6], "loss": [0.5, 0.4], "val_accuracy": [0.4, 0.5], "val_loss": [0.6, 0.5]}


@functools.cache
def made(task, n_features, names, *, learnt):
    """Give a data set, and the content of a model's file: once for all tests that ask for the same."""
    X = np.random.default_rng(0).normal(size=(60, n_features)).astype(np.float32)
    y = (
        X[:, 0].astype(np.float32)
        if task == "regression"
        else np.digitize(X[:, 0], (-0.5, 0.5)[: 1 + (task != "binary")])
    )
    y = y if task == "regression" else y.astype(np.int32)
    columns = tuple(Column(name=name) for name in names or [f"x{index}" for index in range(n_features)])
    classes = {"binary": ("a", "b"), "multiclass": ("a", "b", "c"), "regression": ()}[task]
    dataset = Dataset(
        X_train=X[:40],
        X_test=X[40:],
        y_train=y[:40],
        y_test=y[40:],
        name="toy",
        task=task,
        columns=columns,
        class_names=classes,
    )
    model = network.build(
        network.NetworkSpec(layers=(4,)), n_features=n_features, task=task, n_classes=len(classes), seed=0
    )
    details = Details(task=task, columns=columns, class_names=classes)
    history = HISTORY if learnt else {}
    return dataset, archive.to_bytes(Trained(network=model, history=history, details=details))


@pytest.fixture
def toy(tmp_path):
    """Write `d.npz` and `m.keras`: toy("binary", 2)."""

    def write(task="binary", n_features=2, *, learnt=True, names=None):
        dataset, content = made(task, n_features, names and tuple(names), learnt=learnt)
        storage.write(dataset, tmp_path / "d.npz")
        (tmp_path / "m.keras").write_bytes(content)

    return write


FILES = ("-m", "m.keras", "-d", "d.npz")


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("n_features", [1, 2, 4])
def test_the_default_picture_and_its_path(dlwhy_in_process, toy, tmp_path, task, n_features):
    toy(task, n_features)

    assert dlwhy_in_process("plot", *FILES) == (0, "plot.png\n", "")
    assert (tmp_path / "plot.png").read_bytes().startswith(PNG)


def test_case_95_same_bytes_twice(dlwhy_in_process, toy, tmp_path):
    toy("multiclass", 3)
    kinds = ("boundary", "calibration")

    for name in ("a.svg", "b.svg"):  # every format is tried where pictures are drawn
        assert dlwhy_in_process("plot", *kinds, *FILES, "-o", name, "--dpi", "50").code == 0

    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_cases_69_95_same_bytes_in_another_process_that_may_write_ascii_only(dlwhy, dlwhy_in_process, toy, tmp_path):
    toy(names=("größe", "x1"))
    ascii_only = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    assert dlwhy("plot", *FILES, "-o", "a.png", env=ascii_only) == (0, "a.png\n", "")
    assert dlwhy_in_process("plot", *FILES, "-o", "b.png").code == 0

    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_json_says_what_was_drawn(dlwhy_in_process, toy):
    toy()

    found = json.loads(dlwhy_in_process("plot", "roc", *FILES, "-o", "roc.svg", "--json").out)

    assert found == {
        "picture": "roc.svg",
        "kinds": ["roc"],
        "model": "m.keras",
        "data": "d.npz",
        "dpi": 150,
        "style": "light",
    }


def test_two_models_are_drawn_into_one_panel(dlwhy_in_process, toy, tmp_path):
    toy()
    (tmp_path / "other.keras").write_bytes((tmp_path / "m.keras").read_bytes())
    both = ("-m", "m.keras", "-m", "other.keras", "-d", "d.npz")

    found = json.loads(dlwhy_in_process("plot", *both, "-o", "both.svg", "--json").out)
    assert dlwhy_in_process("plot", "loss", "roc", *FILES, "-o", "one.svg").code == 0

    assert (found["models"], found["kinds"]) == (["m.keras", "other.keras"], ["loss", "roc"])
    assert (tmp_path / "both.svg").read_bytes() != (tmp_path / "one.svg").read_bytes()
    assert dlwhy_in_process("plot", "accuracy", "calibration", *both).code == 0


def test_by_default_a_regression_shows_predicted_against_true(dlwhy_in_process, toy):
    toy("regression")

    assert json.loads(dlwhy_in_process("plot", *FILES, "--json").out)["kinds"] == ["boundary", "predicted"]


def test_size_and_dpi_decide_the_pixels(dlwhy_in_process, toy, tmp_path):
    toy()

    assert dlwhy_in_process("plot", "loss", *FILES, "--size", "4x2.5", "--dpi", "100").code == 0

    header = (tmp_path / "plot.png").read_bytes()[16:24]
    assert (int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big")) == (400, 250)


def test_a_picture_on_stdout(bash, toy, tmp_path):
    toy()

    assert bash("dlwhy plot loss -m m.keras -d d.npz -o - > out.png").code == 0
    assert (tmp_path / "out.png").read_bytes().startswith(PNG)


def test_chosen_features(dlwhy_in_process, toy, tmp_path):
    toy(n_features=4)
    assert dlwhy_in_process("plot", "boundary", *FILES, "--x", "x3", "--y", "x1", "-o", "a.svg").code == 0
    assert dlwhy_in_process("plot", "boundary", *FILES, "--x", "x1", "--y", "x3", "-o", "b.svg").code == 0

    assert (tmp_path / "a.svg").read_bytes() != (tmp_path / "b.svg").read_bytes()


def test_without_history_the_default_leaves_the_loss_out(dlwhy_in_process, toy):
    toy(learnt=False)

    code, out, err = dlwhy_in_process("plot", *FILES, "--json")

    assert code == 0
    assert json.loads(out)["kinds"] == ["boundary"]
    assert "no history: the loss is left out" in err
    assert dlwhy_in_process("plot", "loss", *FILES).code == 65


def test_a_film_of_a_training_that_kept_snapshots_and_none_of_one_that_did_not(dlwhy_in_process, demo, tmp_path):
    data = ("-d", demo / "dataset.joblib")
    recipe = ("--epochs", "3", "--engine", "graph", "--quiet")
    assert dlwhy_in_process("train", *data, *recipe, "--snapshots", "2").code == 0
    film = dlwhy_in_process("plot", "animation", *data, "--size", "8x4", "--dpi", "50", "--lang", "it", "--quiet")
    assert film == (0, "plot.gif\n", "")
    assert (tmp_path / "plot.gif").read_bytes().startswith(b"GIF89a")
    assert dlwhy_in_process("plot", "gradients", *data, "--dpi", "50") == (0, "plot.png\n", "")

    failed = dlwhy_in_process("plot", "animation", *data, "-m", demo / "model.keras")
    assert failed.code == 2
    assert "has no snapshots of its training (train it with dlwhy train --snapshots 30)" in failed.error


def test_pictures_in_italian_keep_the_names_in_the_data_and_only_they_name_a_language(dlwhy_in_process, toy, tmp_path):
    toy(names=["loss", "epoch"])
    drawn = dlwhy_in_process("plot", "--lang", "it", "--json", *FILES, "-o", "p.svg")
    assert json.loads(drawn[1])["language"] == "it"
    said = re.findall("<!-- (.*) -->", (tmp_path / "p.svg").read_text(encoding="utf-8"))
    assert {"loss", "righe di prova", "probabilità della classe b", "parte tenuta da parte"} <= {*said}
    assert [text for text in said if re.fullmatch("[0-9],[0-9]+", text)]
    assert not [text for text in said if "rows" in text or re.search(r"\d\.\d", text)]

    assert "language" not in json.loads(dlwhy_in_process("plot", "--json", *FILES)[1])
    refused = dlwhy_in_process("plot", "--lang", "fr", "-m", "none.keras")
    assert (refused.code, "--lang fr: no such language (there is en, it)" in refused.error) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["xyz"],
            "xyz: no such kind of picture (there is boundary, loss, accuracy, confusion, roc, calibration, pred",
        ),
        ([HOSTILE], "\\x1b]0;x"),
        (["-o", "plot.gif"], ".png, .svg or .pdf"),
        (["-o", "-", "--json"], "can't both go to stdout"),
        (["-m", "-", "-d", "-"], "can't both come from stdin"),
        (["--size", "wide"], "--size must be WxH"),
        (["--size", "8x"], "--size must be WxH"),
        (["--size", "nanx4"], "1 to 200 inches"),
        (["--size", "0x4"], "1 to 200 inches"),
        (["--size", "100x100", "--dpi", "1200"], "100 megapixels"),
        (
            ["boundary", "-m", "a.keras", "-m", "b.keras"],
            "boundary: drawn for one model only, not 2 (name one -m; drawn",
        ),
        (["animation", "loss"], "animation: a film of one model, drawn alone"),
        (["animation", "-m", "a.keras", "-m", "b.keras"], "animation: a film of one model, drawn alone"),
        (["animation", "-o", "film.png"], "film.png: an animation is saved as .gif or .mp4"),
        (["animation", "--show"], "--show opens a picture, not an animation"),
        (["animation", "--terminal"], "animation: not drawn in a terminal"),
        (["loss", "confusion", "-m", "a.keras", "-m", "b.keras"], "confusion: drawn for one model only, not 2"),
        (
            ["sweep", "--x", "x0"],
            "--x is for boundary, neurons, replicas and animation, not for sweep",
        ),
        (["sweep", "--y", "x0"], "those of its maps are in the file of the sweep"),
        (["sweep", "-d", "moons.joblib"], "--data: the file of a sweep has all that is drawn"),
        (["roc", "layers", "--y", "x0"], "animation, not for roc, layers"),
        (["--terminal", "--dpi", "80"], "--dpi is of a picture in a file (name one with -o, beside --terminal)"),
        (["--terminal", "--lang", "it"], "--lang is of a picture in a file"),
        (["--terminal", "--no-clobber"], "--no-clobber is of a picture in a file"),
    ],
    ids=str,
)
def test_usage_errors_come_before_anything_is_read(dlwhy_in_process, tmp_path, arguments, message):
    result = dlwhy_in_process("plot", *arguments)

    assert result.code == 2
    assert message in result.error
    assert "\x1b" not in result.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("task", "arguments", "code"),
    [
        ("binary", ["boundary", "--x", "nope"], 2),
        ("regression", ["confusion"], 2),
        ("regression", ["roc"], 2),
        ("regression", ["accuracy"], 0),
        ("regression", ["predicted", "residuals"], 0),
        ("binary", ["predicted"], 2),
        ("binary", ["residuals"], 2),
        ("binary", ["loss", "--size", "1x1"], 2),
        ("binary", ["loss", "boundary", "--x", "x1"], 0),
    ],
)
def test_what_the_data_do_not_have(dlwhy_in_process, toy, tmp_path, task, arguments, code):
    toy(task)

    assert dlwhy_in_process("plot", *arguments, *FILES).code == code
    assert (tmp_path / "plot.png").exists() == (code == 0)


def test_no_clobber_keeps_the_old_picture(dlwhy_in_process, toy, tmp_path):
    toy()
    (tmp_path / "plot.png").write_bytes(b"old")

    assert dlwhy_in_process("plot", *FILES, "--no-clobber").code == 73
    assert (tmp_path / "plot.png").read_bytes() == b"old"


def test_show_without_a_screen_is_a_warning(dlwhy_in_process, toy):
    toy()

    code, out, err = dlwhy_in_process("plot", "loss", *FILES, "--show")

    assert (code, out) == (0, "plot.png\n")
    assert err == "dlwhy: warning: there is no screen to show the picture on\n"


def test_options_from_a_file(dlwhy_in_process, toy, tmp_path):
    toy()
    (tmp_path / "lab.toml").write_text('[plot]\noutput = "from-file.png"\nstyle = "dark"\ndpi = 40\n')

    found = json.loads(dlwhy_in_process("plot", *FILES, "--config", "lab.toml", "--json").out)

    assert (found["picture"], found["style"], found["dpi"]) == ("from-file.png", "dark", 40)


def test_case_65_names_do_no_harm(dlwhy_in_process, toy, tmp_path):
    toy(n_features=3, names=(HOSTILE, "$x^2$", "<script>"))

    code, out, err = dlwhy_in_process("plot", *FILES, "-o", "plot.svg", "--x", HOSTILE, "--y", "$x^2$")

    assert (code, out, err) == (0, "plot.svg\n", "")
    content = (tmp_path / "plot.svg").read_bytes()
    assert not {0x1B, 0x07} & set(content)


def test_terminal_draws_there_and_leaves_no_file(demo, tmp_path, dlwhy_in_process):
    files = ("-m", demo / "model.keras", "-d", demo / "dataset.joblib")
    done = dlwhy_in_process("plot", *files, "--terminal", env={"COLUMNS": "80", "LINES": "24"})

    assert done.code == 0, done.err
    assert max(map(len, done.out.splitlines())) <= 80
    assert len(done.out.splitlines()) < 24
    assert "held-out" in done.out
    assert list(tmp_path.iterdir()) == []
    assert dlwhy_in_process("plot", "loss", *files, "--terminal", "-o", "loss.png").code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["loss.png"]


@pytest.mark.parametrize("more", [("roc",), ("--json",), ("--show",), ("-m", "other.keras"), ("-o", "-")])
def test_terminal_refuses_what_is_not_drawn_there(dlwhy_in_process, more):
    done = dlwhy_in_process("plot", *more, "-m", "model.keras", "--terminal")
    assert done.code == 2
    assert "terminal" in done.error
