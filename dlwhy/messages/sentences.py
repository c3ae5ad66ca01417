"""Our English sentences in another language: each is matched against its template, and its values are put in again.

``study.json`` holds sentences, not their parts. A file of templates has the English form as key and the other as value,
both with the same names in braces. What stands in a place says how its name ends:

- ``{x}`` a value: a number is rewritten, anything else kept, such as a name of the user's;
- ``{x!p}`` a phrase: it has a template of its own, or is kept;
- ``{x!s}`` a sentence, without its full stop; it begins small or large as in English;
- ``{x!l}`` phrases with "; " between them; ``{x!c}`` with ", " and "and".
"""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence

Rewrite = Callable[[str], str]
_PLACE = re.compile(r"\{(\w+)(?:!([pslc]))?\}")
# an effect as we write it, whatever its unit: +1.2 points [0.3, 2.1]
_UNITS = ("points", "of R²", "decades")
_AMOUNT = r"[+-]?[\d.,]+(?:e[+-]?\d+)?"
_EFFECT = re.compile(rf"({_AMOUNT})( (?:{'|'.join(_UNITS)}))?(?: \[({_AMOUNT}), ({_AMOUNT})\])?( %)?")
_DEEPEST = 6


@dataclasses.dataclass(frozen=True)
class Template:
    """A form of a sentence: how it is recognised, what each place holds, and the other language's form."""

    pattern: re.Pattern[str]
    kinds: Mapping[str, str]
    other: str


@dataclasses.dataclass(frozen=True)
class Templates:
    """Templates of sentences and of phrases, those with the most fixed letters first; and names of units."""

    sentences: Sequence[Template]
    phrases: Sequence[Template]
    units: Mapping[str, str]


def templates(read: Mapping[str, Mapping[str, str]]) -> Templates:
    """Take templates from what a file holds: tables ``sentences``, ``phrases`` and ``units``."""
    return Templates(_compiled(read["sentences"]), _compiled(read["phrases"]), read["units"])


def translated(text: str, known: Templates, number: Rewrite) -> str | None:
    """Return a sentence in the other language; None if it has no template.

    Parameters
    ----------
    text
        One sentence, or several that follow each other, of ours.
    known
        The templates.
    number
        Rewrites the numbers in a value.

    """
    return _several(text.strip(), known, number, 0)


def _several(text: str, known: Templates, number: Rewrite, depth: int) -> str | None:
    whole = _sentence(text, known, number, depth)
    if whole is not None or depth > _DEEPEST:
        return whole
    # two or more sentences: cut at the first full stop behind which both parts are known
    for place in (match.end() for match in re.finditer(r"[.?](?= [^a-z\s])", text)):
        first = _sentence(text[:place], known, number, depth)
        rest = None if first is None else _several(text[place + 1 :], known, number, depth + 1)
        if first is not None and rest is not None:
            return f"{first} {rest}"
    return None


def _sentence(text: str, known: Templates, number: Rewrite, depth: int) -> str | None:
    end = text[-1:] if text[-1:] in (".", "?") else ""
    body = text[: len(text) - len(end)]
    found = _filled(body, known.sentences, known, number, depth)
    return None if found is None else f"{found}{end}"


def _phrase(text: str, known: Templates, number: Rewrite, depth: int) -> str:
    found = _filled(text, known.phrases, known, number, depth)
    return value(text, known, number) if found is None else found


def _filled(text: str, among: Sequence[Template], known: Templates, number: Rewrite, depth: int) -> str | None:
    if depth > _DEEPEST:
        return None
    for template in among:
        match = template.pattern.fullmatch(text)
        values = match and _values(match, template, known, number, depth)
        if values is not None:
            return _PLACE.sub(lambda place, values=values: values[place[1]], template.other)  # type: ignore[misc]
    return None


def _values(
    match: re.Match[str], template: Template, known: Templates, number: Rewrite, depth: int
) -> dict[str, str] | None:
    values: dict[str, str] = {}
    for name, kind in template.kinds.items():
        text = match[name]
        found = _of_kind(kind, text, known, number, depth + 1)
        if found is None:
            return None
        values[name] = found
    return values


def _of_kind(kind: str, text: str, known: Templates, number: Rewrite, depth: int) -> str | None:
    if kind == "s":
        return _inner(text, known, number, depth)
    if kind == "l":
        return "; ".join(_phrase(part, known, number, depth) for part in text.split("; "))
    if kind == "c":
        parts = re.split(r"(, | and )", text)
        joined = [{", ": ", ", " and ": " e "}.get(part) or _phrase(part, known, number, depth) for part in parts]
        return "".join(joined)
    return _phrase(text, known, number, depth) if kind == "p" else value(text, known, number)


def _inner(text: str, known: Templates, number: Rewrite, depth: int) -> str | None:
    """Translate a sentence within another: it may have lost its large letter."""
    found = _several(text, known, number, depth)
    if found is None and text[:1].islower():
        found = _several(text[:1].upper() + text[1:], known, number, depth)
        found = found and found[:1].lower() + found[1:]
    return found


def value(text: str, known: Templates, number: Rewrite) -> str:
    """Rewrite a number with its unit and interval; other texts stay."""
    match = _EFFECT.fullmatch(text)
    if match is None:
        return text
    amount, unit, low, high, percent = match.groups()
    unit = f" {known.units[unit.strip()]}" if unit else ""
    # where decimals have commas, a semicolon keeps the ends apart
    ends = f" [{number(low)}; {number(high)}]" if low else ""
    return f"{number(amount)}{unit}{ends}{percent or ''}"


def _compiled(pairs: Mapping[str, str]) -> list[Template]:
    made = [_template(english, other) for english, other in pairs.items()]
    return [template for _, template in sorted(made, key=lambda each: -each[0])]


def _template(english: str, other: str) -> tuple[int, Template]:
    """Return how many fixed letters a template has, and the template."""
    kinds: dict[str, str] = {}

    def group(match: re.Match[str]) -> str:
        name = match[1]
        if name in kinds:
            return f"(?P={name})"
        kinds[name] = match[2] or ""
        return f"(?P<{name}>.+?)"

    places = list(_PLACE.finditer(english))
    pieces, at = [], 0
    for place in places:
        pieces += [re.escape(english[at : place.start()]), group(place)]
        at = place.end()
    pieces.append(re.escape(english[at:]))
    return len(_PLACE.sub("", english)), Template(re.compile("".join(pieces), re.DOTALL), kinds, other)
