"""A frozen dataclass of options becomes a command: Typer reads its signature from the fields."""

import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, dataclass_transform, get_args

import typer
import typer.models

_Kind = TypeVar("_Kind", bound="Options")


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Options:
    """What is asked of a command: each field that is annotated with a Typer option or argument is one.

    In the help the options of a class stand before those that it inherits.
    """

    # names of the fields that were given: on the command line, in the environment or in the configuration file
    given: frozenset[str] = frozenset()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    __hash__ = None  # type: ignore[assignment]

    def to(self, kind: type[_Kind], **changes: Any) -> _Kind:
        """Give the options of another command: the ones of the same name, but for the changes."""
        same = self.some(each.name for each in dataclasses.fields(kind) if hasattr(self, each.name))
        return kind(**{**same, **changes})

    def some(self, names: Iterable[str]) -> dict[str, Any]:
        """Give some of the options by name, for a function that calls them the same."""
        return {name: getattr(self, name) for name in names}

    @classmethod
    def flag(cls, name: str) -> str:
        """Name an option as the user knows it: ``--batch-size``, or ``NAME`` of an argument."""
        option = next(get_args(each.type)[1] for each in dataclasses.fields(cls) if each.name == name)
        if isinstance(option, typer.models.ArgumentInfo):
            return name.upper()
        # beside a type, Typer keeps the first name as if it were the default
        return option.default if isinstance(option.default, str) else f"--{name.replace('_', '-')}"


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(dataclasses.field,))
def frozen_options(kind: type[_Kind]) -> type[_Kind]:
    """Make a frozen dataclass of options, without the methods of its own that `Options` has: `--help` is quick."""
    return dataclasses.dataclass(frozen=True, kw_only=True, eq=False, repr=False)(kind)


def command(function: Callable[[Any], None]) -> Callable[..., None]:
    """Make a Typer command of a function of one value, a dataclass of options; the help is its docstring."""
    kind = next(iter(inspect.signature(function).parameters.values())).annotation

    @functools.wraps(function)
    def run(context: typer.Context, **values: Any) -> None:
        function(kind(**values, given=frozenset(name for name in values if _is_given(context, name))))

    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    parameters = [context, *map(_parameter, _in_order(kind))]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _in_order(kind: type[Options]) -> "list[dataclasses.Field[Any]]":
    """Give the fields that are options, those of a class before those of the classes that it is made of."""
    fields = {each.name: each for each in dataclasses.fields(kind) if each.name != "given"}
    names = dict.fromkeys(name for each in kind.__mro__ for name in inspect.get_annotations(each))
    return [fields[name] for name in names if name in fields]


def _parameter(field: "dataclasses.Field[Any]") -> inspect.Parameter:
    default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
    return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=field.type)


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"
