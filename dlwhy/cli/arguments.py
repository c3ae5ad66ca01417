"""A frozen dataclass of options becomes a command: Typer reads its signature from the fields."""

import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, dataclass_transform

import typer
import typer.models

from dlwhy.cli import completing

_Kind = TypeVar("_Kind", bound="Options")


def option(default: Any, says: str, *names: str, **settings: Any) -> Any:
    """Make a field an option: its default, what its help says, and its names if they are others than the field's."""
    return _field(typer.Option(default, *names, help=says, **settings))


def argument(default: Any, says: str, **settings: Any) -> Any:
    """Make a field an argument: its default, and what its help says."""
    return _field(typer.Argument(default, help=says, **settings))


def _field(info: typer.models.ParameterInfo) -> Any:
    return dataclasses.field(default_factory=lambda: info.default, metadata={"info": info})


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Options:
    """What is asked of a command: each field that is made by `option` or `argument` is one.

    In the help the options of a class stand before those that it inherits.
    """

    # names of the fields that were given: on the command line, in the environment or in the configuration file
    given: frozenset[str] = frozenset()

    def to(self, kind: type[_Kind], **changes: Any) -> _Kind:
        """Give the options of another command: the ones of the same name, but for the changes."""
        same = self.some(each.name for each in dataclasses.fields(kind) if hasattr(self, each.name))
        return kind(**{**same, **changes})

    def some(self, names: Iterable[str]) -> dict[str, Any]:
        """Give some of the options by name, for a function that calls them the same."""
        return {name: getattr(self, name) for name in names}

    @classmethod
    def own_names(cls) -> tuple[str, ...]:
        """Return the names of the options that are a class's own."""
        return tuple(inspect.get_annotations(cls))

    @classmethod
    def flag(cls, name: str) -> str:
        """Name an option as the user knows it: ``--batch-size``, or ``NAME`` of an argument."""
        info = next(each.metadata["info"] for each in dataclasses.fields(cls) if each.name == name)
        if isinstance(info, typer.models.ArgumentInfo):
            return name.upper()
        return info.param_decls[0] if info.param_decls else f"--{name.replace('_', '-')}"


@dataclass_transform(frozen_default=True, kw_only_default=True)
def frozen_options(kind: type[_Kind]) -> type[_Kind]:
    """Make a frozen dataclass of options, without methods that nobody needs: `--help` is quick."""
    return dataclasses.dataclass(frozen=True, kw_only=True, eq=False, repr=False)(kind)


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Make a Typer command of a function of one value, a dataclass of options; the help is its docstring.

    A second parameter is given a function that runs another command line in this process, and gives its exit code.
    """
    kind, *others = (parameter.annotation for parameter in inspect.signature(function).parameters.values())

    @functools.wraps(function)
    def run(context: typer.Context, **values: Any) -> None:
        options = kind(**values, given=frozenset(name for name in values if _is_given(context, name)))
        function(options, *([context.obj] if others else []))

    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    parameters = [context, *map(_parameter, _in_order(kind))]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _in_order(kind: type[Options]) -> "list[dataclasses.Field[Any]]":
    """Give the fields that are options, those of a class before those of the classes that it is made of."""
    fields = {each.name: each for each in dataclasses.fields(kind) if each.metadata}
    names = dict.fromkeys(name for each in kind.__mro__ for name in inspect.get_annotations(each))
    return [fields[name] for name in names if name in fields]


def _parameter(field: "dataclasses.Field[Any]") -> inspect.Parameter:
    info = field.metadata["info"]
    info.autocompletion = completing.offered(field.name)
    return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=info, annotation=field.type)


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"
