"""Every kind of picture through one harness, then what each must show: data, axes and labels, not pixels."""

import dataclasses

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.image import AxesImage
from sklearn import metrics as sk

from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.figures import style
from dlwhy.figures.boundary import BoundaryDisplay
from dlwhy.figures.calibration import CalibrationDisplay
from dlwhy.figures.confusion import ConfusionDisplay
from dlwhy.figures.curve import CurveDisplay
from dlwhy.figures.history import HistoryDisplay
from dlwhy.figures.kinds import KINDS, draw
from dlwhy.figures.roc import RocDisplay

HOSTILE = ("$a_b$", "<script>", "c\x1b]0;x\x07\x1b[2J")


def texts(figure):
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def title_of(ax):
    return ax.get_title(loc="left") or ax.get_title()


def tasks_of(kind):
    return ("binary", "multiclass", "regression") if kind in ("boundary", "loss") else ("binary", "multiclass")


CASES = [(kind, task, n) for kind in KINDS for task in tasks_of(kind) for n in (1, 2, 5)]


@pytest.mark.parametrize(("kind", "task", "n_features"), CASES)
def test_every_kind_draws_and_saves(kind, task, n_features, subject_of, tmp_path):
    with style.styled():
        figure = draw(subject_of(task, n_features), [kind])
        style.save(figure, tmp_path / "plot.png", dpi=40)

    axes = figure.axes[0]
    assert title_of(axes)
    assert axes.get_xlabel()
    assert axes.get_ylabel()
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("kind", "task", "n_features"), CASES)
def test_case_65_names_are_drawn_as_they_are_and_harmless(kind, task, n_features, subject_of, tmp_path):
    names = [f"{HOSTILE[index % 3]}{index}" for index in range(n_features)]
    classes = {"binary": HOSTILE[1:], "multiclass": HOSTILE, "regression": ()}[task]
    subject = subject_of(task, n_features, classes=classes, names=names)
    subject = dataclasses.replace(
        subject, dataset=dataclasses.replace(subject.dataset, name=HOSTILE[2], target_name="$")
    )

    figure = draw(subject, [kind])  # without our style: a name is no formula in a notebook either
    style.save(figure, tmp_path / "plot.svg")

    assert not any("\x1b" in text or "\x07" in text for text in texts(figure))
    content = (tmp_path / "plot.svg").read_bytes()
    assert b"<script>" not in content
    assert b"\x1b" not in content


@pytest.mark.parametrize("kind", ["accuracy", "confusion", "roc", "calibration"])
def test_kinds_for_classes_refuse_regression(kind, subject_of):
    subject = subject_of("regression", history={"loss": [1.0]})

    with pytest.raises((UsageError, InputRefusedError), match=r"for classes only|no accuracy history"):
        draw(subject, [kind])


@pytest.mark.parametrize("kind", ["confusion", "roc", "calibration"])
def test_kinds_of_the_test_part_need_one(kind, subject_of):
    with pytest.raises(InputRefusedError, match="toy has no test part"):
        draw(subject_of(n_test=0), [kind])


def test_an_unknown_kind_is_a_usage_error_that_lists_the_kinds(subject_of):
    with pytest.raises(
        UsageError, match=r"neurons: no such kind.*boundary, loss, accuracy, confusion, roc, calibration"
    ):
        draw(subject_of(), ["neurons"])


@pytest.mark.parametrize(("count", "shape"), [(1, (1, 1)), (2, (1, 2)), (4, (2, 2)), (5, (2, 3))])
def test_kinds_lie_side_by_side(count, shape, subject_of):
    figure = draw(subject_of(), ["loss"] * count)

    assert len(figure.axes) == count
    grid = figure.axes[0].get_subplotspec().get_gridspec()
    assert (grid.nrows, grid.ncols) == shape


# --- boundary


def test_binary_boundary_shows_probability_line_and_both_parts(subject_of):
    shown = BoundaryDisplay.from_subject(subject_of()).plot()
    ax = shown.ax_
    image = next(child for child in ax.get_children() if isinstance(child, AxesImage))
    train, test = (
        child for child in ax.get_children() if isinstance(child, PathCollection) and len(child.get_offsets())
    )

    assert (image.get_array() == shown.cut.response).all()
    assert image.get_clim() == (0, 1)
    assert len(train.get_offsets()) == 60
    assert len(test.get_offsets()) == 30
    assert train.get_paths()[0].vertices.shape != test.get_paths()[0].vertices.shape
    assert title_of(ax) == "toy: test accuracy 1.000"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b", "train rows", "test rows", "p = 0.5"]
    assert "probability of class b" in texts(ax.figure)


def test_the_line_lies_where_the_probability_is_a_half(subject_of):
    ax = BoundaryDisplay.from_subject(subject_of()).plot().ax_
    line = next(child for child in ax.get_children() if type(child).__name__ == "QuadContourSet")
    places = np.concatenate([path.vertices for path in line.get_paths()])

    assert np.abs(places[:, 0]).max() < 0.01


def test_a_model_that_is_never_in_doubt_has_no_line(subject_of):
    sure = dataclasses.replace(subject_of(), predict=lambda X: np.full(len(X), 0.9, np.float32))
    ax = BoundaryDisplay.from_subject(sure).plot().ax_

    assert not [child for child in ax.get_children() if type(child).__name__ == "QuadContourSet"]


def test_of_several_classes_the_likeliest_colours_the_place(subject_of):
    shown = BoundaryDisplay.from_subject(subject_of("multiclass")).plot()
    image = np.asarray(next(child for child in shown.ax_.get_children() if isinstance(child, AxesImage)).get_array())
    blue = style.lightened(style.class_colors(3)[0])

    # far to the left the first class is certain; half way to the second the place is pale
    assert image[0, 0] == pytest.approx(blue, abs=0.02)
    middle = np.abs(shown.cut.grids[0] + 0.5).argmin()
    assert image[0, middle].min() > image[0, 0].min()


def test_a_slice_says_so(subject_of):
    ax = BoundaryDisplay.from_subject(subject_of(n_features=5), "x3", "x1").plot().ax_

    assert "slice: 3 other features held at the training median" in title_of(ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x3", "x1")


def test_a_surface_of_numbers_and_its_rows_share_their_colours(subject_of):
    subject = subject_of("regression")
    shown = BoundaryDisplay.from_subject(subject).plot()
    image = next(child for child in shown.ax_.get_children() if isinstance(child, AxesImage))
    train = next(child for child in shown.ax_.get_children() if isinstance(child, PathCollection))

    assert image.get_clim() == train.get_clim()
    assert image.get_cmap().name == train.get_cmap().name
    assert (train.get_array() == subject.dataset.y_train).all()
    assert "height" in texts(shown.ax_.figure)
    assert title_of(shown.ax_) == "toy: test RMSE 0"


def test_thinned_rows_are_counted_in_the_legend(subject_of):
    ax = BoundaryDisplay.from_subject(subject_of(n_test=5000)).plot().ax_

    assert "test rows (2,000 of 5,000)" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_without_test_rows_none_are_drawn_or_named(subject_of):
    ax = BoundaryDisplay.from_subject(subject_of(n_test=0)).plot().ax_

    assert title_of(ax) == "toy"
    assert "test rows" not in [text.get_text() for text in ax.get_legend().get_texts()]


# --- one feature


def test_a_curve_of_numbers(subject_of):
    subject = subject_of("regression", 1)
    ax = CurveDisplay.from_subject(subject).plot().ax_
    lines = {line.get_label(): line for line in ax.get_lines()}

    assert lines["prediction"].get_ydata() == pytest.approx(2 * lines["prediction"].get_xdata(), abs=1e-6)
    assert (lines["test rows"].get_ydata() == subject.dataset.y_test).all()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x0", "height")


@pytest.mark.parametrize(
    ("task", "names"), [("binary", ["probability of class b", "a", "b"]), ("multiclass", list("abc"))]
)
def test_curves_of_probabilities(task, names, subject_of):
    ax = CurveDisplay.from_subject(subject_of(task, 1)).plot().ax_

    assert [text.get_text() for text in ax.get_legend().get_texts()] == names
    assert [len(points.get_offsets()) for points in ax.collections] == [60, 30]


# --- history


def test_history_runs_over_the_epochs_from_one(subject_of):
    ax = HistoryDisplay.from_history(subject_of().history).plot().ax_
    train, held_out = ax.get_lines()

    assert train.get_xdata().tolist() == [1, 2, 3]
    assert train.get_ydata().tolist() == [0.9, 0.5, 0.3]
    assert held_out.get_ydata().tolist() == [1.0, 0.6, 0.4]
    assert title_of(ax) == "Loss per epoch"


def test_one_epoch_is_a_point_and_no_validation_no_second_line():
    ax = HistoryDisplay.from_history({"loss": [0.5]}).plot().ax_

    assert [line.get_marker() for line in ax.get_lines()] == ["o"]


def test_no_history_is_refused():
    with pytest.raises(InputRefusedError, match="no loss history"):
        HistoryDisplay.from_history({})


# --- confusion, ROC, calibration


def test_confusion_counts_and_names(subject_of):
    subject = subject_of("multiclass")
    shown = ConfusionDisplay.from_subject(subject).plot()
    y_pred = subject.test_prob.argmax(axis=1)
    expected = sk.confusion_matrix(subject.dataset.y_test, y_pred, labels=range(3))

    assert (shown.counts == expected).all()
    assert [text.get_text() for text in shown.ax_.texts] == [str(count) for count in expected.ravel()]
    assert [label.get_text() for label in shown.ax_.get_xticklabels()] == ["a", "b", "c"]


def test_confusion_of_many_classes_has_colours_only():
    shown = ConfusionDisplay(counts=np.eye(90, dtype=int), class_names=[f"class number {i}" for i in range(90)]).plot()

    assert not shown.ax_.texts
    assert len(shown.ax_.get_xticklabels()) == 30


def test_roc_is_scikit_learns(subject_of):
    subject = subject_of("multiclass")
    noisy = dataclasses.replace(subject, predict=lambda X: 0.5 * subject.predict(X) + 0.5 * subject.predict(X[::-1]))
    shown = RocDisplay.from_subject(noisy).plot()

    for index, name in enumerate("abc"):
        expected = sk.roc_auc_score(subject.dataset.y_test == index, noisy.test_prob[:, index])
        assert shown.areas()[name] == pytest.approx(expected)
    assert "guessing (0.500)" in texts(shown.ax_.figure)


def test_binary_roc_is_of_the_second_class(subject_of):
    assert RocDisplay.from_subject(subject_of()).areas() == {"b": 1.0}


def test_roc_of_one_class_is_refused(subject_of):
    subject = subject_of()
    ones = dataclasses.replace(subject.dataset, y_test=np.ones_like(subject.dataset.y_test))

    with pytest.raises(InputRefusedError, match="holds one class"):
        RocDisplay.from_subject(dataclasses.replace(subject, dataset=ones))


def test_calibration_shows_bins_with_rows_only(subject_of):
    shown = CalibrationDisplay.from_subject(subject_of()).plot()
    points = shown.ax_.containers[1].lines[0]
    filled = shown.bins.count > 0

    assert points.get_xdata() == pytest.approx(shown.bins.confidence[filled])
    assert points.get_ydata() == pytest.approx(shown.bins.frequency[filled])
    assert shown.ax_.get_xlabel() == "predicted probability of class b"
