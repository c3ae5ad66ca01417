"""What a user may say of the cells of a table, for all commands that read one."""

import dataclasses
from collections.abc import Collection

from dlwhy.data.cells.decorated import DECIMALS, THOUSANDS
from dlwhy.data.dataset import Column, NumberForm
from dlwhy.errors import UsageError
from dlwhy.text import display

CENSORED = ("half", "limit")
TARGETS = ("class", "number")
DATES = ("parts", "day-first", "month-first")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reading:
    """How cells are read, where that is not left to the cells.

    Parameters
    ----------
    na
        Further texts that mark missing cells, such as ``-999``.
    keep_na_text
        Columns where ``NA`` and the like are texts as others.
    decimal, thousands
        What stands before decimals, ``.`` or ``,``, and between thousands: one of these, a blank, or ``'``.
    censored
        What ``<0.01`` is taken for: ``half`` of the limit, or the ``limit``.
    dates
        Takes dates apart into numbers: ``parts``; or ``day-first`` or ``month-first`` where 1/2/03 may be either.
    category, number
        Columns that are taken for text, and for numbers, whatever they look like.
    target_type
        Whether the target is a ``class`` or a ``number``, whatever it looks like.
    keep
        Columns that are kept, though they look like identifiers.
    as_written
        Whether the table is a data set that dlwhy may have written, so that its numbers are taken as they are.

    Raises
    ------
    UsageError
        If an option can't be, or two contradict each other.

    """

    na: Collection[str] = ()
    keep_na_text: Collection[str] = ()
    decimal: str | None = None
    thousands: str | None = None
    censored: str | None = None
    dates: str | None = None
    category: Collection[str] = ()
    number: Collection[str] = ()
    keep: Collection[str] = ()
    target_type: str | None = None
    as_written: bool = False

    def __post_init__(self) -> None:
        for option, value, allowed in (
            ("--decimal", self.decimal, DECIMALS),
            ("--thousands", self.thousands, THOUSANDS),
            ("--censored", self.censored, CENSORED),
            ("--dates", self.dates, DATES),
            ("--target-type", self.target_type, TARGETS),
        ):
            if value is not None and value not in allowed:
                listed = ", ".join(f'"{each}"' for each in allowed)
                raise UsageError(f'{option} must be one of {listed} (got "{display(value)}")')
        if self.decimal and self.decimal == self.thousands:
            raise UsageError("--decimal and --thousands are the same")
        for name in {*self.category} & {*self.number}:
            raise UsageError(f'--category and --number both name "{display(name)}"')

    @property
    def named(self) -> dict[str, Collection[str]]:
        """The columns that options name."""
        return {
            f"--{name.replace('_', '-')}": getattr(self, name)
            for name in ("keep_na_text", "category", "number", "keep")
        }

    def said(self) -> dict[str, object]:
        """Return what differs from the default, as JSON-like values."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        plain = {name: list(value) if isinstance(value, tuple | list) else value for name, value in values.items()}
        return {name: value for name, value in plain.items() if value and name != "as_written"}


def as_written(columns: tuple[Column, ...], reading: Reading) -> tuple[Column, ...]:
    """Return columns for a table that is written otherwise than the training table: marks of gaps, numbers, limits.

    Units stay those of the training table.
    """
    said = {name: value for name in ("decimal", "thousands", "censored") if (value := getattr(reading, name))}
    if said:
        columns = tuple(
            dataclasses.replace(column, form=_other_form(column.form or NumberForm(), said))
            if column.kind == "numeric" and column.date is None
            else column
            for column in columns
        )
    if reading.na:
        columns = tuple(dataclasses.replace(column, na=(*column.na, *reading.na)) for column in columns)
    return columns


def _other_form(form: NumberForm, said: dict[str, str]) -> NumberForm:
    new = dataclasses.replace(form, **said)
    if new.decimal != new.thousands:
        return new
    # of two marks that were swapped one may be said
    other = "," if new.decimal == "." else "."
    return dataclasses.replace(new, **({"thousands": ""} if "decimal" in said else {"decimal": other}))


NAMES = frozenset(field.name for field in dataclasses.fields(Reading))
