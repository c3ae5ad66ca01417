"""What may follow a command: a line that can be typed, said to people at a terminal."""

import shlex

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.show.console import Output
from dlwhy.text import inert


def say(out: Output, *words: str, data: str = shared.DATA, model: str = shared.MODEL, why: str = "") -> None:
    """Say which command may come next, with the files that are not its defaults; none where one went into a pipe."""
    if files.is_standard(data) or files.is_standard(model):
        return
    named = [*(["-m", model] if model != shared.MODEL else []), *(["-d", data] if data != shared.DATA else [])]
    line = shlex.join(["dlwhy", *words, *named])
    if line == inert(line):  # what a terminal would obey can't be typed
        out.next(f"{line}{why and f' {why}'}")
