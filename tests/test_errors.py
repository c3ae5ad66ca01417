"""Errors: their exit codes and form; and foreign text, which must be harmless wherever it is shown."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlwhy import errors
from dlwhy.errors import DlwhyError, display

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
# any character at all, the dangerous ones often
anything = st.text(st.characters() | st.sampled_from("\x00\x07\x1b\x7f\x9b\xad\u200b\u202e\u2066\ufeff\ud800\u3164\n"))


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


@given(anything)
def test_nothing_that_is_displayed_controls_a_terminal(text: str) -> None:
    shown = display(text)

    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in shown)
    assert len(shown.splitlines()) <= 1
    assert shown.encode().decode() == shown  # no lone surrogate


@given(anything, st.integers(1, 100))
def test_what_is_displayed_is_at_most_so_long(text: str, limit: int) -> None:
    assert len(display(text, limit)) <= limit


@given(anything)
def test_display_shows_all_of_a_text_and_only_escapes_it(text: str) -> None:
    shown = display(text, 20 * len(text) + 1)

    assert display(shown, len(shown) + 1) == shown
    # surrogates aside, undoing the escapes gives the text back
    if not any(0xD800 <= ord(character) < 0xE000 for character in text) and "\\" not in text:
        assert shown.encode("latin-1", "backslashreplace").decode("unicode_escape") == text


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_is_displayed_as_it_is(text: str) -> None:
    assert display(text, len(text)) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;x\x07\x1b[2J", r"\x1b]0;x\x07\x1b[2J"),
        ("\x9b31m", r"\x9b31m"),
        ("a\nb\tc\r", r"a\x0ab\x09c\x0d"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("in\u200bvisible\ufeff\U000e0041", r"in\u200bvisible\ufeff\U000e0041"),
        ("\ud83d", r"\ud83d"),
        ("Größe 大きさ é 🙂", "Größe 大きさ é 🙂"),
        ("[bold]", "[bold]"),
        (3.5, "3.5"),
        (None, "None"),
    ],
)
def test_case_65_dangerous_characters_are_shown_as_escapes(text: object, shown: str) -> None:
    assert display(text) == shown


def test_long_text_is_cut_and_no_escape_is_halved() -> None:
    assert display("x" * 61) == "x" * 59 + "…"
    assert display("x" * 60) == "x" * 60
    assert display("x" * 57 + "\x1b" + "y") == "x" * 57 + "…"
    assert display("x" * 10**8) == "x" * 59 + "…"


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
