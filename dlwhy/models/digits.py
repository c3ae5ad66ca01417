"""How a metric looks in all that is for people: the same digits in bars, lines, tables and messages."""


def number(value: float | None, sign: str = "") -> str:
    """Give a metric with four decimals, or, where these would say nothing or far too much, with four digits.

    Parameters
    ----------
    value
        The metric; None is shown as ``none``.
    sign
        ``+`` to show the sign of a positive value, too.

    """
    if value is None:
        return "none"
    size = abs(value)
    if size == 0 or 0.001 <= size < 10_000:
        return format(value, f"{sign}.4f")
    # 218422 is read more easily than 2.184e+05, 63596903827 is not
    return format(value, f"{sign}.0f" if 10_000 <= size < 1e7 else f"{sign}.4g")
