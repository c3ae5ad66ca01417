"""The target column of a table: what is to be learnt from it, and its cells as classes or numbers."""

import dataclasses
import re
import shlex
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from dlwhy.data.cells import dates, decorated, identifiers
from dlwhy.data.cells.missing import sentinels
from dlwhy.data.cells.reading import Reading
from dlwhy.data.dataset import NumberForm, Task
from dlwhy.data.tables.cells import INFINITE, INTEGER, Source, numbers
from dlwhy.data.tables.columns import Deciding, mostly_numbers, number_form, warn_of_spellings
from dlwhy.errors import DlwhyNote, DlwhyWarning, InputRefusedError, UsageError
from dlwhy.text import NUMBER, display, listed

if TYPE_CHECKING:
    import polars as pl

MAX_CLASSES = 100
_FEW = 20
_FEWEST = 2
# so many different numbers make a word beside them odd
_SOME_NUMBERS = 3
# of so many at least, two should be of one class
_SOME_ROWS = 10


@dataclasses.dataclass(frozen=True, kw_only=True)
class Target:
    """A target column that was understood."""

    y: npt.NDArray[Any]  # indices into `class_names`, (n,), int32; for regression numbers, (n,), float32
    task: Task  # what is to be learnt
    class_names: tuple[str, ...] = ()  # names of the classes: whole numbers in their order, text in its own
    cells: "pl.Series | None" = None  # of a regression: the numbers as they are written


def read_target(cells: "pl.Series", task: Task | None, source: Source, reading: Reading | None = None) -> Target:
    """Understand the cleaned cells of the target column.

    Text makes classes, and so do whole numbers with few different values; all else is regression.

    Parameters
    ----------
    cells
        The cells, null where missing.
    task
        What is to be learnt, if that is known. ``binary`` and ``multiclass`` both say that there are classes.
    source
        Where the rows come from.
    reading
        How cells are read; among that, whether the target is classes or numbers.

    Raises
    ------
    InputRefusedError
        If a cell is missing or not a number, or there are too many classes.
    UsageError
        If there are more than two classes, but the task is ``binary``.

    """
    if cells.null_count():
        where = source.at(int(cells.is_null().arg_max() or 0), cells.name)
        raise InputRefusedError(f"{where}: the target is missing", "--drop-unlabelled leaves out such rows")
    reading = reading or Reading()
    if reading.target_type:
        classes = task in ("binary", "multiclass")
        if (classes and reading.target_type == "number") or (task == "regression" and reading.target_type == "class"):
            raise UsageError(f"--task {task} and --target-type {reading.target_type} contradict each other")
        task = "regression" if reading.target_type == "number" else task or "multiclass"
    cells, was_decorated = _written_plainly(cells, task, source, reading)
    different = cells.unique()
    if task is None and len(different) <= _FEWEST and not reading.as_written and _are_whole(different):
        task = "binary"  # 0.0 and 1.0, 1.0e+00: so pandas and numpy.savetxt write labels
    code = identifiers.are_codes(cells) if task is None else None
    is_number = code is None and (was_decorated or _is_regression(different, len(cells)))
    if task == "regression" or (task is None and is_number):
        if task is None and not reading.as_written:
            _tell_of_whole(different, cells.name, source)
        _warn_of_sentinel(cells, source, reading)
        return Target(y=numbers(cells, source), task="regression", cells=cells)
    if task is None:
        _check_count(cells, different, source)
    names = class_names(different)
    if not reading.as_written:
        _tell_of_classes(cells, names, code, Deciding(source, reading))
    if task == "binary" and len(set(names.values())) > 2:
        kinds = sorted(set(names.values()))
        raise UsageError(
            f'--task binary, but target "{display(cells.name)}" has {len(kinds)} classes: {listed(kinds)}',
            "use --task multiclass",
        )
    return _as_classes(cells, names)


def _written_plainly(
    cells: "pl.Series", task: Task | None, source: Source, reading: Reading
) -> tuple["pl.Series", bool]:
    """Write decorated numbers plainly, unless they are meant as classes; also tell whether they were decorated."""
    different = cells.unique()
    few = len(different) <= _FEWEST
    if task is None and len(different) > _FEW and dates.are_dates(different):
        raise InputRefusedError(
            f'{source.name}: target "{display(cells.name)}" holds dates ("{display(cells[0])}")',
            "--task multiclass takes them for classes; to predict a time, write it as a number",
        )
    if task in ("binary", "multiclass") or (task is None and few) or different.str.contains(NUMBER).all():
        return cells, False
    deciding = Deciding(source, reading)
    if task is None and 2 * decorated.are_numbers(different).sum() <= len(different):
        return cells, False
    if task is None and not _is_regression(different, len(cells)) and not decorated.are_numbers(different).all():
        return cells, False
    form = number_form(cells, deciding)
    deciding.tell()
    return (cells, False) if form is None else (decorated.plain(cells, form), form != NumberForm())


def class_names(different: "pl.Series") -> dict[str, str]:
    """Name the class of each text that occurs, in the order of the classes.

    1 and 1.0 are one class, and so is 01 where there is 1, too; other codes, such as 01 and 10, keep their zeros.
    """
    if not different.str.contains(NUMBER).all():
        return {text: text for text in sorted(different.to_list())}
    name = number_name if identifiers.are_codes(different) is None else str
    return {text: name(text) for text in sorted(different.to_list(), key=lambda text: (float(text), text))}


def numbered(names: Sequence[str]) -> bool:
    """Return whether classes are whole numbers, more than two of them, that may be meant as counts."""
    return len(names) > _FEWEST and all(re.search(INTEGER, name) for name in names)


def _tell_of_whole(different: "pl.Series", name: str, source: Source) -> None:
    """Say that a few whole numbers, such as ratings, are taken for numbers."""
    if len(different) <= _FEW and _are_whole(different):
        text = (
            f'target "{display(name)}": {len(different)} whole numbers such as "{display(different.max())}" are taken '
        )
        _note(source, f"{text}for numbers", "--target-type class takes them for classes")


def _are_whole(different: "pl.Series") -> bool:
    """Return whether texts are whole numbers, small ones if they have exponents: 1, 1.0, 1.0e+00."""
    import polars as pl

    if not different.str.contains(NUMBER).all():
        return False
    values = different.cast(pl.Float64, strict=False)
    small = (values.abs() <= _FEW) | ~different.str.contains("[eE]")
    return bool((values.is_finite() & (values == values.round()) & small).all())


def _warn_of_sentinel(cells: "pl.Series", source: Source, reading: Reading) -> None:
    """Warn of a number such as -999 among the labels, which may mark a missing one."""
    if reading.as_written or not cells.str.contains(NUMBER).all():
        return
    values, counts = np.unique(numbers(cells, source).astype(np.float64), return_counts=True)
    for found in sentinels(values, counts):
        mark = f"{found.number:.15g}"
        text = f"is {mark} in {found.count} rows, far from all else: is that a missing label?"
        hint = f"--na {mark} --drop-unlabelled leaves them out"
        warnings.warn(f'{source.name}: target "{display(cells.name)}" {text} ({hint})', DlwhyWarning, stacklevel=4)


def _check_count(cells: "pl.Series", different: "pl.Series", source: Source) -> None:
    """Refuse so many classes that nobody has meant them."""
    name = f'{source.name}: target "{display(cells.name)}"'
    if len(different) == len(cells) >= _SOME_ROWS and not different.str.contains(NUMBER).all():
        raise InputRefusedError(
            f'{name} is another text in each of {len(cells)} rows ("{display(cells[0])}"): there is nothing to learn',
            "name another column with --target",
        )
    if len(different) > MAX_CLASSES:
        raise InputRefusedError(
            f"{name} has {len(different)} different values in {len(cells)} rows", "pass --task, or drop it"
        )


def _tell_of_classes(cells: "pl.Series", names: Mapping[str, str], code: str | None, deciding: Deciding) -> None:
    """Say what may be otherwise than it looks where labels are classes; an example of the codes that some are."""
    different = cells.unique()
    if code is not None:
        text = f'target "{display(cells.name)}": "{display(code)}" begins with a zero, so these are classes'
        _note(deciding.source, text, "--target-type number takes them for numbers")
    _warn_of_zeros(names, deciding, cells.name)
    warn_of_spellings(cells.name, different, deciding)
    _warn_of_words(different, deciding, cells.name)
    _warn_of_sentinel(cells, deciding.source, deciding.reading)


def _warn_of_words(different: "pl.Series", deciding: Deciding, name: str) -> None:
    """Warn of a word among numbers that are classes."""
    numeric = different.str.contains(NUMBER)
    words = different.filter(~numeric)
    if len(words) and int(numeric.sum()) >= max(_SOME_NUMBERS, len(words)):
        deciding.warn(
            f'target "{display(name)}": "{display(words[0])}" stands among numbers, and is taken for a class',
            f"--na {display(shlex.quote(words[0]))} takes it for missing",
        )


def _warn_of_zeros(names: Mapping[str, str], deciding: Deciding, name: str) -> None:
    """Warn of a number with a leading zero that is one class with the number without."""
    for text, plain in names.items():
        if plain != text and text.startswith("0") and plain in names:
            deciding.warn(
                f'target "{display(name)}": "{display(text)}" and "{plain}" are taken for one class, "{plain}"',
                "write them in one way if they are the same, else with a letter in front",
            )
            return


def _note(source: Source, text: str, hint: str) -> None:
    warnings.warn(f"{source.name}: {text} ({hint})", DlwhyNote, stacklevel=5)


def number_name(text: str) -> str:
    """Name the class that a number is: 1, 01 and 1.0 are one."""
    value = float(text)
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else text


def _as_classes(cells: "pl.Series", names: dict[str, str]) -> Target:
    import polars as pl

    unique = tuple(dict.fromkeys(names.values()))
    indices = {name: index for index, name in enumerate(unique)}
    codes = {text: indices[name] for text, name in names.items()}
    y = cast(npt.NDArray[np.int32], cells.replace_strict(codes, return_dtype=pl.Int32).to_numpy())
    return Target(y=y, task="binary" if len(unique) <= 2 else "multiclass", class_names=unique)


def _is_regression(different: "pl.Series", n_rows: int) -> bool:
    if not different.str.contains(f"{NUMBER}|{INFINITE}").all():
        # one word among many numbers is a slip, to be told as such; among few values it is a class
        return len(different) > _FEW and mostly_numbers(different)
    if not different.str.contains(INTEGER).all() or len(different) > 10 * MAX_CLASSES:
        return True
    names = {number_name(text) for text in different}
    few = max(2, min(_FEW, n_rows // 2))
    # numbered from 0 without a gap, as dlwhy itself writes many classes
    numbered = len(names) <= MAX_CLASSES and names == {str(index) for index in range(len(names))}
    return len(names) > few and not numbered
