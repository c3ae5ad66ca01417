"""What a lesson is, and the lessons there are: a file each in `texts`, with commands and texts in all languages."""

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlwhy.errors import UsageError
from dlwhy.messages import language
from dlwhy.messages.language import Language
from dlwhy.text import display, nearest

NAMES = ("depth", "data", "overfitting", "learning-rate", "vanishing", "transfer", "seeds", "own")
_HERE = Path(__file__).parent


@dataclasses.dataclass(frozen=True, kw_only=True)
class Step:
    """One step: what is said, what is to be predicted, command lines without `dlwhy`, and what to see then."""

    say: str = ""
    predict: str = ""
    run: tuple[str, ...] = ()
    see: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Exercise:
    """An exercise.

    Parameters
    ----------
    say
        What is asked.
    attempt
        The beginning of the command line that the student ends, without `dlwhy`.
    solution
        An end of it that is right.
    after
        Command lines that follow the attempt.
    check
        The command line that ends with 0 if it is right, and with 4 if not.
    right, wrong
        What is said then.

    """

    say: str
    attempt: str
    solution: str
    after: tuple[str, ...]
    check: str
    right: str
    wrong: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Lesson:
    """A lesson in one language: about so many minutes with reading, what would refute it, and its exercise."""

    name: str
    minutes: int
    title: str
    question: str
    steps: tuple[Step, ...]
    refute: str
    exercise: Exercise

    @property
    def lines(self) -> tuple[str, ...]:
        """All command lines, those of the exercise with its solution."""
        exercise = self.exercise
        own = (f"{exercise.attempt} {exercise.solution}", *exercise.after, exercise.check)
        return (*(line for step in self.steps for line in step.run), *own)


def load(name: str, code: str) -> Lesson:
    """Read a lesson in a language.

    Raises
    ------
    UsageError
        If there is no such lesson, or language.

    """
    if name not in NAMES:
        raise UsageError(f"{display(name)}: no such lesson", nearest(name, NAMES) or "dlwhy lesson --list shows them")
    language.check(code)
    found = tomllib.loads((_HERE / "texts" / f"{name}.toml").read_text(encoding="utf-8"))
    texts, exercise = found[code], found["exercise"]
    return Lesson(
        name=name,
        minutes=found["minutes"],
        title=texts["title"],
        question=texts["question"],
        steps=tuple(Step(run=_in(code, step.get("run", ())), **_texts(step.get(code, {}))) for step in found["step"]),
        refute=_flowing(texts["refute"]),
        exercise=Exercise(
            attempt=exercise["attempt"],
            solution=exercise["solution"],
            after=_in(code, exercise.get("after", ())),
            check=exercise["check"],
            **_texts(exercise[code]),
        ),
    )


def _in(code: str, lines: Sequence[str]) -> tuple[str, ...]:
    """Return command lines whose pictures are in the lesson's language."""
    lang = "" if code == language.ENGLISH else f" --lang {code}"
    return tuple(line + lang if line.startswith("plot ") else line for line in lines)


def words(code: str) -> Language:
    """Read what all lessons say in a language."""
    return language.load(code, _HERE / "messages")


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: _flowing(text) for name, text in values.items()}


def _flowing(text: str) -> str:
    """Let paragraphs flow; an empty line parts them."""
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def all_of(code: str) -> Sequence[Lesson]:
    """Read all lessons in a language."""
    return [load(name, code) for name in NAMES]
