"""What numbers a network can be trained on: neither too large nor too close together for float32."""

import warnings
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import LARGEST, SMALLEST_DEVIATION, Dataset
from dlwhy.errors import DlwhyWarning, InputRefusedError
from dlwhy.models.front import Front
from dlwhy.text import display

_SHOWN = 3


def check_range(dataset: Dataset) -> None:
    """Refuse data that hold a number whose square float32 can't.

    Raises
    ------
    InputRefusedError
        If there is one: in the test part, too, on which the validation curve is drawn.

    """
    for name, values in _columns(dataset):
        if len(values) and max(values.max(), -values.min()) > LARGEST:
            value = values[np.abs(values).argmax()]
            raise InputRefusedError(
                f'{display(dataset.name)}: "{display(name)}" holds {value:g}, at most {LARGEST:g} can be scaled',
                "if it marks missing cells, leave them empty; else use another unit",
            )


def warn_of_small_spreads(dataset: Dataset, front: Front | None) -> None:
    """Warn of features that a network hardly sees, since they vary less than the least that it divides by."""
    if front is None:
        return
    deviations = np.sqrt(np.array(front.scale[1]))
    small = np.flatnonzero(deviations < SMALLEST_DEVIATION)
    if len(small):
        names = [f'"{display(dataset.feature_names[place])}"' for place in small[:_SHOWN]]
        more = f" and {len(small) - _SHOWN} more" if len(small) > _SHOWN else ""
        warnings.warn(
            f"{', '.join(names)}{more}: values differ by less than {SMALLEST_DEVIATION:g}, "
            "which the network hardly sees: use another unit",
            DlwhyWarning,
            stacklevel=3,
        )


def _columns(dataset: Dataset) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    for part in ("train", "test"):
        yield from zip(dataset.feature_names, getattr(dataset, f"X_{part}").T, strict=True)
        if dataset.task == "regression":
            yield dataset.target_name, getattr(dataset, f"y_{part}")
