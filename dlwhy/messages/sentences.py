"""Our English sentences in another language: each is matched against its template, and its values are put in again.

``study.json`` holds sentences, not their parts. A file of templates has the English form as key and the other as value,
both with the same names in braces. What stands in a place says how its name ends:

- ``{x}`` a value: a number is rewritten, anything else kept, such as a name of the user's;
- ``{x!e}`` a number, perhaps with unit and interval; nothing else is taken for it;
- ``{x!p}`` a phrase: it has a template of its own, or is kept; ``{x!w}`` one that must have;
- ``{x!o}`` nothing, or " (of 900 rows drawn)";
- ``{x!s}`` a sentence, without its full stop; it begins small or large as in English;
- ``{x!l}`` items with "; " between them; ``{x!c}`` with ", " and "and";
- ``{x!a}`` phrases with ", " between them, all of which must have a template.

Nothing but a sentence and a list holds "; ", a full stop or "? ", so no place takes parts of two sentences. What may
stand around any sentence, a template that begins with one, is taken off first.
"""

import dataclasses
import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Rewrite = Callable[[str], str]
_PLACE = re.compile(r"\{(\w+)(?:!([epwslcoa]))?\}")
# an effect as we write it, whatever its unit: +1.2 points [0.3, 2.1]
_UNITS = ("points", "of R²", "decades")
_AMOUNT = r"[+-]?[\d.,]+(?:e[+-]?\d+)?"
_EFFECT = re.compile(rf"({_AMOUNT})( (?:{'|'.join(_UNITS)}))?(?: \[({_AMOUNT}), ({_AMOUNT})\])?( ?%)?")
# the same without groups, for a place that holds nothing else
_NUMERIC = rf"{_AMOUNT}(?: (?:{'|'.join(_UNITS)}))?(?: \[{_AMOUNT}, {_AMOUNT}\])?(?: ?%)?"
# anything that is not more than one sentence
_DRAWN = re.compile(r" \(of ([\d,]+) rows drawn\)")
_EXACT = {"e": _NUMERIC, "o": r"(?: \(of [\d,]+ rows drawn\))?"}
_MORE = {"s": ".", "l": r"(?:(?!\. ).)"}
_WITHIN = r"(?:(?!; |[.?] ).)"
_DEEPEST = 6


@dataclasses.dataclass(frozen=True)
class Template:
    """A form of a sentence: how it is recognised, what each place holds, and the other language's form."""

    patterns: Sequence[re.Pattern[str]]  # with the first places as short as can be, and as long as can be
    kinds: Mapping[str, str]
    other: str


@dataclasses.dataclass(frozen=True, eq=False)
class Templates:
    """Templates of sentences, phrases, items of lists and texts of pictures, most fixed letters first; and units."""

    sentences: Sequence[Template]
    phrases: Sequence[Template]
    items: Sequence[Template]
    pictures: Sequence[Template]
    units: Mapping[str, str]
    drawn: str  # the form of " (of 900 rows drawn)"


def templates(read: Mapping[str, Any]) -> Templates:
    """Take templates from what files hold: tables ``sentences``, ``phrases``, ``items``, ``pictures`` and ``units``."""
    phrases, items = read["phrases"], read["items"]
    return Templates(
        sentences=_compiled(read["sentences"]),
        phrases=_compiled(phrases),
        items=_compiled({**phrases, **items}),
        pictures=_compiled(read["pictures"]),
        units=read["units"],
        drawn=read["drawn"],
    )


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
    found = _several(text.strip(), known, number, 0)
    return _known(text.strip(), known, number, 0) if found is None else found


def drawn(text: str, known: Templates, number: Rewrite) -> str | None:
    """Return a line of a picture in the other language: a sentence, a text of its own kind, or a phrase; else None.

    Or several of these with "; " between them.
    """
    found = _several(text, known, number, 0)
    found = _filled(text, known.pictures, known, number, 0) if found is None else found
    found = _known(text, known, number, 0) if found is None else found
    if found is None and "; " in text:
        parts = [drawn(part, known, number) for part in text.split("; ")]
        found = None if None in parts else "; ".join(map(str, parts))
    return found


@functools.lru_cache(maxsize=10_000)  # a sentence within others is met again and again
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
    if found is None and re.match("[A-Z][a-z]", body):  # a title begins large what is said small elsewhere
        found = _filled(body[0].lower() + body[1:], known.sentences, known, number, depth)
        found = found and found[0].upper() + found[1:]
    return None if found is None else f"{found}{end}"


def _phrase(text: str, known: Templates, number: Rewrite, depth: int) -> str:
    found = _filled(text, known.phrases, known, number, depth)
    return value(text, known, number) if found is None else found


def _filled(text: str, among: Sequence[Template], known: Templates, number: Rewrite, depth: int) -> str | None:
    if depth > _DEEPEST:
        return None
    for template in among:
        for pattern in template.patterns:
            match = pattern.fullmatch(text)
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
    if kind == "w":
        return _known(text, known, number, depth)
    if kind == "o":
        return _DRAWN.sub(lambda found: known.drawn.format(n=number(found[1])), text)
    if kind == "s":
        return _inner(text, known, number, depth)
    if kind == "a":
        return _all(text, known, number, depth)
    if kind in ("l", "c"):
        return _list(text, known, number, depth, within=kind == "c")
    return _phrase(text, known, number, depth) if kind == "p" else value(text, known, number)


def _all(text: str, known: Templates, number: Rewrite, depth: int) -> str | None:
    parts = [_known(part, known, number, depth) for part in text.split(", ")]
    return None if None in parts else ", ".join(map(str, parts))


def _list(text: str, known: Templates, number: Rewrite, depth: int, *, within: bool) -> str:
    """Translate items, each as far as it is known; those with semicolons between them may be lists themselves."""
    if not within:
        parts = text.split("; ")
        whole = [_filled(part, known.items, known, number, depth) for part in parts]
        return "; ".join(
            _list(part, known, number, depth, within=True) if found is None else found
            for part, found in zip(parts, whole, strict=True)
        )
    return ", ".join(_joined(part, known, number, depth) for part in text.split(", "))


def _joined(text: str, known: Templates, number: Rewrite, depth: int) -> str:
    """Translate the end of a list, which may be two items."""
    found = _filled(text, known.items, known, number, depth)
    return " e ".join(_item(part, known, number, depth) for part in text.split(" and ")) if found is None else found


def _item(text: str, known: Templates, number: Rewrite, depth: int) -> str:
    found = _filled(text, known.items, known, number, depth)
    return value(text, known, number) if found is None else found


def _known(text: str, known: Templates, number: Rewrite, depth: int) -> str | None:
    """Translate a phrase that has a template; one that begins a sentence has a large letter."""
    found = _filled(text, known.phrases, known, number, depth)
    if found is None and text[:1].isupper():
        found = _filled(text[:1].lower() + text[1:], known.phrases, known, number, depth)
        found = found and found[:1].upper() + found[1:]
    return found


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
    made = [(_order(english), _template(english, other)) for english, other in pairs.items()]
    return [template for _, template in sorted(made, key=lambda each: each[0])]


def _order(english: str) -> tuple[bool, int]:
    """Return what decides which template is tried first: what stands around others, then the most fixed letters."""
    return not re.match(r"\{\w+!s\}|\{\w+!w\} and |Probably: ", english), -len(_PLACE.sub("", english))


def _template(english: str, other: str) -> Template:
    kinds = {place[1]: place[2] or "" for place in _PLACE.finditer(english)}
    patterns = [re.compile(_pattern(english, more), re.DOTALL) for more in ("+?", "+")]
    return Template(patterns, kinds, other)


def _pattern(english: str, more: str) -> str:
    """Return a template as an expression whose places take as few or as many letters as can be."""
    pieces, at, seen = [], 0, set[str]()
    for place in _PLACE.finditer(english):
        name, kind = place[1], place[2] or ""
        holds = _EXACT.get(kind, f"{_MORE.get(kind, _WITHIN)}{more}")
        pieces += [re.escape(english[at : place.start()]), f"(?P={name})" if name in seen else f"(?P<{name}>{holds})"]
        at = place.end()
        seen.add(name)
    return "".join([*pieces, re.escape(english[at:])])
