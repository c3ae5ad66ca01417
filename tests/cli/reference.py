"""The page docs/cli.md, made from the commands themselves: `python -m tests.cli.reference` writes it anew."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from dlwhy.cli.program import group

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
_HEAD = """# The commands

Made from the help of the commands by `python -m tests.cli.reference`; a test keeps it true.

Any option can also be set in the environment, as `DLWHY_COMMAND_OPTION` (`DLWHY_TRAIN_BATCH_SIZE=64`; of an option
that may be given several times one value a line, blanks and all), or in a TOML file that `--config` names, in a
table for each command (`[train]`), where a list may stand for values with commas between (`layers = [64, 64]`). The
command line wins over the environment, the environment over the file. An empty variable counts as not set. A name in
the file that no option has is refused, and so is a variable of the command's own; any other `DLWHY_…` is warned of.

Settings made for other programs change nothing: Keras' (`KERAS_BACKEND`, `keras.json`), Matplotlib's (`MPLBACKEND`,
`matplotlibrc`), `SOURCE_DATE_EPOCH`. `XLA_FLAGS` and `TF_XLA_FLAGS` are yours to set; a flag that TensorFlow does not
know is refused.

All commands have `--help`, `--quiet`, `--json` and `--config`, which are listed once:
"""
_TAIL = """## Exit codes

| code | means |
|---|---|
| 0 | done |
| 1 | a bug of ours |
| 2 | usage: an option's value, a bad combination |
| 3 | ran, but the result is of no use: the loss diverged, runs of a study failed |
| 4 | a gate that you set did not hold: `--min-accuracy`, `--min`, `--max`, `--fail-unless`, `--fail-on` |
| 65 | an input was refused |
| 66 | an input is missing, unreadable or not a regular file |
| 73 | an output can't be made |
| 74 | reading or writing failed midway |
| 75 | busy, or too little memory: try again |
| 130, 143, 129, 141 | ended by Ctrl-C, by SIGTERM, by a lost connection (SIGHUP), by a reader that went away |
"""
_OF_ALL = ("quiet", "as_json", "config")
_KINDS = {str: "TEXT", int: "INTEGER", float: "NUMBER"}


def page() -> str:
    """Give the whole page."""
    commands = group().commands
    shared = [option for option in commands["info"].params if option.name in _OF_ALL]
    parts = [_HEAD.strip(), "\n".join(_table(shared))]
    for name, command in commands.items():
        parts += [f"## dlwhy {name}", *_paragraphs(command)]
        own = sorted(
            (each for each in command.params if each.name not in _OF_ALL), key=lambda each: not _is_argument(each)
        )
        arguments = [f"[{_word(each)}]" for each in own if _is_argument(each)]
        parts.append(f"Usage: `{' '.join(['dlwhy', name, '[OPTIONS]', *arguments])}`")
        parts.append("\n".join(_table(own)))
    return "\n\n".join([*parts, _TAIL])


def _paragraphs(command: Any) -> Iterator[str]:
    for part in (inspect.getdoc(command.callback) or "").split("\n\n"):
        lines = part.splitlines()
        if lines[0] == r"\b":
            yield "\n".join(["```sh", *(line.strip() for line in lines[2:]), "```"])
        else:
            yield " ".join(lines)


def _table(options: list[Any]) -> Iterator[str]:
    yield "| option | what it is | default |"
    yield "|---|---|---|"
    for option in options:
        yield f"| {_names(option)} | {_cell(option.help or '')} | {_default(option)} |"


def _names(option: Any) -> str:
    if _is_argument(option):
        return f"`{_word(option)}`"
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    return names if option.is_flag else f"{names} {_kind(option)}"


def _is_argument(option: Any) -> bool:
    return option.opts[0] == option.name


def _word(argument: Any) -> str:
    return (argument.metavar or argument.name.upper()).strip("[].")


def _kind(option: Any) -> str:
    """Name what an option takes: its own word for it, the choices, or the type."""
    kind = option.type_descriptor.annotation
    kind = get_args(kind)[0] if get_origin(kind) is list else kind
    named = "\\|".join(get_args(kind)) if get_origin(kind) is Literal else _KINDS[kind]
    return _cell(option.metavar or named)


def _default(option: Any) -> str:
    if isinstance(option.show_default, str):
        return _cell(option.show_default)
    if option.default is None or option.default is False or not option.show_default:
        return ""
    several = isinstance(option.default, list | tuple)
    return f"`{' '.join(map(str, option.default)) if several else option.default}`"


def _cell(text: str) -> str:
    return text.replace("<", "&lt;").replace("\n", " ")


if __name__ == "__main__":
    PAGE.write_text(page())
