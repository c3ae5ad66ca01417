"""Options from a file and from the environment: read, checked, and named when they are wrong."""

import difflib
import os
import re
import shutil
import tomllib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import typer
import typer.core

from dlwhy import files
from dlwhy.cli import helping
from dlwhy.errors import DlwhyWarning, InputRefusedError, UsageError
from dlwhy.text import display, nearest

_PREFIX = "DLWHY_"
_MOST_BYTES = 1 << 20
# how near a name must be to be hinted at, from 0 to 1
_NEAR = 0.7
_SHORT = "dlwhy.cli.help.short"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Command(typer.core.TyperCommand):
    """A command that says where a wrong value comes from, if that is not the command line."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options; what is wrong with them is an error of one line."""
        ctx.meta[_SHORT] = helping.is_short(args)
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            raise usage_error(error, ctx) from error

    def get_help_option(self, ctx: Any) -> Any:
        """Give the option that shows the help, which takes no value to be named."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.metavar, option.help = "", "Show all options and exit; -h shows those that matter."
        return option

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show all options, or after -h those that matter."""
        if not ctx.meta.get(_SHORT):
            super().format_help(ctx, formatter)
            return
        usage = " ".join([f"Usage: {ctx.command_path}", *self.collect_usage_pieces(ctx)])
        formatter.write(helping.short(self, usage, shutil.get_terminal_size().columns))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error about a value from elsewhere says where from."""
        check_environment(ctx)
        try:
            return super().invoke(ctx)
        except UsageError as error:
            about = [each for each in self.params if _is_about(error.message, each)]
            place = next(filter(None, (_place(ctx, each) for each in about)), None)
            if place is None or place in error.message:
                raise
            raise UsageError(f"{place}: {error.message}", error.hint) from error


def usage_error(error: typer.TyperException, context: Any) -> UsageError:
    """Say in one line what Typer would say in a box."""
    # of kinds of errors that Typer keeps to itself
    option, near = getattr(error, "param", None), getattr(error, "possibilities", None)
    place = _place(context, option) if option else None
    if place is not None:
        return UsageError(f"{place}: {display(error.message, 200)}")
    said = f"{error.message}. Did you mean {near[0]}?" if near else error.format_message().removesuffix(".")
    command = context.command_path if context else "dlwhy"
    return UsageError(display(said[0].lower() + said[1:], 200), f"try '{command} --help'")


def variable(command: str | None, option: Any) -> str:
    """Name the environment variable of an option: by the option's name, which the user knows."""
    name = next(name for name in option.opts if name.startswith("--"))
    return f"{_PREFIX}{table_of(command or '')}_{name[2:]}".replace("-", "_").upper()


def table_of(command: str) -> str:
    """Name the table of a command in a configuration file: `study show` and `study compare` have that of `study`."""
    return command.partition(" ")[0]


def lines(text: str) -> list[str]:
    """Split the variable of an option that may be given several times: one value a line, blanks belong to it."""
    return [line for line in text.splitlines() if line]


def check_environment(context: Any) -> None:
    """Refuse variables that no option of the command has, warn of those that none of any command has.

    Raises
    ------
    UsageError
        If one is misspelt.

    """
    known = {option.envvar for command in _commands(context).values() for option in _options(command)}
    own = table_of(context.command.name)
    for name in sorted(each for each in os.environ if each.startswith(_PREFIX) and each not in known):
        message, hint = f"{display(name)}: no option has this variable", _variable_meant(name, context, own)
        if name.startswith(_prefix(own)):
            raise UsageError(message, hint)
        if not context.params.get("quiet"):
            warnings.warn(f"{message} ({hint})" if hint else message, DlwhyWarning, stacklevel=2)


def _variable_meant(name: str, context: Any, own: str) -> str:
    """Hint at the variable that a misspelt one may have meant: of the command it names, or else of any."""
    tables = {table_of(command) for command in _commands(context)}
    named = next((table for table in tables if name.startswith(_prefix(table))), None)
    if (short := name.removeprefix(_PREFIX)) in (variables := _variables(context, own)):  # the command was left out
        return f"did you mean {variables[short]}?"
    if named is None:
        return nearest(name, {each for table in tables for each in _variables(context, table).values()}, _NEAR)
    variables = _variables(context, named)
    # the names of the options alone: with the command's before them all would be alike
    near = difflib.get_close_matches(name.removeprefix(_prefix(named)), variables, 1, _NEAR)
    return f"did you mean {variables[near[0]]}?" if near else ""


def _variables(context: Any, table: str) -> dict[str, str]:
    """Give the variables of a table's options by each name that an option has: LR and LEARNING_RATE."""
    commands = (each for command, each in _commands(context).items() if table_of(command) == table)
    options = [option for command in commands for option in _options(command)]
    return {opt.lstrip("-").replace("-", "_").upper(): option.envvar for option in options for opt in option.opts}


def _prefix(table: str) -> str:
    return f"{_PREFIX}{table}_".upper()


def read_config(context: typer.Context, path: str | None) -> str | None:
    """Take the command's defaults from its table in a TOML file; the command line and environment win.

    Raises
    ------
    UsageError
        If the file is not TOML, or names a command or an option that there isn't.
    InputRefusedError
        If it is nested too deeply.

    """
    if path is None:
        return None
    source = files.shown(path)
    name, commands = table_of(str(context.info_name)), list(dict.fromkeys(map(table_of, _commands(context))))
    table = _table(_tables(files.read_bytes(path, limit=_MOST_BYTES), source), name, commands, source)
    options, others = _by_name(context.command), _of_table(context, name)
    defaults: dict[str, Any] = {}
    for key, value in table.items():
        option = options.get(key.replace("-", "_"))
        if option is None and key.replace("-", "_") in others:  # of another command that has this table, too
            continue
        if option is None or option.name == "config":
            hint = nearest(key, options, _NEAR)
            raise UsageError(f"{source}: [{name}] has no option {display(key)!r}", hint)
        if option.name in defaults:
            raise UsageError(f"{source}: [{name}] has {option.opts[0]} twice, by two of its names")
        defaults[option.name] = _as_given(value, several=option.multiple or option.nargs == -1)
    context.default_map = {**(context.default_map or {}), **defaults}
    return path


def _as_given(value: Any, *, several: bool) -> Any:
    """Give a value as the command line would: a list of numbers or words for one option has commas between."""
    if several:
        return [value] if isinstance(value, str) else value
    plain = isinstance(value, list) and all(type(each) in (int, float, str) and "," not in str(each) for each in value)
    return ",".join(map(str, value)) if plain else value


def _by_name(command: Any) -> dict[str, Any]:
    """Give the options as a file may name them: as on the command line, or as a parameter; --no-X is X = false."""
    return {
        name.lstrip("-").replace("-", "_"): option
        for option in command.params
        for name in (*option.opts, option.name or "")
    }


def _of_table(context: Any, table: str) -> set[str]:
    """Give the names of all options of the commands that have a table."""
    return {
        name for command, each in _commands(context).items() if table_of(command) == table for name in _by_name(each)
    }


def _tables(content: bytes, source: str) -> dict[str, Any]:
    try:
        # TOML is UTF-8; what Windows writes begins with a mark that says which encoding it is
        return tomllib.loads(content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig"))
    except RecursionError as error:
        raise InputRefusedError(f"{source}: nested too deeply") from error
    except ValueError as error:
        raise UsageError(f"{source}: not TOML: {display(error)}") from error


def _table(tables: Mapping[str, Any], command: str, commands: Sequence[str], source: str) -> Mapping[str, Any]:
    """Give the table of one command; all of them must be a command's."""
    for name, table in tables.items():
        if isinstance(table, dict) and name not in commands:
            raise UsageError(f"{source}: [{display(name)}] is no command", nearest(name, commands, _NEAR))
        if name in commands and not isinstance(table, dict):
            raise UsageError(f"{source}: [{display(name)}] is not a table")
        if not isinstance(table, dict):
            raise UsageError(f"{source}: {display(name)} stands outside a table", f"put it below [{command}]")
    own: Mapping[str, Any] = tables.get(command, {})
    return own


def _commands(context: Any) -> Mapping[str, Any]:
    """Give the program's commands by name."""
    found: Mapping[str, Any] = context.parent.command.commands
    return found


def _options(command: Any) -> Iterator[Any]:
    return (option for option in command.params if isinstance(option, typer.core.TyperOption))


def _place(context: Any, option: Any) -> str | None:
    """Say where the value of an option comes from; None for the command line and for its default."""
    source = context.get_parameter_source(option.name)
    if source is None or source.name not in ("ENVIRONMENT", "DEFAULT_MAP"):
        return None
    if source.name == "ENVIRONMENT":
        return f"{option.envvar}"
    return f"{files.shown(context.params['config'])}: [{table_of(context.info_name)}] {option.opts[0].lstrip('-')}"


def _is_about(message: str, option: Any) -> bool:
    return any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", message) for name in option.opts if name[:2] == "--")
