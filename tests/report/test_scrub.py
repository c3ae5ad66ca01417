import base64
import dataclasses

import numpy as np
import pytest

from dlwhy.figures.subject import Subject
from dlwhy.models.snapshots import Snapshots
from dlwhy.report import loss, scrub
from tests.cli.commands.toys import dataset_of, trained_on


def with_snapshots(trained, *, shares=(0.0, 0.5, 1.0), epochs=(0, 1, 2)):
    """Pretend that the weights grew from nothing to what they are."""
    flat = np.concatenate([np.ravel(weight) for layer in trained.plain().weights for weight in layer])
    kept = Snapshots(planned=len(shares), epochs=epochs, weights=np.stack([share * flat for share in shares]))
    return dataclasses.replace(trained, snapshots=kept)


def frames_of(dataset, **given):
    trained = with_snapshots(trained_on(dataset), **given)
    found = scrub.frames(Subject.from_trained(trained, dataset))
    values = np.frombuffer(base64.b64decode(found.frames), np.uint8)
    return found, values.reshape(len(found.epochs), found.height, found.width), trained


def test_each_moment_is_a_frame_and_the_untrained_one_is_undecided():
    found, frames, _ = frames_of(dataset_of())

    assert found.epochs == [0, 1, 2]
    assert set(np.unique(frames[0])) <= {127, 128}
    assert np.ptp(frames[2]) > np.ptp(frames[1]) > 0


def test_a_byte_is_the_probability_at_its_place_the_top_row_first():
    dataset = dataset_of()
    found, frames, trained = frames_of(dataset)

    subject = Subject.from_trained(trained, dataset)
    from dlwhy.figures.choosing import choose_axes
    from dlwhy.figures.dependence import ground_over

    axes = choose_axes(subject, None, None)
    grids = ground_over(trained.predict, axes, dataset, found.width).grids
    corner = np.zeros((1, 2), np.float32)
    corner[0, [each for axis in axes for each in axis.features]] = grids[0][0], grids[1][-1]
    assert frames[2, 0, 0] == round(255 * float(trained.predict(corner)[0]))


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_byte_has_a_colour_and_every_class_a_mark_of_its_own(task):
    classes = ("a", "b", "c") if task == "multiclass" else ("a", "b")
    found, frames, _ = frames_of(dataset_of(task, classes=classes))

    assert frames.max() < len(found.palette) // 6
    assert len({(mark.color, mark.shape) for mark in found.marks}) == (0 if task == "regression" else len(classes))
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y, *_ in found.points)


def test_more_moments_than_a_page_bears_are_thinned_the_first_and_last_kept():
    shares = tuple(np.linspace(0, 1, 300))
    found, frames, _ = frames_of(dataset_of(), shares=shares, epochs=tuple(range(300)))

    assert len(found.epochs) == len(frames) == 200
    assert (found.epochs[0], found.epochs[-1]) == (0, 299)
    assert len(found.frames) < 700_000


def test_a_model_without_snapshots_has_no_frames():
    dataset = dataset_of()

    assert scrub.frames(Subject.from_trained(trained_on(dataset), dataset)) is None


def test_the_slider_shows_of_each_epoch_the_last_snapshot_until_then():
    found, *_ = frames_of(dataset_of(), epochs=(0, 2, 4))
    course = loss.course({"loss": [5.0, 4.0, 3.0, 2.0, 1.0]}, scrub=found)

    told = loss.readings(course)

    assert told["at"] == [0, 1, 2, 3, 4, 5]
    assert told["train"] == [None, 5.0, 4.0, 3.0, 2.0, 1.0]
    assert told["frame"] == [0, 0, 1, 1, 2, 2]
