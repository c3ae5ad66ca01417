"""Every kind of picture through one harness, then what each must show: data, axes and labels, not pixels."""

import dataclasses

import pytest

from dlwhy.errors import UsageError
from dlwhy.figures.drawing import style
from dlwhy.figures.kinds import KINDS, default_kinds, draw
from tests.figures.conftest import NEEDS
from tests.figures.legible import texts, title_of

HOSTILE = ("$a_b$", "<script>", "c\x1b]0;x\x07\x1b[2J")


def tasks_of(kind):
    classes = ("binary", "multiclass")
    if kind in ("boundary", "loss", "importance", "slices", "neurons", "layers", "weights"):
        return (*classes, "regression")
    return ("regression",) if kind in ("predicted", "residuals") else classes


CASES = [
    (kind, task, n) for kind in KINDS for task in tasks_of(kind) for n in ((1, 2, 5) if kind == "boundary" else (2,))
]


@pytest.mark.parametrize(("kind", "task", "n_features"), CASES)
def test_every_kind_draws_and_saves(kind, task, n_features, subject_of, tmp_path):
    with style.styled():
        figure = draw([subject_of(task, n_features, **NEEDS.get(kind, {}))], [kind])
        style.save(figure, tmp_path / "plot.png", dpi=40)

    axes = figure.axes[0]
    assert title_of(axes)
    assert any(each.get_xlabel() for each in (axes, *axes.child_axes))
    assert bool(axes.get_ylabel()) == (kind not in ("neurons", "layers", "replicas"))  # maps have no axis upwards
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("kind", "task", "n_features"), CASES)
def test_case_65_names_are_drawn_as_they_are_and_harmless(kind, task, n_features, subject_of, tmp_path):
    names = [f"{HOSTILE[index % 3]}{index}" for index in range(n_features)]
    classes = {"binary": HOSTILE[1:], "multiclass": HOSTILE, "regression": ()}[task]
    subject = subject_of(task, n_features, classes=classes, names=names, **NEEDS.get(kind, {}))
    subject = dataclasses.replace(
        subject, dataset=dataclasses.replace(subject.dataset, name=HOSTILE[2], target_name="$")
    )

    figure = draw([subject], [kind])  # without our style: a name is no formula in a notebook either
    style.save(figure, tmp_path / "plot.svg")

    assert not any("\x1b" in text or "\x07" in text for text in texts(figure))
    content = (tmp_path / "plot.svg").read_bytes()
    assert b"<script>" not in content
    assert b"\x1b" not in content


def test_an_unknown_kind_is_a_usage_error_that_lists_the_kinds(subject_of):
    with pytest.raises(
        UsageError,
        match=r"xyz: no such kind.*boundary, loss, accuracy, confusion, roc, calibration, predicted, residuals, "
        r"importance, slices, neurons, layers, weights, replicas, gradients, animation, sweep",
    ):
        draw([subject_of()], ["xyz"])


@pytest.mark.parametrize(("count", "shape"), [(1, (1, 1)), (2, (1, 2)), (4, (2, 2)), (5, (2, 3))])
def test_kinds_lie_side_by_side(count, shape, subject_of):
    figure = draw([subject_of()], ["loss"] * count)

    assert len(figure.axes) == count
    grid = figure.axes[0].get_subplotspec().get_gridspec()
    assert (grid.nrows, grid.ncols) == shape


def test_several_models_in_one_panel(subject_of):
    subjects = [dataclasses.replace(subject_of(), name=f"m{index}.keras") for index in range(3)]
    subjects[1] = dataclasses.replace(subjects[1], history={"loss": [0.5, 0.1], "val_loss": [0.6, 0.2]})
    subjects[2] = dataclasses.replace(subjects[2], predict=lambda X: 1 - subjects[0].predict(X))
    figure = draw(subjects)
    loss, roc = figure.axes

    assert title_of(loss) == "Held-out loss lowest with m1.keras: 0.2 at epoch 2"
    assert title_of(roc) == "ROC on the test part: largest area with m0.keras, 1.000"
    names = [[text.get_text() for text in ax.get_legend().get_texts()] for ax in (loss, roc)]
    assert names[0][:3] == ["m0.keras", "m1.keras", "m2.keras"]
    assert names[1] == ["m0.keras: 1.000", "m1.keras: 1.000", "m2.keras: 0.000", "guessing: 0.500"]
    assert len({line.get_color() for line in roc.get_lines()[:3]}) == 3


def test_models_whose_names_read_the_same_are_counted(subject_of):
    ax = draw([subject_of(), subject_of()], ["loss"]).axes[0]

    assert [text.get_text() for text in ax.get_legend().get_texts()][:2] == ["the model", "the model (2)"]


@pytest.mark.parametrize(
    "kind", ["boundary", "confusion", "predicted", "residuals", "importance", "slices", "neurons", "layers", "weights"]
)
def test_what_cannot_be_drawn_together_is_refused(kind, subject_of):
    with pytest.raises(UsageError, match=f"{kind}: drawn for one model only, not 2"):
        draw([subject_of(), subject_of()], ["loss", kind])


@pytest.mark.parametrize(
    ("task", "n_test", "expected"),
    [
        ("binary", 30, ["boundary", "loss"]),
        ("regression", 30, ["boundary", "predicted"]),
        ("regression", 0, ["boundary", "loss"]),
    ],
)
def test_what_is_drawn_by_default(task, n_test, expected, subject_of):
    assert default_kinds([subject_of(task, n_test=n_test)]) == expected


def test_epochs_and_moments_share_no_axis(subject_of):
    epochs = subject_of()
    moments = dataclasses.replace(epochs, unit="moment", name="other")
    with pytest.raises(UsageError, match=r"loss of epochs and of the moments of --keep-best can't share an axis"):
        draw([epochs, moments], ["loss"])
