"""How the cells of a table are read: options of all commands that read one."""

from typing import Any

from dlwhy.cli import options as shared
from dlwhy.cli.arguments import Options, frozen_options, option

_SEVERAL = "; may be given several times."


@frozen_options
class Written(Options):
    """How cells are written; of another table than the training table where that is not as there."""

    na: list[str] | None = shared.na()
    decimal: str | None = option(None, 'What stands before decimals: "." or ",".', show_default="what the cells say")
    thousands: str | None = option(
        None, 'What stands between thousands: ",", ".", a blank or an apostrophe.', show_default="what the cells say"
    )
    censored: str | None = option(
        None, "Read cells such as <0.01: as half of the limit, or as the limit.", show_default="refuse them"
    )


@frozen_options
class Cells(Written):
    """What a user may say of the cells of a table."""

    keep_na_text: list[str] | None = option(
        None, f"A column where NA and the like are texts as others{_SEVERAL}", metavar="COLUMN"
    )
    dates: str | None = option(
        None,
        "Take dates apart into year, month, day of the week, hour and days since the first: parts; or day-first or "
        "month-first, where 1/2/03 may be either, in --time, too.",
        show_default="refuse them",
    )
    category: list[str] | None = option(None, f"Take a column for text{_SEVERAL}", metavar="COLUMN")
    number: list[str] | None = option(None, f"Take a column for numbers{_SEVERAL}", metavar="COLUMN")
    keep: list[str] | None = option(None, f"Keep a column that looks like an identifier{_SEVERAL}", metavar="COLUMN")
    target_type: str | None = option(
        None, "Take the target for a class or a number.", show_default="what the target looks like"
    )


OF_CELLS = (*Written.own_names(), *Cells.own_names())


def cells_of(options: Written) -> dict[str, Any]:
    """Return the options as `dlwhy.read_table` and `Reading` take them."""
    names = OF_CELLS if isinstance(options, Cells) else Written.own_names()
    return {name: value for name in names if (value := getattr(options, name)) is not None}
