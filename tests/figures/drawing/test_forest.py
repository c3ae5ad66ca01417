"""The forest of a study: intervals where they belong, and names that no interval crosses."""

import itertools

import pytest

from dlwhy.figures.drawing import style
from dlwhy.figures.drawing.forest import ForestDisplay
from tests.figures.legible import faults


def finding(effect, low, high, *, role="positive", metric="accuracy", number=0, outcome="helps"):
    contrast = f"fine-tuned, k={number} - scratch, k={number}"
    return {
        "id": "P1",
        "role": role,
        "task": "trunk-shared",
        "contrast": contrast,
        "metric": metric,
        "outcome": outcome,
        "effect": effect,
        "ci_low": low,
        "ci_high": high,
    }


def drawn(findings):
    with style.styled():
        figure, axes = style.new_figure()
        ForestDisplay(findings=findings, smallest=0.01, title="effects", alpha=0.05).plot(axes[0])
    assert faults(figure) == []
    return axes[0]


def intervals(ax):
    return [tuple(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2 and line.get_linewidth() == 2]


@pytest.mark.parametrize("count", [1, 10, 11, 25])
def test_names_stand_apart_from_intervals_and_from_each_other(count):
    ax = drawn([finding(-0.3, -0.5, -0.1, number=number) for number in range(count)])

    assert intervals(ax) == [(-0.5, -0.1)] * count
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) == count
    assert all(upper.y0 >= lower.y1 for upper, lower in itertools.pairwise(boxes))
    for place, box in enumerate(boxes):
        left, line = ax.transData.transform((-0.5, place))
        assert box.x1 < left or not box.y0 <= line <= box.y1


def test_a_colour_says_what_an_effect_is_and_a_mark_that_it_is_a_control():
    rows = [
        finding(0.3, 0.1, 0.5),
        finding(-0.3, -0.5, -0.1, outcome="hurts"),
        finding(0.0, -0.01, 0.01, outcome="makes no difference", role="negative"),
        finding(0.0, -0.005, 0.005, outcome="does not help", role="negative"),
    ]
    ax = drawn(rows)
    marks = [line for line in ax.lines if line.get_marker() in ("o", "s")]
    assert [line.get_marker() for line in marks] == ["o", "o", "s", "s"]
    colors = [line.get_color() for line in marks]
    assert len(set(colors)) == 3
    assert colors[2] == colors[3]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "helps",
        "hurts",
        "no difference that matters",
        "control, where nothing should help",
        "within ±0.01: too little to matter",
    ]


def test_room_for_names_carries_no_ticks():
    ax = drawn([finding(0.3, 0.1, 0.5, number=number) for number in range(20)])

    low, high = ax.get_xlim()
    assert low < 0
    assert -0.05 < min(ax.get_xticks()) < max(ax.get_xticks()) < 0.55
    room = max(text.get_window_extent().width for text in ax.texts) / ax.bbox.width
    assert room < (0 - low) / (high - low) < room + 0.3  # not much wider than they need


def test_a_missing_end_or_effect_and_another_unit():
    rows = [finding(0.2, None, 0.4), finding(None, None, None), finding(0.1, 0.0, None, role="negative")]
    ax = drawn(rows)
    assert intervals(ax) == [(0.2, 0.4), (0.0, 0.1)]

    other = finding(3.0, 2.0, 4.0, metric="log10 loss")
    report = {"predictions": [*rows, other], "smallest_effect": 0.01, "alpha": 0.1}
    assert ForestDisplay.from_report(report).plot().ax_.get_xlabel() == "difference in accuracy, 90 % interval"
    assert len(ForestDisplay.from_report(report).findings) == 2
    assert ForestDisplay.from_report(report, id="P2").findings == []
