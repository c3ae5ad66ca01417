"""`dlwhy lesson`: a lesson in the terminal."""

from collections.abc import Callable

from dlwhy.cli.arguments import command
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps import lessons
from dlwhy.cli.steps.lessons import Lesson
from dlwhy.errors import UsageError


@command
def lesson(options: Lesson, run: Callable[[list[str]], int]) -> None:
    r"""Play a lesson in the terminal: a question, what do you predict, the commands run, what is there to see.

    Each takes some minutes, works offline, and ends with what would refute it and an exercise that is checked. On a
    terminal it waits for you; elsewhere it goes on by itself and shows a solution. Without a name the lessons are
    listed.

    \b
    Examples:
      dlwhy lesson
      dlwhy lesson depth
      dlwhy lesson depth --check
      dlwhy lesson overfitting --lang it
      dlwhy lesson own --data churn.csv --target churned
    """
    out = Output.of(options)
    if options.lesson is None or options.show_list:
        lessons.show_list(options, out)
        return
    if options.as_json:
        raise UsageError("--json goes with the list of lessons", "leave out the lesson's name")
    lessons.play(options, run, out)
