"""Playing a lesson: what is said, waiting for whoever is there, and commands that run in this process."""

import contextlib
import os
import re
import shlex
import sys
from collections.abc import Callable, Collection
from pathlib import Path

import typer

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.arguments import argument, frozen_options, option
from dlwhy.cli.show.console import Output, without_hints
from dlwhy.errors import (
    EndedBySignal,
    GateError,
    InputUnreadableError,
    UnusableResultError,
    UsageError,
)
from dlwhy.lessons import lesson as lessons
from dlwhy.messages.language import Language
from dlwhy.text import display

Run = Callable[[list[str]], int]
_TRIES = 3
_OWN = "own"
# the table of who has none, and what makes it
_BUNDLED, _MAKES_TABLE = "--from tumours.csv --target target --split-column split", "generate breast-cancer"
# of what a lesson trains, at most so much with --tiny: its texts are no longer true then
_TINY = {"--epochs": 1, "--members": 2, "--seeds": 2, "--snapshots": 2, "--samples": 400}
_RECIPE = "--recipe table"
# a gate holds, or does not
_JUDGED = (0, 4)


@frozen_options
class Lesson(shared.Common):
    """The options of `dlwhy lesson`."""

    lesson: str | None = argument(None, "Which one.", metavar="NAME", show_default=False)
    show_list: bool = option(False, "List the lessons there are.", "--list")
    lang: str = option("en", "Its language: en, or it for Italian.", metavar="en|it")
    directory: str | None = option(None, "Folder for its files; made if missing.", "--dir", show_default="lesson-NAME")
    check: bool = option(False, "Only check what its folder holds as your answer to the exercise.", "--check")
    data: str | None = option(None, "Of own: your table.", "--data", "-d", metavar="FILE")
    target: str = option("target", "Of own: the table's column that is to be learnt.", metavar="COLUMN")
    tiny: bool = option(False, "Train next to nothing, so that tests are short.", "--tiny", hidden=True)


def show_list(options: Lesson, out: Output) -> None:
    """Print the lessons there are."""
    words, found = lessons.words(options.lang), lessons.all_of(options.lang)
    if out.as_json:
        out.json([{"lesson": one.name, "question": one.question, "minutes": one.minutes} for one in found])
        return
    header = (words.say("lesson"), words.say("question"), f">{words.say('minutes')}")
    out.table(header, [(one.name, one.question, str(one.minutes)) for one in found])
    out.next(f"dlwhy lesson {found[0].name}{'' if options.lang == 'en' else f' --lang {options.lang}'}")


def play(options: Lesson, run: Run, out: Output) -> None:
    """Play a lesson from its first line to its last, or only check its exercise.

    Raises
    ------
    UsageError
        If there is no such lesson or language, or it takes no data.
    InputUnreadableError
        If the table can't be read, or there is no folder to check.
    GateError
        If only the exercise is checked, and the answer is wrong.
    UnusableResultError
        If one of its commands fails.

    """
    name = options.lesson or ""
    found, words = lessons.load(name, options.lang), lessons.words(options.lang)
    if name != _OWN and options.given & {"data", "target"}:
        raise UsageError(f"--data and --target are for dlwhy lesson {_OWN}")
    if options.data is not None:
        if files.is_standard(options.data):
            raise UsageError("a lesson reads its table several times, not from stdin", "name a file with --data")
        with files.open_input(options.data):
            pass  # it can be read
    where = options.directory or f"lesson-{name}"
    if options.check and not Path(where).is_dir():
        raise InputUnreadableError(f"{files.shown(where)}: no such folder", f"play it first: dlwhy lesson {name}")
    folder = files.made_folder(where)
    table = os.path.relpath(options.data, folder) if options.data else ""
    with contextlib.chdir(folder), without_hints():
        player = _Player(found, words, out, run, options, table)
        if options.check:
            if not player.check(files.shown(folder)):
                raise GateError(found.exercise.wrong)
            out.paragraph(words.say("right", text=found.exercise.right), to_read=True)
            return
        player.play(files.shown(folder))


def _is_file(word: str) -> bool:
    return word.endswith((".keras", ".joblib"))


class _Player:
    """A lesson that is being played, with who plays it."""

    def __init__(
        self, lesson: lessons.Lesson, words: Language, out: Output, run: Run, options: Lesson, table: str
    ) -> None:
        self._lesson, self._words, self._out, self._run_line = lesson, words, out, run
        self._options, self._table = options, table
        # only somebody at a terminal can be waited for
        self._waits = sys.stdin is not None and sys.stdin.isatty()

    def play(self, folder: str) -> None:
        """Play it from its first line to its last."""
        lesson = self._lesson
        self._out.text(lesson.title)
        self._say(lesson.question)
        self._say(self._words.say("folder", minutes=lesson.minutes, folder=folder))
        for step in lesson.steps:
            self._step(step)
        self._say(self._words.say("refute", text=lesson.refute))
        self._exercise()
        self._say(self._words.say("check", line=f"dlwhy lesson {lesson.name} --check"))
        self._say(self._words.say("more"))

    def check(self, folder: str) -> bool:
        """Check what lies in the folder as an answer; what ends the check otherwise has said why.

        Raises
        ------
        InputUnreadableError
            If there is nothing to check yet.

        """
        for name in filter(_is_file, self._lesson.exercise.check.split()):
            if not Path(name).exists():
                message = f"{folder}/{name}: not there, so there is nothing to check yet"
                raise InputUnreadableError(message, self._made_by(name))
        code = self._run(self._lesson.exercise.check, "--quiet", ends=range(129))
        if code not in _JUDGED:
            raise typer.Exit(code)
        return code == 0

    def _made_by(self, name: str) -> str:
        """Say what makes a file of the lesson: one of its steps, or whoever does the exercise."""
        lesson = self._lesson
        if any(name in line for step in lesson.steps for line in step.run):
            return f"play it first: dlwhy lesson {lesson.name}"
        return f"the exercise begins in that folder: dlwhy {display(self._filled(lesson.exercise.attempt), 200)} …"

    def _is_right(self) -> bool:
        return self._run(self._lesson.exercise.check, "--quiet", ends=_JUDGED) == 0

    def _step(self, step: lessons.Step) -> None:
        if step.say:
            self._say(step.say)
        answer = ""
        if step.predict:
            self._say(self._words.say("predict", question=step.predict))
            answer = self._asked(self._words.say("answer"))
        elif step.run:
            self._asked(self._words.say("on"))
        for line in self._lines(step.run):
            self._run(line)
        if answer:
            self._say(self._words.say("predicted", answer=display(answer, 200)))
        if step.see:
            self._say(self._words.say("see", text=step.see))

    def _lines(self, lines: tuple[str, ...]) -> list[str]:
        """Give the command lines that are to be run: who has a table needs none made."""
        return [self._filled(line) for line in lines if not (self._table and line.startswith(_MAKES_TABLE))]

    def _filled(self, line: str) -> str:
        """Put into a command line the table that it is about."""
        own = f"--from {shlex.quote(self._table)} --target {shlex.quote(self._options.target)}"
        return line.replace("{table}", own if self._table else _BUNDLED)

    def _exercise(self) -> None:
        exercise = self._lesson.exercise
        self._say(self._words.say("exercise", text=exercise.say))
        for _ in range(_TRIES if self._waits else 0):
            self._say(self._words.say("end"))
            typed = self._asked(f"$ dlwhy {self._filled(exercise.attempt)} ")
            if not typed and exercise.solution:
                break
            if not self._tried(typed):
                self._say(self._words.say("failed"))
            elif self._judged():
                return
        self._show_solution()

    def _tried(self, typed: str) -> bool:
        """Run what was typed, and say whether it ran."""
        exercise = self._lesson.exercise
        for line in (f"{self._filled(exercise.attempt)} {typed}", *exercise.after):
            try:
                words = shlex.split(line)
            except ValueError:  # a quotation that does not end
                return False
            if self._ended(self._run_line(self._scaled(words))) != 0:
                return False
        return True

    def _show_solution(self) -> None:
        exercise = self._lesson.exercise
        self._say(self._words.say("solution"))
        for line in (f"{self._filled(exercise.attempt)} {exercise.solution}".strip(), *exercise.after):
            self._run(line)
        self._judged()

    def _judged(self) -> bool:
        exercise, right = self._lesson.exercise, self._is_right()
        said = self._words.say("right", text=exercise.right) if right else self._words.say("wrong", text=exercise.wrong)
        self._say(said)
        return right

    def _run(self, line: str, *more: str, ends: Collection[int] = (0,)) -> int:
        """Show a command line, and run it in this process -> its exit code."""
        self._out.text(f"\n$ dlwhy {line}")
        code = self._ended(self._run_line([*self._scaled(shlex.split(line)), *more]))
        if code not in ends:
            raise UnusableResultError(f"the lesson ends here: dlwhy {display(line, 200)} ended with {code}")
        return code

    def _ended(self, code: int) -> int:
        if code > 128:
            raise EndedBySignal(code - 128)
        return code

    def _scaled(self, words: list[str]) -> list[str]:
        """With --tiny give a command line that trains next to nothing."""
        if not self._options.tiny:
            return words
        line = shlex.join(words)
        for name, most in _TINY.items():
            line = re.sub(rf"{name} \d+", f"{name} {most}", line)
        line = re.sub(r"(--layers \d+)[\d,]*", r"\1", line)
        return shlex.split(line.replace(_RECIPE, f"{_RECIPE} --epochs 1 --min-steps 1"))

    def _say(self, text: str) -> None:
        for part in text.split("\n\n"):
            self._out.text("")
            self._out.paragraph(part, to_read=True)

    def _asked(self, prompt: str) -> str:
        """Wait for a line of whoever is there; nobody is if stdin is no terminal."""
        if not self._waits:
            return ""
        self._out.text("")
        files.write_stdout(prompt.encode(errors="backslashreplace"))
        return sys.stdin.readline().strip()
