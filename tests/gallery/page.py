"""What the gallery's page holds: sections, each with a picture and the commands that make it."""

import dataclasses
import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "gallery.md"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Section:
    """A picture of the page."""

    picture: Path  # where it lies
    drawn: str  # what the commands leave, in the folder they are run in
    commands: tuple[tuple[str, ...], ...]  # command lines without the program's name


def sections(text: str) -> tuple[Section, ...]:
    """Return the sections that have a picture, in the order of the page.

    Raises
    ------
    ValueError
        If a picture has no commands.

    """
    return tuple(_section(part) for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:])


def _section(part: str) -> Section:
    named = re.search(r"!\[.+?\]\((\S+)\)", part, re.DOTALL)
    block = re.search(r"```sh\n(.*?)```", part, re.DOTALL)
    if not named or not block:
        raise ValueError(f"no picture with its commands: {part.splitlines()[0]}")
    picture = PAGE.parent / named[1]
    words = [tuple(shlex.split(line)) for line in block[1].splitlines()]
    return Section(
        picture=picture,
        drawn=_study(picture.stem) or picture.name,
        commands=tuple(line[1:] for line in words),
    )


def _study(name: str) -> str | None:
    """Return where a study leaves its headline, if the picture is one's."""
    study = name.removeprefix("study-")
    return f"study/{study}/figure.png" if study != name else None
