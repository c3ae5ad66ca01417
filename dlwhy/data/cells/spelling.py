"""Texts that may be one word in several spellings."""

import re
from collections.abc import Collection

_BETWEEN = r"(?<=[^\W_])[\s_.-]+(?=[^\W_])"  # C and C++, A and A- are no twins
_TRUE = ("true", "t", "yes", "y", "on", "1", "1.0")
_FALSE = ("false", "f", "no", "n", "off", "0", "0.0")
_WAYS = tuple(zip(_TRUE, _FALSE, strict=True))


def twins(texts: Collection[str]) -> list[tuple[str, ...]]:
    """Return groups of texts that differ only in case, blanks or marks: NO, No; new-york, New York."""
    groups: dict[str, list[str]] = {}
    for text in sorted(texts):
        groups.setdefault(re.sub(_BETWEEN, "", text.casefold()), []).append(text)
    return [tuple(group) for group in groups.values() if len(group) > 1 and not all(map(_is_number, group))]


def mixed_booleans(texts: Collection[str]) -> bool:
    """Return whether texts are yes and no written in several ways: TRUE, 1, yes."""
    folded = {text.casefold() for text in texts}
    if not folded <= {*_TRUE, *_FALSE} or len(folded) < 3:
        return False
    return all(not folded <= {*way} for way in _WAYS) and bool(folded & {*_TRUE}) and bool(folded & {*_FALSE})


def _is_number(text: str) -> bool:
    return not re.search(r"[^\W\d]", text)
