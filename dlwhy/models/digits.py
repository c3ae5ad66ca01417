"""How a metric looks in all that is for people: the same digits in bars, lines, tables and messages."""


def number(value: float | None, sign: str = "") -> str:
    """Return a metric with four decimals, or, where these would say nothing or far too much, with four or five digits.

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
    if size != 0 and not 0.001 <= size < 1e7:
        return format(value, f"{sign}.4g")
    # 218422 is read more easily than 2.184e+05, 239.8 than 239.8000
    decimals = 4 - sum(size >= bound for bound in (10, 100, 1000, 10_000))
    return format(value, f"{sign}.{decimals}f")
