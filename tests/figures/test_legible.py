"""Every kind of picture through one harness, in all sizes and styles, with names as long as a stranger's."""

import dataclasses
import re

import numpy as np
import pytest
from matplotlib.text import Text

from dlwhy.data.dataset import Column
from dlwhy.errors import UsageError
from dlwhy.figures.kinds import KINDS, draw
from tests.figures.conftest import NEEDS
from tests.figures.legible import drawn_in_a_style, faults

LONG = "the number of times that a customer has called the service desk within the last twelve months"
TASKS = {"accuracy": "bm", "confusion": "bm", "roc": "bm", "calibration": "bm", "predicted": "r", "residuals": "r"}
NAMES = {"b": "binary", "m": "multiclass", "r": "regression"}
CASES = [(kind, NAMES[task]) for kind in KINDS for task in TASKS.get(kind, "bmr")]
LOOKS = [("light", None), ("large", None), ("light", (4, 3)), ("light", (12, 5))]
ALONE = ("predicted", "residuals")  # kinds of one task only

pytestmark = pytest.mark.usefixtures("coarse")


def looks():
    """Every kind of picture in every look and every task in every look; all three together are slow."""
    for place, (kind, task) in enumerate(CASES):
        for index, look in enumerate(LOOKS):
            quick = kind in ALONE or index // 2 == place % 2
            yield pytest.param(kind, task, *look, marks=() if quick else pytest.mark.slow)


@pytest.fixture
def hard(subject_of):
    """Make a subject with long names, wrongly classified rows and a loss that falls by decades."""

    def make(task, n_features=2, *, groups=False, **needs):
        classes = {"binary": 2, "multiclass": 12, "regression": 0}[task]
        names = [f"{LONG} {index}" for index in range(n_features)]
        subject = subject_of(
            task, n_features, names=names, classes=[f"{LONG} class {index}" for index in range(classes)], **needs
        )
        loss = np.geomspace(1, 1e-6, 40).tolist()
        history = {**subject.history, "loss": loss, "val_loss": [*loss[:20], *loss[20:0:-1]]}
        columns = subject.dataset.columns
        if groups:  # the first three features become the dummies of a category
            X = {part: np.array(getattr(subject.dataset, part)) for part in ("X_train", "X_test")}
            for rows in X.values():
                rows[:, :3] = np.eye(3, dtype=np.float32)[rows[:, :3].argmax(axis=1)]
            category = Column(name=LONG, kind="categorical", categories=tuple(f"{LONG} {i}" for i in range(3)))
            columns = (category, *columns[3:])
            subject = dataclasses.replace(subject, dataset=dataclasses.replace(subject.dataset, **X))
        dataset = dataclasses.replace(subject.dataset, name=LONG, target_name=LONG, columns=columns)
        noisy = dataclasses.replace(subject, predict=lambda X: subject.predict(X - 0.1 * np.sign(X[:, -1:])))
        return dataclasses.replace(noisy, dataset=dataset, history=history, name=f"runs/{LONG}.keras")

    return make


@pytest.mark.parametrize(("kind", "task", "look", "size"), list(looks()), ids=str)
def test_no_text_is_cut_or_covered(kind, task, look, size, hard):
    assert faults(drawn_in_a_style([hard(task, **NEEDS.get(kind, {}))], [kind], look, size)) == []


def test_at_every_resolution(hard):
    figure = drawn_in_a_style([hard("binary")], ["boundary", "loss"])
    assert {dpi: faults(figure, dpi) for dpi in (50, 300)} == {50: [], 300: []}


@pytest.mark.parametrize(
    ("task", "n_features", "groups"),
    [
        ("binary", 1, False),
        ("multiclass", 3, True),
        ("regression", 3, True),
        ("binary", 6, True),
        ("multiclass", 4, False),
    ],
)
def test_curves_groups_and_means_over_rows(task, n_features, groups, hard):
    assert faults(drawn_in_a_style([hard(task, n_features, groups=groups)], ["boundary"])) == []


@pytest.mark.parametrize("kinds", [["loss", "roc"], ["accuracy", "calibration"]], ids=str)
def test_several_models(kinds, hard):
    subjects = [dataclasses.replace(hard("multiclass"), name=f"{LONG}/{index}/model.keras") for index in range(7)]
    assert faults(drawn_in_a_style(subjects, kinds)) == []


@pytest.mark.parametrize(
    ("look", "size", "half"),
    [
        ("dark", (18, 12), slice(0, None, 2)),
        ("large", (29.1, 17), slice(1, None, 2)),  # what is named as enough where 24x14 is asked for
        pytest.param("dark", (18, 22), slice(None), marks=pytest.mark.slow),
    ],
)
def test_many_kinds_at_once(look, size, half, hard):
    kinds = [kind for kind in KINDS if kind not in ALONE][half]
    assert (
        faults(drawn_in_a_style([hard("multiclass", **NEEDS["slices"], **NEEDS["replicas"])], kinds, look, size)) == []
    )


def test_a_slide_as_small_as_can_be(hard):
    for kind in ("boundary", "roc"):
        assert faults(drawn_in_a_style([hard("binary")], [kind], "large", (4, 3))) == []


@pytest.mark.parametrize("task", NAMES.values())
def test_short_names_are_drawn_whole(task, subject_of):
    figure = drawn_in_a_style([subject_of(task)], None, size=(6, 3))
    assert faults(figure) == []
    assert not any("…" in text.get_text() for text in figure.findobj(Text))


def test_the_harness_sees_what_is_wrong(subject_of):
    figure = drawn_in_a_style([subject_of()], ["loss"])
    ax = figure.axes[0]
    figure.text(0.98, 0.5, "beyond the edge")
    ax.text(0.5, 0.5, "one", transform=ax.transAxes)
    ax.text(0.5, 0.5, "another", transform=ax.transAxes)
    figure.text(0.5, 0.4, "over the lines")

    found = " ".join(faults(figure))
    assert "cut: 'beyond the edge'" in found
    assert "overlap: 'one' and 'another'" in found
    assert "on a panel: 'over the lines'" in found


def test_too_small_a_size_is_refused_with_the_smallest_that_works(subject_of):
    with pytest.raises(UsageError, match=r"--size 1x1: too small to read \(of this shape") as refused:
        draw([subject_of()], ["boundary"], size=(1, 1))

    width, height = map(float, re.findall(r"[\d.]+", str(refused.value).split("shape")[1]))
    assert 1 < width == height < 4
    draw([subject_of()], ["boundary"], size=(width, height))
