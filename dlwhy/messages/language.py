"""A language: its fixed texts by key, how it writes numbers, and what it makes of our English sentences."""

import dataclasses
import functools
import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from dlwhy.errors import UsageError
from dlwhy.messages import sentences
from dlwhy.text import display, nearest, unbroken

LANGUAGES: Mapping[str, str] = {"en": "English", "it": "italiano"}
ENGLISH = "en"
# a number as we write it: thousands with commas, decimals behind a point; never a part of a word or of a version
_NUMBER = re.compile(r"(?<![\w.,])[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:e[+-]?\d+)?(?![\w]|[.,]\d)")
_WORDS = re.compile(r"[^\W\d_]{2}")
# names that no place of a template holds as they are, and what stands for them meanwhile: signs for private use
_FRAGILE, _MARKS = re.compile(r"[;.?] |\d,\d"), range(0xE000, 0xF900)
_POINT_AND_COMMA = str.maketrans(".,", ",.")


@dataclasses.dataclass(frozen=True, eq=False)
class Language:
    """What is said in one language.

    Parameters
    ----------
    code
        One of `LANGUAGES`.
    texts
        Fixed texts by key; ``{name}`` in one stands for a value.

    """

    code: str
    texts: Mapping[str, str]

    def say(self, key: str, **values: Any) -> str:
        """Return a fixed text with its values: whole numbers are grouped, texts put in as they are."""
        return self.texts[key].format(**{name: self.shown(value) for name, value in values.items()})

    def shown(self, value: Any) -> str:
        """Return a number, or a number as we write it, as this language does; other texts as they are."""
        if isinstance(value, int) and not isinstance(value, bool):
            return self.number(f"{value:,}" if abs(value) >= 10_000 else str(value))
        return str(value)

    def number(self, text: str) -> str:
        """Rewrite the numbers in a text of ours, such as ``1.5 [0.3, 2,000]``."""
        return text if self.code == ENGLISH else _NUMBER.sub(_rewritten, text)

    def value(self, text: str) -> str:
        """Rewrite a number of ours, perhaps with its unit and interval: ``1.2 points [0.3, 2.1]``, or ``< 0.001``."""
        if self.code == ENGLISH:
            return text
        number = text.removeprefix("< ")
        return text[: len(text) - len(number)] + sentences.value(number, self._templates, self.number)

    def sentence(self, text: str) -> tuple[str, str]:
        """Return a sentence of ours in this language, and the code of the language that it is in now.

        One that no template fits stays English.
        """
        if self.code == ENGLISH:
            return text, ENGLISH
        found = sentences.translated(text, self._templates, self.number)
        return (text, ENGLISH) if found is None else (found, self.code)

    def for_pictures(self, names: Collection[str] = ()) -> Callable[[str], str] | None:
        """Return what puts the texts of a picture into this language; None if they are in it already.

        Parameters
        ----------
        names
            The user's own, such as of columns: a line that is one of them stays.

        """
        return None if self.code == ENGLISH else functools.partial(self.in_picture, names=frozenset(names))

    def in_picture(self, text: str, names: Collection[str] = ()) -> str:
        """Return a text of a picture in this language, line by line; a line that is one of the user's names stays."""
        if self.code == ENGLISH:
            return text
        taken = {*text, *"".join(names)}
        free = (mark for mark in map(chr, _MARKS) if mark not in taken)
        # the longest first: one name may be a part of another
        fragile = sorted(filter(_FRAGILE.search, names), key=len, reverse=True)
        marks = dict(zip(free, fragile, strict=False))
        for mark, name in marks.items():
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", mark, text)
        said = "\n".join(line if line in names else self._line(line) for line in text.split("\n"))
        return said.translate({ord(mark): name for mark, name in marks.items()})

    def _line(self, line: str) -> str:
        found = sentences.drawn(line, self._templates, self.number)
        if found is None and _WORDS.search(line) is None:
            return self.number(line)
        return unbroken(self.value(line) if found is None else found)

    @property
    def _templates(self) -> "sentences.Templates":
        return _templates_of(self.code)


def load(code: str, folder: Path) -> Language:
    """Read the texts of a language, ``CODE.toml``, from a folder of messages.

    Raises
    ------
    UsageError
        If there is no such language.

    """
    check(code)
    return Language(code, _flat(_read(folder / f"{code}.toml")))


def check(code: str) -> None:
    """Refuse a language that there isn't.

    Raises
    ------
    UsageError
        With those that there are.

    """
    if code not in LANGUAGES:
        there = f"there is {', '.join(LANGUAGES)}"
        raise UsageError(f"--lang {display(code)}: no such language", nearest(code, LANGUAGES) or there)


def placeholders(text: str) -> Sequence[str]:
    """Return the names in braces in a text, in order."""
    return sorted(re.findall(r"\{(\w+)", text))


@functools.cache
def _templates_of(code: str) -> "sentences.Templates":
    here = Path(__file__)
    said, drawn = (_read(here.with_name(f"{name}_{code}.toml")) for name in ("sentences", "pictures"))
    return sentences.templates({**said, **drawn, "phrases": {**said["phrases"], **drawn["phrases"]}})


@functools.cache
def _read(path: Path) -> Mapping[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in values.items():
        found |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return found


def _rewritten(found: re.Match[str]) -> str:
    # .2 is short for 0.2, which a comma needs before it
    return re.sub(r"^([+-]?)\.", r"\g<1>0.", found[0]).translate(_POINT_AND_COMMA)
