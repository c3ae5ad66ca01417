"""What a finding compares, in plain words for who looks at a picture; ``study.json`` has the names of the arms."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dlwhy.models import baselines
from dlwhy.studies.arms import nets
from dlwhy.text import counted

# what arms are called in a design, and in words
_WORDS: Mapping[str, str] = {
    **baselines.WORDS,
    **nets.WORDS,
    **{f"baseline:{name}": words for name, words in baselines.WORDS.items()},
    "10-10-1": "the demonstration's net",
    "none": "nothing",
    "scratch": "from scratch",
    "frozen + logistic": "frozen layers",
    "shuffled source": "shuffled labels",
    "random + logistic": "untrained layers",
}
_TRAINED_WITH = re.compile(r"(.+), (SGD|Adam)")
# how two names share what is said once
_FORMS: Mapping[str, str] = {
    r"depth (?P<a>\d+) - depth (?P<b>\d+)": "{a:layer}, less {b}",
    r"net, n=(?P<a>\d+) - net, n=(?P<b>\d+)": "net: {a:row}, less {b}",
    r"n=(?P<a>\d+) - n=(?P<b>\d+)": "{what} at {a:row}, less that at {b}",
    r"gain at k=(?P<a>\d+) - gain at k=(?P<b>\d+)": "gain with {a:label} a class, less that with {b}",
    r"(?P<a>.+), k=(?P<k>\d+) - (?P<b>.+), k=(?P=k)": "{a}, less {b}, {k:label} a class",
    r"(?P<a>.+) - (?P<b>.+)": "{a}, less {b}",
}


class _Name(str):
    """A part of a name; a number is grouped, and counts what is asked for: ``{n:row}``."""

    __slots__ = ()

    def __format__(self, what: str) -> str:
        if not self.isdigit():
            return _called(self)
        number = f"{int(self):,}"
        return counted(int(self), what).replace(str(int(self)), number, 1) if what else number


def compared(finding: Mapping[str, Any]) -> str:
    """Say what a finding compares: ``3 layers, less 1`` for ``depth 3 - depth 1``."""
    what = finding["metric"].split()[0]  # gap or lead, where numbers of rows are compared by themselves
    for form, words in _FORMS.items():
        match = re.fullmatch(form, finding["contrast"])
        if match:
            return words.format(what=what, **{name: _Name(text) for name, text in match.groupdict().items()})
    return str(finding["contrast"])


def shared(words: Sequence[str]) -> str:
    """Return how many labels all comparisons have that name any, which need not stand in every row; or nothing."""
    labels = {each.rpartition(", ")[2] for each in words if each.endswith(" a class")}
    return labels.pop() if len(labels) == 1 else ""


def in_words(text: str, findings: Sequence[Mapping[str, Any]]) -> str:
    """Say in plain words which contrasts of controls misbehave, in a sentence that names them."""
    for each in findings:
        text = text.replace(f" misbehaves: {each['contrast']} is ", f" misbehaves: {compared(each)} is ")
    return text


def _called(name: str) -> str:
    match = _TRAINED_WITH.fullmatch(name)
    return f"{match[1]} ({match[2]})" if match else _WORDS.get(name, str(name))
