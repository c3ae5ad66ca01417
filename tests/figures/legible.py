"""What must hold of every picture: no text is cut, none runs into another or into a panel, no legend lies on points."""

import contextlib
import itertools
import re

import numpy as np
from matplotlib.path import Path
from matplotlib.text import Text

from dlwhy.errors import UsageError
from dlwhy.figures.drawing import layout, style
from dlwhy.figures.kinds import draw
from dlwhy.studies import figure as study_panels


def drawn(figure, dpi=100):
    """Lay a picture out at a resolution and draw it; gives each text that is really drawn, with its corners (4, 2)."""
    figure.set_dpi(dpi)
    layout.fit(figure)
    found = []
    original = Text.draw

    def draw(self, renderer):
        if self.get_visible() and self.get_text().strip():
            found.append((self, corners(self, renderer)))
        return original(self, renderer)

    Text.draw = draw
    try:
        renderer = figure.canvas.get_renderer()
        with renderer._draw_disabled() if hasattr(renderer, "_draw_disabled") else contextlib.nullcontext():
            figure.draw(renderer)
    finally:
        Text.draw = original
    return found


def corners(text, renderer):
    """Give the corners of a text's box, turned as the text is."""
    box = text.get_window_extent(renderer)
    angle = text.get_rotation()
    if angle % 90 == 0:
        return np.array([[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1]])
    assert text.get_rotation_mode() == "anchor"
    anchor = text.get_transform().transform(text.get_unitless_position())
    text.set_rotation(0)
    flat = text.get_window_extent(renderer)
    text.set_rotation(angle)
    turn = np.array(
        [
            [np.cos(np.radians(angle)), -np.sin(np.radians(angle))],
            [np.sin(np.radians(angle)), np.cos(np.radians(angle))],
        ]
    )
    square = np.array([[flat.x0, flat.y0], [flat.x1, flat.y0], [flat.x1, flat.y1], [flat.x0, flat.y1]])
    return (square - anchor) @ turn.T + anchor


def shrunk(square, pixels=0.6):
    """Give a box a little smaller: rounding to whole pixels is no fault."""
    middle = square.mean(axis=0)
    return middle + (square - middle) * (1 - 2 * pixels / np.maximum(np.ptp(square, axis=0), 2 * pixels + 1))


def overlap(one, other):
    """Say whether two convex boxes share a place."""
    if (one.min(axis=0) >= other.max(axis=0)).any() or (other.min(axis=0) >= one.max(axis=0)).any():
        return False
    return Path([*one, one[0]], closed=True).intersects_path(Path([*other, other[0]], closed=True), filled=True)


def faults(figure, dpi=100):
    """List what can't be read in a picture; empty if all is well."""
    texts = drawn(figure, dpi)
    width, height = figure.bbox.width, figure.bbox.height
    wrong = [
        f"cut: {text.get_text()!r}"
        for text, square in texts
        if square.min() < -0.5 or square[:, 0].max() > width + 0.5 or square[:, 1].max() > height + 0.5
    ]
    small = [(text, shrunk(square)) for text, square in texts]
    wrong += [
        f"overlap: {one.get_text()!r} and {other.get_text()!r}"
        for (one, a), (other, b) in itertools.combinations(small, 2)
        if overlap(a, b)
    ]
    panels = [ax for ax in figure.findobj(lambda artist: hasattr(artist, "child_axes")) if ax.axison]
    inside = {text for ax in figure.axes for text in ax.texts}
    for ax in panels:
        box = ax.get_window_extent()
        square = shrunk(np.array([[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1]]), 2)
        wrong += [
            f"on a panel: {text.get_text()!r}" for text, own in small if text not in inside and overlap(own, square)
        ]
    return wrong


def figures_of_study(report):
    """Draw what a study's folder gets."""
    return [study_panels.draw(report), *([study_panels.details(report)] if study_panels.has_details(report) else [])]


def panels_of_study(report):
    return [ax for figure in figures_of_study(report) for ax in figure.axes]


def faults_of_study(report):
    """List what can't be read in the figures of a study, as they are saved."""
    with style.styled():
        return [fault for figure in figures_of_study(report) for fault in faults(figure, 150)]


def texts(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def title_of(ax):
    return ax.get_title(loc="left") or ax.get_title()


def drawn_in_a_style(subjects, kinds, look="light", size=None):
    """Draw in a style and size; where that is refused as too small, at the size that is named as large enough."""
    with style.styled(look):
        try:
            return draw(subjects, kinds, size=size)
        except UsageError as error:
            named = re.search(r"too small to read \(of this shape ([\d.]+)x([\d.]+) is enough\)", str(error))
            return draw(subjects, kinds, size=tuple(map(float, named.groups())))
