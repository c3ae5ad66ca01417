"""What a user may say of the cells of a table, for all commands that read one."""

import dataclasses
from collections.abc import Collection


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reading:
    """How cells are read, where that is not left to the cells.

    Parameters
    ----------
    na
        Further texts that mark missing cells, such as ``-999``.
    as_written
        Whether the table is a data set that dlwhy may have written, so that its numbers are taken as they are.

    """

    na: Collection[str] = ()
    as_written: bool = False

    def said(self) -> dict[str, object]:
        """Return what differs from the default, as JSON-like values."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        plain = {name: list(value) if isinstance(value, tuple | list) else value for name, value in values.items()}
        return {name: value for name, value in plain.items() if value and name != "as_written"}


NAMES = frozenset(field.name for field in dataclasses.fields(Reading))
