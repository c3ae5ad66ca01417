"""The answer as values, and as a page, `answer.md`: a recommendation with its rule, and at most five sentences."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

from dlwhy.studies.answer import rules
from dlwhy.studies.answer.reading import JUDGE, facts_of

__all__ = ["JUDGE", "SCHEMA", "answer", "markdown"]

SCHEMA = "dlwhy.answer/1"


def answer(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Answer what to use on the user's own table, JSON-like; None where no study has compared nets and simple models.

    Parameters
    ----------
    reports
        As in ``study.json``, all on the same table.

    Returns
    -------
    answer
        ``recommendation`` and the ``rule`` behind it, at most five ``sentences`` with a rule each, and of which studies
        that is made.

    """
    facts = facts_of(reports)
    if facts is None:
        return None
    rule, recommendation = rules.first(rules.RECOMMENDATIONS, facts)
    return {
        "schema": SCHEMA,
        "table": facts.task,
        "recommendation": recommendation,
        "rule": rule,
        "sentences": [{"rule": name, "says": says} for name, says in rules.fired(rules.SENTENCES, facts)],
        "studies": [{"study": each["study"], "command": each.get("command", "")} for each in reports],
    }


def markdown(answer: Mapping[str, Any]) -> str:
    """Write an answer as a page of Markdown, in which names of the user's stay text."""
    lines = [f"# {_text(answer['recommendation'])}", "", f"Rule: {answer['rule']}.", ""]
    lines += [f"- {_text(each['says'])}" for each in answer["sentences"]]
    lines += ["", "Made from these studies, whose folders have all rows:", ""]
    lines += [f"- {each['study']}: `{each['command'].replace('`', ' ')}`" for each in answer["studies"]]
    return "\n".join(lines) + "\n"


def _text(words: str) -> str:
    """Keep words from being read as HTML or as a link."""
    return html.escape(words, quote=False).replace("](", "]\\(")
