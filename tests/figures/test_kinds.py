"""Every kind of picture through one harness, then what each must show: data, axes and labels, not pixels."""

import dataclasses

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.image import AxesImage
from sklearn import metrics as sk

from dlwhy.errors import InputRefusedError, UnusableResultError, UsageError
from dlwhy.evaluation import reliability
from dlwhy.figures.boundary import BoundaryDisplay
from dlwhy.figures.calibration import CalibrationDisplay
from dlwhy.figures.confusion import ConfusionDisplay
from dlwhy.figures.curve import CurveDisplay
from dlwhy.figures.drawing import style
from dlwhy.figures.history import HistoryDisplay
from dlwhy.figures.kinds import KINDS, default_kinds, draw
from dlwhy.figures.predicted import PredictedDisplay
from dlwhy.figures.residuals import ResidualsDisplay
from dlwhy.figures.roc import RocDisplay
from tests.figures.legible import faults

HOSTILE = ("$a_b$", "<script>", "c\x1b]0;x\x07\x1b[2J")


def texts(figure):
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def title_of(ax):
    return ax.get_title(loc="left") or ax.get_title()


def tasks_of(kind):
    classes = ("binary", "multiclass")
    return {"boundary": (*classes, "regression"), "loss": (*classes, "regression")}.get(
        kind, ("regression",) if kind in ("predicted", "residuals") else classes
    )


CASES = [
    (kind, task, n) for kind in KINDS for task in tasks_of(kind) for n in ((1, 2, 5) if kind == "boundary" else (2,))
]


@pytest.mark.parametrize(("kind", "task", "n_features"), CASES)
def test_every_kind_draws_and_saves(kind, task, n_features, subject_of, tmp_path):
    with style.styled():
        figure = draw([subject_of(task, n_features)], [kind])
        style.save(figure, tmp_path / "plot.png", dpi=40)

    axes = figure.axes[0]
    assert title_of(axes)
    assert any(each.get_xlabel() for each in (axes, *axes.child_axes))
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

    figure = draw([subject], [kind])  # without our style: a name is no formula in a notebook either
    style.save(figure, tmp_path / "plot.svg")

    assert not any("\x1b" in text or "\x07" in text for text in texts(figure))
    content = (tmp_path / "plot.svg").read_bytes()
    assert b"<script>" not in content
    assert b"\x1b" not in content


@pytest.mark.parametrize("kind", ["accuracy", "confusion", "roc", "calibration"])
def test_kinds_for_classes_refuse_regression(kind, subject_of):
    subject = subject_of("regression", history={"loss": [1.0]})

    with pytest.raises((UsageError, InputRefusedError), match=r"for classes only|no accuracy history"):
        draw([subject], [kind])


@pytest.mark.parametrize(
    ("kind", "task"),
    [("boundary", "binary"), ("roc", "binary"), ("calibration", "multiclass"), ("predicted", "regression")],
)
def test_predictions_that_are_no_numbers_are_not_drawn(kind, task, subject_of):
    subject = subject_of(task)
    broken = dataclasses.replace(subject, predict=lambda X: np.full_like(subject.predict(X), np.nan))

    with pytest.raises(UnusableResultError, match="not finite numbers"):
        draw([broken], [kind])


@pytest.mark.parametrize("kind", ["confusion", "roc", "calibration"])
def test_kinds_of_the_test_part_need_one(kind, subject_of):
    with pytest.raises(InputRefusedError, match="toy has no test part"):
        draw([subject_of(n_test=0)], [kind])


def test_an_unknown_kind_is_a_usage_error_that_lists_the_kinds(subject_of):
    with pytest.raises(
        UsageError,
        match=r"neurons: no such kind.*boundary, loss, accuracy, confusion, roc, calibration, predicted, residuals",
    ):
        draw([subject_of()], ["neurons"])


@pytest.mark.parametrize(("count", "shape"), [(1, (1, 1)), (2, (1, 2)), (4, (2, 2)), (5, (2, 3))])
def test_kinds_lie_side_by_side(count, shape, subject_of):
    figure = draw([subject_of()], ["loss"] * count)

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

    assert (image.get_array() == shown.found.response).all()
    assert image.get_clim() == (0, 1)
    assert len(train.get_offsets()) == 60
    assert len(test.get_offsets()) == 30
    assert train.get_paths()[0].vertices.shape != test.get_paths()[0].vertices.shape
    assert title_of(ax) == "toy: test accuracy 1.000"
    assert ax.get_aspect() == 1  # as long a unit on both axes
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
    blue = style.muted(style.class_colors(3)[0])

    # far to the left the first class is certain; half way to the second the place is pale
    assert image[0, 0] == pytest.approx(blue, abs=0.02)
    middle = np.abs(shown.found.grids[0] + 0.5).argmin()
    assert image[0, middle].min() > image[0, 0].min()


def test_a_mean_over_rows_says_so(subject_of):
    ax = BoundaryDisplay.from_subject(subject_of(n_features=5), "x3", "x1").plot().ax_

    assert "ground: mean over the 30 nearest rows, moved there" in title_of(ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x3", "x1")
    assert "mean probability of class b" in texts(ax.figure)
    assert "mean p = 0.5" in texts(ax.figure)


def test_wrongly_classified_rows_are_crossed_and_counted(subject_of):
    subject = subject_of()
    turned = dataclasses.replace(subject, predict=lambda X: subject.predict(X - np.float32([0.3, 0])))
    wrong = (subject.dataset.X_train[:, 0] > 0) & (subject.dataset.X_train[:, 0] < 0.3)
    wrong_test = (subject.dataset.X_test[:, 0] > 0) & (subject.dataset.X_test[:, 0] < 0.3)
    ax = BoundaryDisplay.from_subject(turned).plot().ax_
    crosses = [each for each in ax.collections if isinstance(each, PathCollection) and each.get_zorder() == 5]

    assert sum(len(each.get_offsets()) for each in crosses) == wrong.sum() + wrong_test.sum() > 3
    assert np.allclose(crosses[0].get_offsets(), subject.dataset.X_train[wrong])
    assert f"wrong ({wrong.sum() + wrong_test.sum()})" in texts(ax.figure)


@pytest.mark.parametrize("look", style.STYLES)
def test_the_boundary_and_its_entry_in_the_legend_look_alike(look, subject_of):
    with style.styled(look):
        ax = BoundaryDisplay.from_subject(subject_of()).plot().ax_
        line = next(child for child in ax.get_children() if type(child).__name__ == "QuadContourSet")
        entry = ax.get_legend().legend_handles[-1]

        assert to_rgb(line.get_edgecolor()[0]) == to_rgb(entry.get_color()) == to_rgb(style.ink())
        assert np.abs(np.subtract(to_rgb(style.ink()), style.paper())).max() > 0.7  # both are seen on the ground


def test_a_surface_of_numbers_and_its_rows_share_their_colours(subject_of):
    subject = subject_of("regression")
    shown = BoundaryDisplay.from_subject(subject).plot()
    image = next(child for child in shown.ax_.get_children() if isinstance(child, AxesImage))
    train = next(child for child in shown.ax_.get_children() if isinstance(child, PathCollection))

    assert image.get_clim() == train.get_clim()
    faint, strong = (np.array(shown_.get_cmap()([0.0, 0.5, 1.0]))[:, :3] for shown_ in (image, train))
    assert faint == pytest.approx(0.4 + 0.6 * strong, abs=0.01)
    assert train.get_path_effects()  # a rim that is seen on every ground
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
    ("task", "names"), [("binary", ["a", "b", "probability of class b"]), ("multiclass", list("abc"))]
)
def test_curves_of_probabilities(task, names, subject_of):
    ax = CurveDisplay.from_subject(subject_of(task, 1)).plot().ax_

    assert [text.get_text() for text in ax.get_legend().get_texts()] == names
    assert [len(points.get_offsets()) for points in ax.collections] == [60, 30]


# --- history


def test_history_runs_over_the_epochs_from_one(subject_of):
    ax = HistoryDisplay.from_history(subject_of().history).plot().ax_
    train, held_out, line, ring = ax.get_lines()

    assert train.get_xdata().tolist() == [1, 2, 3]
    assert train.get_ydata().tolist() == [0.9, 0.5, 0.3]
    assert held_out.get_ydata().tolist() == [1.0, 0.6, 0.4]
    assert line.get_xdata() == [3, 3]
    assert (ring.get_xdata().tolist(), ring.get_ydata().tolist()) == ([3], [0.4])
    assert title_of(ax) == "Held-out loss lowest at the last epoch, 3: 0.4"
    assert ax.get_yscale() == "linear"


@pytest.mark.parametrize(
    ("metric", "history", "title"),
    [
        (
            "loss",
            {"loss": [1, 0.5, 0.2], "val_loss": [1, 0.3, 0.45]},
            "Held-out loss lowest at epoch 2: 0.3; 0.45 at 3",
        ),
        ("accuracy", {"accuracy": [0.5, 0.9, 0.9, 0.8]}, "Training accuracy highest at epoch 2: 0.9; 0.8 at 4"),
        ("loss", {"loss": [float("nan"), 0.5, float("inf")]}, "Training loss lowest at epoch 2: 0.5; inf at 3"),
        ("loss", {"loss": [float("nan")]}, "Loss: no value is finite"),
    ],
)
def test_the_title_says_where_it_was_best(metric, history, title):
    assert title_of(HistoryDisplay.from_history(history, metric).plot().ax_) == title


@pytest.mark.parametrize(("last", "scale"), [(0.011, "linear"), (0.01, "log"), (0.0, "log")])
def test_a_loss_over_decades_is_drawn_on_a_logarithmic_axis(last, scale):
    history = {"loss": [1.0, last or 0.01, last]}

    assert HistoryDisplay.from_history(history).plot().ax_.get_yscale() == scale
    assert HistoryDisplay.from_history({"accuracy": [0.001, 1.0]}, "accuracy").plot().ax_.get_yscale() == "linear"


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


@pytest.mark.parametrize("kind", ["boundary", "confusion", "predicted", "residuals"])
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


# --- regression


def test_predicted_against_true_and_residuals(subject_of):
    subject = subject_of("regression")
    off = dataclasses.replace(subject, predict=lambda X: subject.predict(X) + 0.5)
    shown, residuals = PredictedDisplay.from_subject(off).plot(), ResidualsDisplay.from_subject(off).plot()
    true = subject.dataset.y_test

    assert np.allclose(shown.ax_.collections[0].get_offsets(), np.stack([true, true + 0.5], axis=1))
    assert shown.ax_.get_aspect() == 1
    assert (shown.ax_.get_xlabel(), shown.ax_.get_ylabel()) == ("true height", "predicted height")
    r2 = sk.r2_score(true, true + 0.5)
    assert title_of(shown.ax_) == f"Predicted against true: test RMSE 0.5, R² {r2:.3f}"
    assert np.allclose(residuals.ax_.collections[0].get_offsets(), np.stack([true + 0.5, np.full(30, -0.5)], axis=1))
    assert title_of(residuals.ax_) == "Residuals on the test part: -0.5 on average, RMSE 0.5"
    assert [len(each) for each in residuals.means()] == [3, 3]  # thirty rows, ten in each


@pytest.mark.parametrize("kind", ["predicted", "residuals"])
def test_kinds_for_regression_refuse_classes(kind, subject_of):
    with pytest.raises(UsageError, match="for a regression only; toy has classes"):
        draw([subject_of()], [kind])


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
    assert faults(shown.ax_.figure) == []
    assert 5 < sum(label.get_visible() for label in shown.ax_.get_xticklabels()) < 60


def test_roc_is_scikit_learns(subject_of):
    subject = subject_of("multiclass")
    noisy = dataclasses.replace(subject, predict=lambda X: 0.5 * subject.predict(X) + 0.5 * subject.predict(X[::-1]))
    shown = RocDisplay.from_subject(noisy).plot()

    for index, name in enumerate("abc"):
        expected = sk.roc_auc_score(subject.dataset.y_test == index, noisy.test_prob[:, index])
        assert shown.areas()[name] == pytest.approx(expected)
    assert "guessing: 0.500" in texts(shown.ax_.figure)


def test_binary_roc_is_of_the_second_class(subject_of):
    shown = RocDisplay.from_subject(subject_of()).plot()

    assert shown.areas() == {"b": 1.0}
    assert shown.ax_.get_ylabel() == "share of class b found"
    assert shown.ax_.get_xlabel() == "share of the others taken for class b"
    assert "a row of class b outranks another 100 times in 100" in title_of(shown.ax_)
    assert "class b: 1.000" in texts(shown.ax_.figure)


def test_roc_of_one_class_is_refused(subject_of):
    subject = subject_of()
    ones = dataclasses.replace(subject.dataset, y_test=np.ones_like(subject.dataset.y_test))

    with pytest.raises(InputRefusedError, match="holds one class"):
        RocDisplay.from_subject(dataclasses.replace(subject, dataset=ones))


def test_calibration_has_bins_of_equal_count_and_a_histogram(subject_of):
    subject = subject_of(n_test=205)
    shown = CalibrationDisplay.from_subject(subject).plot()
    bins, order = shown.bins[""], np.argsort(subject.test_prob)
    points, below = shown.ax_.containers[0].lines[0], shown.ax_.child_axes[0]

    assert bins.count.min() >= 10
    assert bins.count.tolist() == [21] * 9 + [16]
    assert points.get_xdata()[0] == pytest.approx(subject.test_prob[order[:21]].mean())
    assert points.get_ydata()[0] == pytest.approx((subject.dataset.y_test[order[:21]] == 1).mean())
    heights = np.histogram(subject.test_prob, 30, (0, 1))[0]
    assert below.patches[0].get_xy()[:, 1].max() == heights.max()
    assert below.get_xlabel() == "predicted probability of class b"
    expected = reliability(subject.dataset.y_test, subject.test_prob, task="binary").expected_calibration_error
    assert f"off by {expected:.3f} on average" in title_of(shown.ax_)
