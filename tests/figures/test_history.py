"""The history: epochs from one, where it was best, and which axis shows it."""

import pytest

from dlwhy.errors import InputRefusedError
from dlwhy.figures.history import HistoryDisplay
from tests.figures.legible import title_of


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


def test_one_epoch_is_a_point_and_no_validation_no_second_line():
    ax = HistoryDisplay.from_history({"loss": [0.5]}).plot().ax_

    assert [line.get_marker() for line in ax.get_lines()] == ["o"]


def test_no_history_is_refused():
    with pytest.raises(InputRefusedError, match="no loss history"):
        HistoryDisplay.from_history({})


def test_moments_are_called_moments():
    history = {"loss": [0.9, 0.5, 0.4], "val_loss": [0.8, 0.6, 0.7]}
    display = HistoryDisplay.from_history(history, unit="moment").plot()

    assert display.ax_.get_xlabel() == "moment"
    assert title_of(display.ax_) == "Held-out loss lowest at moment 2: 0.6; 0.7 at 3"
