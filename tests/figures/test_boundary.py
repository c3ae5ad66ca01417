"""The boundary: probabilities, lines, rows and what the legend says of them."""

import dataclasses

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.image import AxesImage

from dlwhy.figures.boundary import BoundaryDisplay
from dlwhy.figures.drawing import style
from tests.figures.legible import texts, title_of


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
