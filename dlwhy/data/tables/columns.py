"""What kind each column of a table is, and how its cells are written: decided once, at import, and said."""

import dataclasses
import shlex
import warnings
from typing import TYPE_CHECKING

from dlwhy.data.cells import decorated
from dlwhy.data.cells.reading import Reading
from dlwhy.data.dataset import MAX_NAME, Column, NumberForm
from dlwhy.data.tables.cells import INFINITE, INTEGER, Source
from dlwhy.data.tables.encoding import BOOLEANS
from dlwhy.errors import DlwhyNote, DlwhyWarning, InputRefusedError
from dlwhy.text import NUMBER, display

if TYPE_CHECKING:
    import polars as pl

MAX_CATEGORIES = 100
_FEWEST_FOR_IDENTIFIER = 20
_NUMERIC = f"{NUMBER}|{INFINITE}"
_DAY = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
_DATE = rf"^(?:{_DAY})(?:[T ].*)?$|^\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?$"
# beside so many different numbers, so few words are no categories, but say why there is no number
_MANY_NUMBERS, _FEW_WORDS = 10, 5
# different amounts that are not written in one way may still be kinds: 1 kg, 500 g
_FEW_AMOUNTS = 20


@dataclasses.dataclass(frozen=True)
class Deciding:
    """Decides on columns one by one, and keeps what is to be said of them."""

    source: Source
    reading: Reading
    read: list[str] = dataclasses.field(default_factory=list)  # how decorated numbers are read

    def tell(self) -> None:
        """Say what was decided."""
        if self.read:
            more = f", and {len(self.read) - 5} more like these" if len(self.read) > 5 else ""
            text = f"{self.source.name}: {'; '.join(self.read[:5])}{more} (--category COLUMN takes a column for text)"
            warnings.warn(text, DlwhyNote, stacklevel=4)


def decide(frame: "pl.DataFrame", source: Source, reading: Reading) -> tuple[Column, ...]:
    """Return what each column is, from its cleaned cells, and say what was not obvious.

    Raises
    ------
    InputRefusedError
        If a column is empty, holds dates or free text, or can be read in several ways.

    """
    import polars as pl

    if not frame.width:
        return ()
    # one call for all: most columns of a wide table are numbers
    counts = frame.select(pl.all().str.contains(NUMBER).sum()).row(0)
    missing = frame.null_count().row(0)
    marked = bool(reading.decimal or reading.thousands)
    deciding = Deciding(source, reading)
    named = {*reading.category, *reading.number}
    columns = []
    for cells, count, gaps in zip(frame.get_columns(), counts, missing, strict=True):
        plain = 0 < count == frame.height - gaps and cells.name not in named and not marked
        columns.append(Column(name=cells.name) if plain else column_of(cells, deciding))
    deciding.tell()
    keep = set(reading.keep_na_text)
    return tuple(dataclasses.replace(each, keep_na=True) if each.name in keep else each for each in columns)


def column_of(cells: "pl.Series", deciding: Deciding) -> Column:
    """Return what a column is from its cleaned cells; raises what `decide` raises."""
    name, reading, source = cells.name, deciding.reading, deciding.source
    present = cells.drop_nulls()
    if present.is_empty():
        raise _unfit(name, "is empty", source)
    different = present.unique(maintain_order=True)
    if name not in reading.category:
        if different.str.to_lowercase().is_in(list(BOOLEANS)).all():
            return Column(name=name, kind="boolean")
        if 2 * present.str.contains(_DATE).sum() > len(present):
            raise _unfit(name, f'holds dates ("{display(present[0])}")', source)
        if (form := number_form(cells, deciding)) is not None:
            return Column(name=name, form=None if form == NumberForm() else form)
    return _category(cells, different, source)


def number_form(cells: "pl.Series", deciding: Deciding) -> NumberForm | None:
    """Return how a column's cells are written as numbers; None if they are texts.

    Where most cells are numbers, all should be; where many are, a word among them is no category.

    Raises
    ------
    InputRefusedError
        If some are numbers and some are not, or if they can be read in several ways.

    """
    reading, source, name = deciding.reading, deciding.source, cells.name
    different = cells.drop_nulls().unique(maintain_order=True)
    numeric = decorated.are_numbers(different) | different.str.contains(INFINITE)
    texts = different.filter(numeric)
    if texts.is_empty() and name not in reading.number:
        return None
    if not numeric.all() or texts.is_empty():
        words = different.filter(~numeric)
        n_words = int(cells.is_in(words.implode()).sum())
        mostly = 2 * n_words < len(cells) - cells.null_count() or name in reading.number
        if mostly or (len(texts) >= _MANY_NUMBERS and len(words) <= _FEW_WORDS):
            raise _words_among_numbers(cells, words, n_words, source)
        return None
    found = decorated.find(
        texts.filter(~texts.str.contains(INFINITE)), decimal=reading.decimal, thousands=reading.thousands
    )
    if found.limits and not reading.censored:
        raise _limits(cells, source)
    if not found.forms:
        if len(different) <= _FEW_AMOUNTS and name not in reading.number and not (reading.decimal or reading.thousands):
            return None
        raise _several_ways(texts, name, source)
    if len(found.forms) > 1:
        raise _ambiguous(texts, found.forms, name, source)
    form = dataclasses.replace(found.forms[0], censored=(reading.censored or "") if found.limits else "")
    if not texts.str.contains(_NUMERIC).all():
        odd = texts.filter(~texts.str.contains(NUMBER))
        example = odd.gather([odd.str.len_chars().arg_max() or 0])
        value = decorated.plain(example, form)
        deciding.read.append(f'{display(name)}: read "{display(example[0])}" as {float(value[0]):.15g}')
    elif (form.decimal, form.thousands) != (".", "") and (dotted := texts.filter(texts.str.contains("[.]"))).len():
        value = decorated.plain(dotted[:1], form)
        deciding.read.append(f'{display(name)}: read "{display(dotted[0])}" as {float(value[0]):.15g}')
    return form


def _category(cells: "pl.Series", different: "pl.Series", source: Source) -> Column:
    if len(different) > MAX_CATEGORIES:
        counts = f"{len(different)} different texts in {len(cells)} rows; at most {MAX_CATEGORIES} can be categories"
        raise _unfit(cells.name, f"holds free text ({counts})", source)
    if int(different.str.len_chars().max() or 0) > MAX_NAME:  # type: ignore[arg-type]
        raise _unfit(cells.name, f"holds free text (of more than {MAX_NAME} characters)", source)
    return Column(name=cells.name, kind="categorical")


def mostly_numbers(present: "pl.Series") -> bool:
    """Return whether more than half of some cells are written as numbers, infinite ones included."""
    return bool(2 * present.str.contains(_NUMERIC).sum() > len(present))


def warn_of_identifiers(frame: "pl.DataFrame", columns: tuple[Column, ...], source: Source) -> None:
    """Warn of columns whose cells all differ and count up, or are texts that all differ: they name rows."""
    if frame.height < _FEWEST_FOR_IDENTIFIER:
        return
    for cells, column in zip(frame.get_columns(), columns, strict=True):
        name, kind = cells.name, column.kind
        if _counts_up(cells) if kind == "numeric" else kind == "categorical" and cells.is_unique().all():
            warnings.warn(
                f'{source.name}: column "{display(name)}" looks like an identifier: no two rows have the same '
                f"(leave it out with --drop {_quoted(name)})",
                DlwhyWarning,
                stacklevel=3,
            )


def _counts_up(cells: "pl.Series") -> bool:
    import polars as pl

    if cells.null_count() or not cells.str.contains(INTEGER).all():
        return False
    return bool((cells.cast(pl.Int64, strict=False).diff().drop_nulls() > 0).all())


def _words_among_numbers(cells: "pl.Series", words: "pl.Series", count: int, source: Source) -> InputRefusedError:
    """Say which word stands among numbers, and where."""
    word = words[0]
    where, column = source.at(int((cells == word).arg_true()[0]), cells.name), _quoted(cells.name)
    cures = f"--na {_quoted(word)} takes it for missing, --category {column} takes the column for text"
    share = f"; {count} of {len(cells)} cells are words, the others numbers" if count > 1 else ""
    return InputRefusedError(
        f'{where}: "{display(word)}" is not a number{share}',
        f"correct the cell, or {cures}, --drop {column} leaves it out",
    )


def _limits(cells: "pl.Series", source: Source) -> InputRefusedError:
    limits = cells.str.contains("^[<>≤≥]").fill_null(False)
    row, count = int(limits.arg_true()[0]), int(limits.sum())
    them = "cell gives a limit" if count == 1 else f"of {len(cells)} cells give limits"
    return InputRefusedError(
        f'{source.at(row, cells.name)}: "{display(cells[row])}" is not a number: {count} {them}',
        "--censored half takes half of it, --censored limit the limit itself",
    )


def _several_ways(texts: "pl.Series", name: str, source: Source) -> InputRefusedError:
    shown = " and ".join(f'"{display(text)}"' for text in (texts[0], texts[-1]))
    return _unfit(name, f"holds numbers that are not all written in one way, such as {shown}", source)


def _ambiguous(texts: "pl.Series", forms: tuple[NumberForm, ...], name: str, source: Source) -> InputRefusedError:
    readings = [decorated.plain(texts, form) for form in forms]
    place = int((readings[0] != readings[1]).arg_true()[0])
    ways = " or ".join(f"{float(values[place]):.15g}" for values in readings)
    options = " or ".join(
        f'--thousands "{form.thousands}"' if form.thousands else f'--decimal "{form.decimal}"' for form in forms
    )
    return InputRefusedError(
        f'{source.name}: column "{display(name)}": "{display(texts[place])}" may be {ways}', f"say {options}"
    )


def _unfit(name: str, what: str, source: Source) -> InputRefusedError:
    return InputRefusedError(
        f'{source.name}: column "{display(name)}" {what}', f"leave it out with --drop {_quoted(name)}"
    )


def _quoted(name: str) -> str:
    return display(shlex.quote(name))
