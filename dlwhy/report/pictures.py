"""Pictures within a page: Matplotlib's SVG without what only a file of its own needs, and images as addresses."""

import base64
import io
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt

from dlwhy.messages.language import Language

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SVG = "http://www.w3.org/2000/svg"
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
# attributes that hold numbers of the drawing
_LEAST, _MOST = 0.8, 1.7  # pixels a point
_DRAWN = ("d", "x", "y", "width", "height", "transform", "points")


def drawn(
    make: "Callable[[], Figure]", prefix: str, languages: Sequence[Language], names: Collection[str] = ()
) -> dict[str, str]:
    """Draw a picture in the light style, and return its SVG for use within a page, by the codes of the languages.

    Parameters
    ----------
    make
        Draws it.
    prefix
        Put before all names in it, so that those of two pictures differ.
    languages
        Of its words.
    names
        The user's own, which stay in all of them.

    """
    from dlwhy.figures.drawing import style

    with style.styled():
        texts = {each.code: style.svg(make(), change=each.for_pictures(names)) for each in languages}
    return {code: within_page(text, f"{code}-{prefix}") for code, text in texts.items()}


def within_page(text: str, prefix: str) -> str:
    """Return an SVG of ours as an element of a page: no comments, no metadata, short numbers, names of its own."""
    ET.register_namespace("", _SVG)
    root = ET.fromstring(text)  # noqa: S314  # it was made by Matplotlib a moment ago
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    used = dict.fromkeys(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text))
    names = {one or other: f"{prefix}{place:x}" for place, (one, other) in enumerate(used)}
    for element in root.iter():
        _shorten(element, names)
        _say_once(element)
    del root.attrib["height"]
    # as wide as the page has room, but so that it can be read: else it is moved sideways
    width = float(root.attrib.pop("width").removesuffix("pt"))
    root.set("style", f"min-width:{_LEAST * width:.0f}px;max-width:{_MOST * width:.0f}px")
    root.set("aria-hidden", "true")  # the figure round it has the name, and the tables the numbers
    written = ET.tostring(root, encoding="unicode")
    # letters are moved along their line
    written = re.sub(r'transform="translate\((\S+) 0\)" (href="[^"]*") />', r'x="\1" \2/>', written)
    return re.sub(r">\s+<", "><", written)


def _say_once(element: ET.Element) -> None:
    """Have a group say how its marks look, where each of them says the same."""
    looks = {child.get("style") if child.tag == f"{{{_SVG}}}use" else None for child in element}
    if len(element) > 1 and len(looks) == 1 and (look := looks.pop()) is not None and "style" not in element.attrib:
        element.set("style", look)
        for child in element:
            del child.attrib["style"]


def _shorten(element: ET.Element, names: Mapping[str, str]) -> None:
    element.text = element.tail = None if not (element.text or "").strip() else element.text
    for name, value in list(element.attrib.items()):
        short = name.rpartition("}")[2]
        if short == "id":
            del element.attrib[name]
            if value in names:
                element.set(name, names[value])
        elif short == "href":
            del element.attrib[name]
            element.set(short, f"#{names[value[1:]]}" if value.startswith("#") else re.sub(r"\s", "", value))
        elif "url(#" in value:
            element.set(name, re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{names[found[1]]})", value))
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
