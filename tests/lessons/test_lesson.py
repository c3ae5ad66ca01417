"""Lessons as they are written: all texts in both languages, and command lines that the commands take."""

import shlex

import pytest

from dlwhy.cli.program import group
from dlwhy.errors import UsageError
from dlwhy.lessons import lesson as lessons
from dlwhy.messages.language import LANGUAGES, placeholders


@pytest.mark.parametrize("name", lessons.NAMES)
def test_a_lesson_says_the_same_things_in_all_languages(name):
    english, *others = (lessons.load(name, code) for code in LANGUAGES)

    assert 4 <= english.minutes <= 10
    assert any(step.predict for step in english.steps)
    assert english.refute
    for other in others:
        assert [line.removesuffix(" --lang it") for line in other.lines] == [*english.lines]
        in_italian = [line.endswith(" --lang it") for line in other.lines]
        assert in_italian == [line.startswith("plot ") for line in english.lines]
        assert other.title != english.title
        pairs = [*zip(english.steps, other.steps, strict=True), (english.exercise, other.exercise)]
        for one, two in pairs:
            for field in ("say", "predict", "see", "right", "wrong"):
                assert bool(getattr(one, field, "")) == bool(getattr(two, field, "")), (name, field)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", lessons.NAMES)
def test_its_lines_are_commands_that_there_are_with_options_that_they_have(name, code):
    for line in lessons.load(name, code).lines:
        command, *words = shlex.split(line)
        known = {flag for option in group().commands[command].params for flag in (*option.opts, *option.secondary_opts)}
        assert {word for word in words if word.startswith("-")} <= known, line


def test_what_all_lessons_say_is_there_in_all_languages():
    first, *others = (lessons.words(code) for code in LANGUAGES)
    for other in others:
        assert {key: placeholders(text) for key, text in other.texts.items()} == {
            key: placeholders(text) for key, text in first.texts.items()
        }


@pytest.mark.parametrize(("name", "code"), [("dept", "en"), ("depth", "fr"), ("../depth", "en")])
def test_what_there_is_not_is_refused(name, code):
    with pytest.raises(UsageError, match="no such"):
        lessons.load(name, code)
