"""Pictures one after the other as a file: a GIF, or an MP4 where ffmpeg is installed; the same give the same bytes."""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import numpy.typing as npt

from dlwhy import files
from dlwhy.errors import InputOutputError, UsageError
from dlwhy.text import display

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("gif", "mp4")
Picture = npt.NDArray[np.uint8]  # (height, width, 3)
Frames = Sequence[Callable[[], Picture]]
# how long a frame is seen, in milliseconds; the first and the last longer
_WHOLE, _SHORTEST, _LONGEST, _FIRST, _LAST = 8000, 80, 400, 700, 2000
_COLORS, _RARE = 256, 40  # of a GIF; how many of them for what is small, such as a symbol in the legend
_TICK = 40  # milliseconds of a frame of an MP4
# frames of a GIF are in memory until it is written, a byte a pixel
_MOST_BYTES = 1 << 29


def format_of(path: str | Path) -> str:
    """Say which format a film's path asks for; on stdout it is a GIF.

    Raises
    ------
    UsageError
        If its suffix is none that can be written here.

    """
    suffix = "gif" if files.is_standard(path) else Path(path).suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise UsageError(f"{files.shown(path)}: an animation is saved as .gif or .mp4")
    if suffix == "mp4" and shutil.which("ffmpeg") is None:
        raise UsageError(f"{files.shown(path)}: ffmpeg, which makes .mp4, is not installed", "save it as .gif")
    return suffix


def durations(count: int) -> list[int]:
    """Return how long each of so many frames is seen, in milliseconds: some seconds in all, and the last one longer."""
    each = min(_LONGEST, max(_SHORTEST, _WHOLE // max(1, count))) // 10 * 10
    return [max(each, _FIRST), *[each] * (count - 2), _LAST][-count:]


def save(
    frames: Frames,
    path: str | Path,
    *,
    tell: Callable[[int], None] = lambda _: None,
    no_clobber: bool = False,
) -> None:
    """Draw frames and save them as a film, whole or not at all.

    Parameters
    ----------
    frames
        Each draws one, all of one size.
    path
        Where to: ``.gif`` or ``.mp4``; ``-`` is a GIF on stdout.
    tell
        Told how many frames are drawn.
    no_clobber
        Refuse to replace a file.

    Raises
    ------
    UsageError
        If the suffix is another, or the frames are too many for their size.
    OutputBlockedError, InputOutputError
        If it can't be written.

    """
    write = {"gif": _write_gif, "mp4": _write_mp4}[format_of(path)]
    with files.open_output(path, no_clobber=no_clobber) as handle:
        write(handle, frames, tell)


def _write_gif(handle: BinaryIO, frames: Frames, tell: Callable[[int], None]) -> None:
    from PIL import Image

    ends = np.concatenate([frames[0](), frames[-1]()])
    if ends.size // 6 * len(frames) > _MOST_BYTES:
        raise UsageError(f"{len(frames)} frames of so many pixels are too large", "choose a smaller --size or --dpi")
    palette = _palette(Image.fromarray(ends))
    drawn = []
    for number, frame in enumerate(frames, start=1):
        drawn.append(Image.fromarray(frame()).quantize(palette=palette, dither=Image.Dither.NONE))
        tell(number)
    drawn[0].save(
        handle,
        format="GIF",
        save_all=True,
        append_images=drawn[1:],
        duration=durations(len(drawn)),
        loop=0,
        optimize=False,
    )


def _palette(ends: "Image.Image") -> "Image.Image":
    """Choose one set of colours for all frames, or they would flicker: the frequent ones, and the rare ones."""
    from PIL import Image

    frequent = ends.quantize(_COLORS - _RARE, dither=Image.Dither.NONE)
    rare = ends.quantize(_RARE, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for each in (frequent, rare) for value in each.getpalette() or ()])
    return palette


def _write_mp4(handle: BinaryIO, frames: Frames, tell: Callable[[int], None]) -> None:
    height, width, _ = frames[0]().shape
    # an MP4 begins with its table of contents, so ffmpeg needs a file that it can go back in
    with tempfile.NamedTemporaryFile(suffix=".mp4") as made:
        command = ["ffmpeg", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
        command += ["-s", f"{width}x{height}", "-r", str(1000 // _TICK), "-i", "-"]
        # most players want even sides and this form of colours; no date and no version, so that bytes repeat
        command += ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
        command += ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", "-threads", "1", made.name]
        # the name of a file of ours, and numbers
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as encoder:  # noqa: S603
            _feed(encoder, frames, tell)
            said = encoder.communicate()[1]
        if encoder.returncode:
            raise InputOutputError(f"ffmpeg failed: {display(said.decode(errors='replace').strip(), 200)}")
        shutil.copyfileobj(made, handle)


def _feed(encoder: "subprocess.Popen[bytes]", frames: Frames, tell: Callable[[int], None]) -> None:
    """Write each frame as often as it is to be seen; an encoder that ends early says itself why."""
    with contextlib.suppress(BrokenPipeError):
        for number, (frame, duration) in enumerate(zip(frames, durations(len(frames)), strict=True), start=1):
            seen = frame().tobytes() * max(1, round(duration / _TICK))
            encoder.stdin.write(seen)  # type: ignore[union-attr]  # it has a pipe
            tell(number)
