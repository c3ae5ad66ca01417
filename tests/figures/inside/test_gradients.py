"""Gradients by layer: a line a layer over the moments that were kept, and whether the first layer gets any."""

import dataclasses

import numpy as np
import pytest

from dlwhy.errors import UsageError
from dlwhy.figures.inside.backpropagation import gradients
from dlwhy.figures.inside.gradients import GradientsDisplay
from tests.figures.conftest import trained_on
from tests.figures.legible import title_of


def test_each_layer_has_a_line_of_the_norms_at_the_moments_that_were_kept(subject_of) -> None:
    subject = subject_of()
    shown = GradientsDisplay.from_subject(subject).plot()

    assert [line.get_label() for line in shown.ax_.lines] == ["layer 1", "layer 2", "output"]
    assert shown.norms.shape == (3, 3)
    data = subject.dataset
    last = gradients(subject.trained.plain(), data.X_train, data.y_train, "binary")
    assert shown.norms[-1] == pytest.approx([np.linalg.norm(last[place]) for place in (1, 2, 3)])
    for line, norms in zip(shown.ax_.lines, shown.norms.T, strict=True):
        assert np.array_equal(line.get_xdata(), [0, 1, 3])
        assert np.array_equal(line.get_ydata(), norms)


@pytest.mark.parametrize(
    ("first", "says"),
    [
        (1e-6, "the gradient vanishes: at the start 500,000 times weaker in layer 1 than at the output"),
        (500.0, "the gradient explodes: at the start 1,000 times stronger in layer 1 than at the output"),
        (0.4, "the gradient in layer 1 is 0.8 times the output's at the start, 2 times at the end"),
        (0.0, "at the start no gradient reaches layer 1"),
    ],
)
def test_the_title_says_what_becomes_of_the_gradient(first, says) -> None:
    norms = np.array([[first, 0.5], [1.0, 0.5]])
    shown = GradientsDisplay(epochs=(0, 9), norms=norms, names=("layer 1", "output"), n_rows=60, title="toy").plot()
    assert title_of(shown.ax_).startswith(f"toy: {says}\n")


def test_sigmoids_one_behind_the_other_let_the_gradient_vanish(subject_of) -> None:
    subject = subject_of()
    deep = trained_on(subject.dataset, (4,) * 9, activation="sigmoid")
    shown = GradientsDisplay.from_subject(dataclasses.replace(subject, trained=deep)).plot()
    assert "the gradient vanishes" in title_of(shown.ax_)
    assert "2 layers between not shown" in title_of(shown.ax_)


def test_a_model_without_snapshots_is_told_how_to_get_them(subject_of) -> None:
    subject = subject_of()
    bare = dataclasses.replace(subject.trained, snapshots=None)
    with pytest.raises(UsageError, match=r"the model has no snapshots of its training \(train it with .*--snapshots"):
        GradientsDisplay.from_subject(dataclasses.replace(subject, trained=bare))
