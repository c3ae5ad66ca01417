"""Weights: a row a layer, on one scale, with what can be said of it."""

import dataclasses

import numpy as np
import pytest

from dlwhy.figures.inside.weights import LayerWeights, WeightsDisplay
from tests.figures.conftest import trained_on
from tests.figures.legible import texts, title_of


def test_every_layer_is_drawn_and_described(subject_of) -> None:
    subject = subject_of("binary", 2)
    shown = WeightsDisplay.from_subject(subject).plot()
    kernel = subject.trained.network.weights[1][0]

    assert [each.values.size for each in shown.layers] == [8, 12, 3]
    said = next(text for text in texts(shown.ax_.figure) if text.startswith("layer 1: 8 weights"))
    assert f"norm {np.linalg.norm(kernel):.3g}" in said
    assert said.endswith("none is zero")
    low, high = shown.ax_.get_xlim()
    assert -low == pytest.approx(high)
    assert high > max(np.abs(each.values).max() for each in shown.layers)
    assert title_of(shown.ax_).startswith("toy: the largest weights are those of")


def test_zeros_are_counted() -> None:
    assert LayerWeights(name="layer 1", values=np.float32([0, 0, 3, 4])).words == (
        "layer 1: 4 weights, typically ±2.5, norm 5, 50 % are zero"
    )


def test_of_many_layers_some_are_shown_and_the_rest_is_counted(subject_of) -> None:
    subject = subject_of()
    deep = dataclasses.replace(subject, trained=trained_on(subject.dataset, (3,) * 20))
    shown = WeightsDisplay.from_subject(deep).plot()

    assert len(shown.layers) == 8
    assert (shown.layers[0].name, shown.layers[-1].name) == ("layer 1", "output")
    assert "13 layers between them not shown" in title_of(shown.ax_)
