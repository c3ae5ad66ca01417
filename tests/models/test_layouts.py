"""Two orders of axes for stacked networks."""

import numpy as np
import pytest

from dlwhy.models.layouts import Layout

LAYOUTS = ("first", "last")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(4, 3), (4,)])
def test_layouts_take_apart_what_they_put_together(layout, shape):
    values = np.arange(2 * np.prod(shape), dtype=np.float32).reshape(2, *shape)
    stacked = Layout(layout).stack(values)
    assert stacked.shape == Layout(layout).shape(shape, 2)
    np.testing.assert_array_equal(Layout(layout).unstack(stacked, shape), values)
