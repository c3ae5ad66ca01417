"""Pictures within a page: Matplotlib's SVG without what only a file of its own needs, and images as addresses."""

import base64
import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
# attributes that hold numbers of the drawing
_LEAST, _MOST = 0.8, 1.7  # pixels a point
_DRAWN = ("d", "x", "y", "width", "height", "transform", "points")


def drawn(make: "Callable[[], Figure]", prefix: str) -> str:
    """Draw a picture in the light style and return its SVG for use within a page.

    Parameters
    ----------
    make
        Draws it.
    prefix
        Put before all names in it, so that those of two pictures differ.

    """
    from dlwhy.figures.drawing import style

    with style.styled():
        text = style.svg(make())
    return within_page(text, prefix)


def within_page(text: str, prefix: str) -> str:
    """Return an SVG of ours as an element of a page: no comments, no metadata, short numbers, names of its own."""
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    root = ET.fromstring(text)  # noqa: S314  # it was made by Matplotlib a moment ago
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    used = {value[1:] for each in root.iter() for value in each.attrib.values() if value.startswith("#")}
    used |= set(re.findall(r"url\(#([^)]+)\)", text))
    for element in root.iter():
        _shorten(element, prefix, used)
    del root.attrib["height"]
    # as wide as the page has room, but so that it can be read: else it is moved sideways
    width = float(root.attrib.pop("width").removesuffix("pt"))
    root.set("style", f"min-width:{_LEAST * width:.0f}px;max-width:{_MOST * width:.0f}px")
    root.set("aria-hidden", "true")  # the figure round it has the name, and the tables the numbers
    written = ET.tostring(root, encoding="unicode")
    return re.sub(r">\s+<", "><", written)


def _shorten(element: ET.Element, prefix: str, used: set[str]) -> None:
    element.text = element.tail = None if not (element.text or "").strip() else element.text
    for name, value in list(element.attrib.items()):
        short = name.rpartition("}")[2]
        if short == "id":
            if value in used:
                element.set(name, prefix + value)
            else:
                del element.attrib[name]
        elif value.startswith("#") and short == "href":
            element.set(name, f"#{prefix}{value[1:]}")
        elif short == "href":
            element.set(name, re.sub(r"\s", "", value))
        elif "url(#" in value:
            element.set(name, value.replace("url(#", f"url(#{prefix}"))
        elif short in _DRAWN:
            element.set(name, re.sub(r"\s+", " ", _LONG_NUMBER.sub(_rounded, value)).strip())
        elif short == "style":
            element.set(name, value.replace("; ", ";").replace(": ", ":"))


def _rounded(found: re.Match[str]) -> str:
    value = float(found[0])
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:.4g}"


def image(colors: npt.NDArray[Any]) -> str:
    """Return an image, (height, width, 3 or 4) in 0 to 1 with the top row first, as an address of a PNG."""
    from PIL import Image

    memory = io.BytesIO()
    pixels = np.round(np.clip(colors, 0, 1) * 255).astype(np.uint8)
    Image.fromarray(pixels).convert("RGB").quantize(64).save(memory, "png", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(memory.getvalue()).decode()}"
