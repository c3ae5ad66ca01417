"""Ticks that can be read, whatever the numbers."""

import dataclasses

import numpy as np
import pytest

from tests.figures.legible import drawn_in_a_style, faults

pytestmark = pytest.mark.usefixtures("coarse")


@pytest.mark.parametrize(("factor", "offset"), [(1e9, 0), (1e-9, 0), (1, 1e6), (1e30, 0)])
def test_numbers_of_any_size(factor, offset, subject_of):
    subject = subject_of("regression")
    dataset, parts = subject.dataset, ("train", "test")
    X = {f"X_{part}": (getattr(dataset, f"X_{part}") * factor + offset).astype(np.float32) for part in parts}
    y = {f"y_{part}": (getattr(dataset, f"y_{part}") * factor).astype(np.float32) for part in parts}
    large = dataclasses.replace(
        subject,
        dataset=dataclasses.replace(dataset, **X, **y),
        predict=lambda rows: subject.predict((rows - offset) / factor) * factor,
    )

    assert faults(drawn_in_a_style([large], ["boundary", "predicted", "residuals"])) == []
