"""Whether a value from JSON is what it should be: it may come from a stranger, and a boolean is no number."""

from typing import TypeGuard

# beyond that, differences overflow
LARGEST = 1e300


def is_text(value: object, most: int | None = None) -> TypeGuard[str]:
    """Return whether a value is text, of at most so many characters."""
    return isinstance(value, str) and (most is None or len(value) <= most)


def check_texts(*values: object) -> None:
    """Refuse values of which one is not text.

    Raises
    ------
    TypeError
        If that is so.

    """
    if not all(map(is_text, values)):
        raise TypeError("not text")


def is_whole(value: object, least: int = 0, most: int = 2**63 - 1) -> TypeGuard[int]:
    """Return whether a value is a whole number from one bound to another."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is a number that can be computed with, neither infinite nor nearly so."""
    # not `isfinite`, which fails on whole numbers of 400 digits
    return isinstance(value, int | float) and not isinstance(value, bool) and -LARGEST < value < LARGEST
