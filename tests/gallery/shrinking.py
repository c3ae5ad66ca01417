"""Pictures small enough for a page: of one width, in as many colours as there is room for; the same bytes again."""

import io

from PIL import Image

WIDEST = 1000  # pixels
MOST_BYTES = 100_000
_COLOURS = (256, 128, 64)


def shrunk(content: bytes) -> bytes:
    """Return a PNG as one of at most `MOST_BYTES`; what is not a PNG must be small as it is.

    Raises
    ------
    ValueError
        If it is too large all the same.

    """
    for made in _smaller(content) if content.startswith(b"\x89PNG") else [content]:
        if len(made) <= MOST_BYTES:
            return made
    raise ValueError(f"too large for a page, more than {MOST_BYTES} bytes; draw it smaller, with --size or --dpi")


def _smaller(content: bytes):
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    if picture.width > WIDEST:
        size = WIDEST, round(picture.height * WIDEST / picture.width)
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    for colours in _COLOURS:
        made = io.BytesIO()
        # by coverage: the colour of a legend may be that of a few pixels; then nearer to the shades that are frequent
        palette = picture.quantize(colours, method=Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
        palette.save(made, "PNG", optimize=True)
        yield made.getvalue()
