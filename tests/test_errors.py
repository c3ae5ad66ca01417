"""Errors: their exit codes and form."""

import warnings

import pytest

from dlwhy import errors
from dlwhy.errors import DlwhyError

CODES = {
    "UsageError": 2,
    "UnusableResultError": 3,
    "GateError": 4,
    "InputRefusedError": 65,
    "InputUnreadableError": 66,
    "OutputBlockedError": 73,
    "InputOutputError": 74,
    "BusyError": 75,
}


@pytest.mark.parametrize(("name", "code"), CODES.items())
def test_each_error_has_its_exit_code(name: str, code: int) -> None:
    kind = getattr(errors, name)

    assert issubclass(kind, DlwhyError)
    assert kind.exit_code == code


def test_a_bug_is_no_error_of_the_user() -> None:
    kinds = {kind.__name__: kind.exit_code for kind in DlwhyError.__subclasses__()}

    assert kinds == CODES


def test_the_hint_stands_in_brackets_behind_the_message() -> None:
    assert str(DlwhyError("d.csv: no data rows", "is it the right file?")) == (
        "d.csv: no data rows (is it the right file?)"
    )
    assert str(DlwhyError("d.csv: no data rows")) == "d.csv: no data rows"


@pytest.mark.parametrize(
    ("message", "hint", "shown"),
    [
        ("--learning-rate must be > 0", "", "learning_rate must be > 0"),
        ("d.csv: is empty", "leave it out with --drop id", 'd.csv: is empty (leave it out with drop=["id"])'),
        (
            "d.csv: is empty",
            "leave it out with --drop 'free text'",
            'd.csv: is empty (leave it out with drop=["free text"])',
        ),
        ("--drop and --group name one", "", "drop and group name one"),
        ("is 3e30", "--na 3e30; else use a unit", 'is 3e30 (na=["3e30"]; else use a unit)'),
        ("is odd", "--na a --na 'b c' --drop d", 'is odd (na=["a", "b c"] drop=["d"])'),
        ("is 3,5", "--na 3,5, or --drop 'a;b'", 'is 3,5 (na=["3,5"], or drop=["a;b"])'),
        ("is odd", """--na 'it'"'"'s' is missing""", """is odd (na=["it's"] is missing)"""),
        ("no classes", "--no-stratify splits all the same", "no classes (stratify=False splits all the same)"),
        ("is a table", "import it with `dlwhy generate --from`", "is a table (import it with `dlwhy generate --from`)"),
        ("a -- b, x--y", "", "a -- b, x--y"),
    ],
)
def test_in_python_an_error_names_arguments(message: str, hint: str, shown: str) -> None:
    @errors.in_python
    def fails() -> None:
        """Fail."""
        raise errors.InputRefusedError(message, hint)

    with pytest.raises(errors.InputRefusedError) as caught:
        fails()

    assert str(caught.value) == shown
    assert fails.__doc__ == "Fail."


def test_in_python_a_warning_names_arguments_too() -> None:
    def read() -> None:
        warnings.warn("it is left out (--keep id keeps it)", errors.DlwhyNote, stacklevel=1)

    with pytest.warns(errors.DlwhyNote, match=r'^it is left out \(keep=\["id"\] keeps it\)$'):
        errors.in_python(read)()
    with pytest.warns(errors.DlwhyNote, match=r"^it is left out \(--keep id keeps it\)$"):
        read()
