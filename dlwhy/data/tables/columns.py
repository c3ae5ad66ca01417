"""What kind each column of a table is, and how its cells are written: decided once, at import, and said."""

import dataclasses
import shlex
import warnings
from typing import TYPE_CHECKING

from dlwhy.data.cells import dates, decorated, identifiers, spelling
from dlwhy.data.cells.reading import Reading
from dlwhy.data.dataset import MAX_NAME, Column, NumberForm
from dlwhy.data.tables.cells import INFINITE, Source
from dlwhy.data.tables.encoding import BOOLEANS
from dlwhy.errors import DlwhyNote, DlwhyWarning, InputRefusedError
from dlwhy.text import NUMBER, display

if TYPE_CHECKING:
    import polars as pl

MAX_CATEGORIES = 100
OTHER = "other"
_FREE = 0.5  # different texts for a row: more are free text
_NUMERIC = f"{NUMBER}|{INFINITE}"
# beside so many different numbers, so few words are no categories, but say why there is no number
_MANY_NUMBERS, _FEW_WORDS = 10, 5
# different amounts that are not written in one way may still be kinds: 1 kg, 500 g
_FEW_AMOUNTS = 20
_SHOWN = 5  # of columns that can't be used
_SEVERAL = "make a column of each, or "
_SHORT = 10_000  # rows; in more of them one look at all columns costs what a look at each does
_FEW_UNITS = 10  # more are no units, but words behind numbers: 12 Main Street


@dataclasses.dataclass(frozen=True)
class Deciding:
    """Decides on columns one by one, and keeps what is to be said of them."""

    source: Source
    reading: Reading
    read: list[str] = dataclasses.field(default_factory=list)  # how columns are read where that is not plain

    def warn(self, text: str, hint: str) -> None:
        """Say what may be otherwise than it looks."""
        warnings.warn(f"{self.source.name}: {text} ({hint})", DlwhyWarning, stacklevel=5)

    def tell(self) -> None:
        """Say what was decided."""
        if self.read:
            more = f", and {len(self.read) - 5} more like these" if len(self.read) > 5 else ""
            hint = "--category COLUMN takes one for text, --number COLUMN for numbers"
            text = f"{self.source.name}: {'; '.join(self.read[:5])}{more} ({hint})"
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
    columns: list[Column] = []
    naming: list[str] = []
    refused: dict[str, InputRefusedError] = {}
    suspects = _suspects(frame)
    for cells, count, gaps, suspect in zip(frame.get_columns(), counts, missing, suspects, strict=True):
        plain = 0 < count == frame.height - gaps
        if plain and not suspect and cells.name not in named and not marked:
            columns.append(Column(name=cells.name))
            continue
        asked = reading.as_written or cells.name in (*named, *reading.keep)
        if not asked and _names_rows(cells, deciding, plain=plain):
            naming.append(cells.name)
        if cells.name not in naming:
            plain = plain and cells.name not in named and not marked
            try:
                columns += _plain_numbers(cells, deciding) if plain else columns_of(cells, deciding)
            except InputRefusedError as error:
                refused[cells.name] = error
    if refused:
        raise _refusal(refused, source)
    columns += _identifiers(frame, naming, deciding, alone=not columns)
    deciding.tell()
    for column in columns:
        if column.date is not None and column.name in frame.columns:
            raise _unfit(column.name, f'has the name of a part of "{display(column.of)}"', source)
    keep = set(reading.keep_na_text)
    return tuple(dataclasses.replace(each, keep_na=True) if each.name in keep else each for each in columns)


def _refusal(refused: dict[str, InputRefusedError], source: Source) -> InputRefusedError:
    """Say at once what is wrong with all columns."""
    first, *others = refused.values()
    if not others:
        return first
    messages = [error.message.removeprefix(f"{source.name}: ") for error in others[:_SHOWN]]
    more = [f"{len(others) - _SHOWN} more columns"] if len(others) > _SHOWN else []
    dropped = " ".join(f"--drop {_quoted(name)}" for name in refused)
    cures = dict.fromkeys(error.cure for error in refused.values() if error.cure)
    return InputRefusedError(
        "; ".join((first.message, *messages, *more)), "; ".join((f"{dropped} leaves them out", *cures))
    )


def _suspects(frame: "pl.DataFrame") -> list[bool]:
    """Return for each column whether it may be more than numbers, if all its cells are written as such."""
    if frame.height > _SHORT:
        return [True] * frame.width
    return [any(pair) for pair in zip(identifiers.suspects(frame), dates.suspects(frame), strict=True)]


def _names_rows(cells: "pl.Series", deciding: Deciding, *, plain: bool) -> bool:
    """Return whether a column is an identifier."""
    if plain:
        reason, rise = identifiers.reason_of(cells), identifiers.rise(cells)
        if not (reason or rise) or dates.as_numbers(cells) is not None:
            return False
        if reason not in identifiers.SURE:
            order = ", and it is in order" if rise else ""
            deciding.warn(
                f'column "{display(cells.name)}" looks like an identifier: (nearly) no two rows have the same{order}',
                f"leave it out with --drop {_quoted(cells.name)}, or say --keep {_quoted(cells.name)}",
            )
        return reason in identifiers.SURE
    if not identifiers.are_names(cells):
        return False
    different = cells.drop_nulls().unique()
    wordy = len(different) > MAX_CATEGORIES and not different.str.contains(r"^\S+$").all()
    return (
        not wordy
        and not dates.are_dates(different)
        and not bool(2 * decorated.are_numbers(different).sum() > len(different))
        and not decorated.hold_several(different)
    )


def _identifiers(frame: "pl.DataFrame", names: list[str], deciding: Deciding, *, alone: bool) -> list[Column]:
    """Say that columns which name rows are left out; keep them if there are no others."""
    columns = []
    for name in names:
        what = f'column "{display(name)}" looks like an identifier: (nearly) no two rows have the same'
        if alone:
            deciding.warn(f"{what}; it is kept, since there is no other", f"leave it out with --drop {_quoted(name)}")
            columns += columns_of(frame[name], deciding)
        else:
            deciding.warn(f"{what}; it is left out", f"--keep {_quoted(name)} keeps it")
    return columns


def _plain_numbers(cells: "pl.Series", deciding: Deciding) -> list[Column]:
    """Return what a column is whose cells are all written as numbers."""
    form = None if deciding.reading.as_written else dates.as_numbers(cells)
    if form is not None and (form == "compact" or deciding.reading.dates):
        return _dates(cells, form, deciding)
    if form == "epoch":
        present = cells.drop_nulls()
        deciding.warn(
            f'column "{display(cells.name)}" looks like seconds since 1970 ("{display(present[0])}" is '
            f"{dates.shown(present[:1], form)}) and is taken for a number",
            f"--dates parts takes it apart, --drop {_quoted(cells.name)} leaves it out",
        )
    if not deciding.reading.as_written and (code := identifiers.are_codes(cells)) is not None:
        deciding.read.append(f'{display(cells.name)}: "{display(code)}" begins with a zero, so these are texts')
        return [_category(cells, cells.drop_nulls().unique(), deciding.source)]
    if not deciding.reading.as_written and (version := identifiers.version_of(cells)) is not None:
        deciding.warn(
            f'column "{display(cells.name)}" looks like versions, and "{version}" is taken for the number '
            f"{float(version):g}",
            f"--category {_quoted(cells.name)} takes it for text, --number {_quoted(cells.name)} for numbers",
        )
    return [Column(name=cells.name)]


def columns_of(cells: "pl.Series", deciding: Deciding) -> list[Column]:
    """Return what a column is from its cleaned cells, and of dates what their parts are; raises what `decide` does."""
    name, reading, source = cells.name, deciding.reading, deciding.source
    present = cells.drop_nulls()
    if present.is_empty():
        raise _unfit(name, "is empty", source)
    different = present.unique(maintain_order=True)
    if name not in reading.category:
        if different.str.to_lowercase().is_in(list(BOOLEANS)).all():
            return [Column(name=name, kind="boolean")]
        if name not in reading.number and dates.are_dates(different):
            return _dates(cells, None, deciding)
        mixed = spelling.mixed_booleans(different.head(_MANY_NUMBERS).to_list())
        form = None if mixed and name not in reading.number else number_form(cells, deciding)
        if form is not None:
            # a sign or parentheses may still be another: \u22125, 5-, (5)
            plain = form == NumberForm() and different.str.contains(_NUMERIC).all()
            return [Column(name=name, form=None if plain else form)]
        if len(different) > _FEW_AMOUNTS and decorated.hold_several(different):
            raise _unfit(name, f'holds several numbers in a cell ("{display(different[0])}")', source, _SEVERAL)
    warn_of_spellings(name, different, deciding)
    return [_category(cells, different, source)]


def warn_of_spellings(name: str, different: "pl.Series", deciding: Deciding) -> None:
    """Warn of texts that may be the same word."""
    if len(different) > 10 * MAX_CATEGORIES:
        return
    texts = different.to_list()
    shown = f'"{display(name)}"'
    if spelling.mixed_booleans(texts):
        ways = ", ".join(f'"{display(text)}"' for text in sorted(texts))
        deciding.warn(
            f"{shown} says yes and no in several ways, each taken for another: {ways}", "write them in one way"
        )
    elif found := spelling.twins(texts):
        pairs = "; ".join(" and ".join(f'"{display(text)}"' for text in group) for group in found[:3])
        more = f", and {len(found) - 3} more" if len(found) > 3 else ""
        deciding.warn(f"{shown} holds {pairs}{more}, taken for different", "write them in one way if they are the same")


def _dates(cells: "pl.Series", form: str | None, deciding: Deciding) -> list[Column]:
    """Return the parts of dates, if they are wanted."""
    present, name, wanted = cells.drop_nulls(), cells.name, deciding.reading.dates
    if not wanted:
        raise InputRefusedError(
            f'{deciding.source.name}: column "{display(name)}" holds dates ("{display(present[0])}")',
            f"leave it out with --drop {_quoted(name)} or take it apart with --dates parts",
            cure="--dates parts takes dates apart",
        )
    forms = [form] if form else dates.forms(present)
    if not forms:
        shown = " and ".join(f'"{display(text)}"' for text in (present[0], present[-1]))
        raise _unfit(name, f"holds dates that are not all written in one way, such as {shown}", deciding.source)
    if {"day-first", "month-first"} <= {*forms}:
        if wanted == "parts":
            raise InputRefusedError(
                f'{deciding.source.name}: column "{display(name)}": "{display(present[0])}" may begin with the day or '
                "with the month",
                "say --dates day-first or --dates month-first",
                cure="--dates day-first or --dates month-first says which comes first",
            )
        forms = [wanted]
    parts = dates.parts_of(present, forms[0])
    deciding.read.append(f"{display(name)}: dates taken apart into {', '.join(part.part for part in parts)}")
    return [Column(name=f"{name} {part.part}", date=part) for part in parts]


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
    texts, words = different.filter(numeric), different.filter(~numeric)
    if texts.is_empty() and name not in reading.number:
        return None
    if texts.is_empty():
        raise _words_among_numbers(cells, words, source)
    found = decorated.find(
        texts.filter(~texts.str.contains(INFINITE)), decimal=reading.decimal, thousands=reading.thousands
    )
    # no one way to write a number, such as 1st, 2nd, 3rd: words
    are_texts = not found.forms and (found.n_units > _FEW_UNITS or len(different) <= _FEW_AMOUNTS)
    if found.all_limits and len(different) <= _FEW_AMOUNTS and not reading.censored and name not in reading.number:
        return None  # <=50K and >50K: nothing else is known
    if are_texts and not found.limits and name not in reading.number and not (reading.decimal or reading.thousands):
        return None
    if len(words):
        if _are_wanted(cells, texts, words, reading):
            raise _words_among_numbers(cells, words, source)
        return None
    if found.limits and not reading.censored:
        raise _limits(cells, source)
    if not found.forms:
        raise _several_ways(texts, name, source)
    if len(found.forms) > 1:
        raise _ambiguous(texts, found.forms, name, source)
    form = dataclasses.replace(found.forms[0], censored=(reading.censored or "") if found.limits else "")
    _tell_reading(texts, form, name, deciding)
    return form


def _are_wanted(cells: "pl.Series", texts: "pl.Series", words: "pl.Series", reading: Reading) -> bool:
    """Return whether a column that holds numbers and words should be one of numbers."""
    if cells.name in reading.number:
        return True
    mostly = 2 * int(cells.is_in(words.implode()).sum()) < len(cells) - cells.null_count()
    return mostly or (len(texts) >= _MANY_NUMBERS and len(words) <= _FEW_WORDS)


def _tell_reading(texts: "pl.Series", form: NumberForm, name: str, deciding: Deciding) -> None:
    """Say how a number is read, if it is not plain."""
    odd = texts.filter(~texts.str.contains(NUMBER))
    if not texts.str.contains(_NUMERIC).all():
        odd = odd.gather([odd.str.len_chars().arg_max() or 0])
    elif (form.decimal, form.thousands) != (".", ""):
        odd = texts.filter(texts.str.contains("[.]"))
    else:
        return
    if len(odd):
        value = decorated.plain(odd[:1], form)
        deciding.read.append(f'{display(name)}: read "{display(odd[0])}" as {float(value[0]):.15g}')


def _category(cells: "pl.Series", different: "pl.Series", source: Source) -> Column:
    longest = int(different.str.len_chars().max() or 0)  # type: ignore[arg-type]
    if longest > MAX_NAME:
        raise _unfit(cells.name, f"holds free text (of more than {MAX_NAME} characters)", source)
    if len(different) <= MAX_CATEGORIES:
        return Column(name=cells.name, kind="categorical")
    words = different.str.count_matches(r"\S+").median() or 0
    if len(different) > _FREE * (len(cells) - cells.null_count()) or words > _FEW_WORDS:  # type: ignore[operator]
        counts = f"{len(different)} different texts in {len(cells)} rows; at most {MAX_CATEGORIES} can be categories"
        raise _unfit(cells.name, f"holds free text ({counts})", source)
    return Column(name=cells.name, kind="categorical", other=OTHER)


def mostly_numbers(present: "pl.Series") -> bool:
    """Return whether more than half of some cells are written as numbers, infinite ones included."""
    return bool(2 * present.str.contains(_NUMERIC).sum() > len(present))


def _words_among_numbers(cells: "pl.Series", words: "pl.Series", source: Source) -> InputRefusedError:
    """Say which words stand among numbers, and where the first one does."""
    word, count = words[0], int(cells.is_in(words.implode()).sum())
    where, column = source.at(int((cells == word).arg_true()[0]), cells.name), _quoted(cells.name)
    marks, them = " ".join(f"--na {_quoted(each)}" for each in words[:_FEW_WORDS]), "it"
    if len(words) > 1:
        them = "them" if len(words) <= _FEW_WORDS else f"these of {len(words)} words"
    cures = f"{marks} takes {them} for missing, --category {column} takes the column for text"
    share = f"; {count} of {len(cells)} cells are words, the others numbers" if count > 1 else ""
    return InputRefusedError(
        f'{where}: "{display(word)}" is not a number{share}',
        f"correct the cell, or {cures}, --drop {column} leaves it out",
        cure="--na WORD takes a word for missing",
    )


def _limits(cells: "pl.Series", source: Source) -> InputRefusedError:
    limits = cells.str.contains("^[<>≤≥]").fill_null(False)
    row, count = int(limits.arg_true()[0]), int(limits.sum())
    them = "cell gives a limit" if count == 1 else f"of {len(cells)} cells give limits"
    return InputRefusedError(
        f'{source.at(row, cells.name)}: "{display(cells[row])}" is not a number: {count} {them}',
        "--censored half takes half of it, --censored limit the limit itself",
        cure="--censored half reads limits",
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
        f'{source.name}: column "{display(name)}": "{display(texts[place])}" may be {ways}',
        f"say {options}",
        cure=f"{options} says what is meant",
    )


def _unfit(name: str, what: str, source: Source, first: str = "") -> InputRefusedError:
    return InputRefusedError(
        f'{source.name}: column "{display(name)}" {what}', f"{first}leave it out with --drop {_quoted(name)}"
    )


def _quoted(name: str) -> str:
    return display(shlex.quote(name))
