"""A training as a film: each frame shows the model and the loss of its moment, on the axes of the whole."""

import dataclasses

import numpy as np
import pytest

from dlwhy.errors import UsageError
from dlwhy.figures.drawing import style
from dlwhy.figures.trainings import animation
from dlwhy.figures.trainings.animation import Animation
from tests.figures.legible import faults, title_of

pytestmark = pytest.mark.usefixtures("coarse")
HISTORY = {"loss": [0.9, 0.5, 0.3], "val_loss": [1.0, 0.6, 0.4]}


@pytest.fixture
def shown(subject_of):
    """Give the film of a model with moments after 0, 1 and 3 epochs."""
    return Animation.from_subject(subject_of(history=HISTORY))


def test_a_frame_shows_the_model_and_the_loss_of_its_moment(shown) -> None:
    titles, seen = [], []
    for epoch in shown.moments:
        boundary, loss = shown.frame(epoch).axes
        titles.append(title_of(loss))
        train, held_out = (line for line in loss.lines if len(line.get_xdata()) == 3)
        seen.append([int(np.isfinite(line.get_ydata()).sum()) for line in (train, held_out)])
        assert loss.get_xlim() == (0, 3)
        found = shown.moments[epoch]
        assert title_of(boundary).startswith("toy: test accuracy")
        assert np.array_equal(found.predict(found.dataset.X_test), found.trained.predict(found.dataset.X_test))
    assert titles == ["epoch 0 of 3: untrained", "epoch 1 of 3: held-out loss 1", "epoch 3 of 3: held-out loss 0.4"]
    assert seen == [[0, 0], [1, 1], [3, 3]]


@pytest.mark.parametrize(("task", "n_features"), [("binary", 1), ("multiclass", 2), ("regression", 4)])
def test_frames_can_be_read_and_their_panels_stay_where_they_are(task, n_features, subject_of) -> None:
    shown = Animation.from_subject(subject_of(task, n_features, history=HISTORY))
    with style.styled():
        frames = [shown.frame(epoch) for epoch in shown.moments]
        assert [faults(frame) for frame in frames] == [[], [], []]
    places = [[ax.get_position().bounds for ax in frame.axes] for frame in frames]
    assert np.ptp(places, axis=0).max() < 0.02
    limits = [frame.axes[0].get_ylim() for frame in frames]
    assert limits[0] == limits[-1]


def test_pixels_are_those_of_the_size(shown) -> None:
    with style.styled():
        drawn = animation.pixels(shown.frame(3, (9, 4)), 50)
    assert (drawn.shape, drawn.dtype) == ((200, 450, 3), np.uint8)


def test_what_can_not_be_filmed_is_said(subject_of, shown) -> None:
    subject = subject_of()
    bare = dataclasses.replace(subject.trained, snapshots=None)
    with pytest.raises(UsageError, match="animation: the model has no snapshots"):
        Animation.from_subject(dataclasses.replace(subject, trained=bare))
    with style.styled(), pytest.raises(UsageError, match="--size 1x1: too small to read"):
        shown.frame(0, (1, 1))


def test_the_words_of_a_frame_can_be_changed(shown) -> None:
    with style.styled():
        as_it_is, changed = (animation.pixels(shown.frame(1), 30, change) for change in (None, str.upper))
    assert as_it_is.shape == changed.shape
    assert (as_it_is != changed).any()
