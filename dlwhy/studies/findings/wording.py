"""Effects in words: the same digits everywhere, and the sentence of a prediction whatever its verdict is."""

import dataclasses
import math
from typing import Literal, Self

from dlwhy.studies.findings.statistics import Effect
from dlwhy.studies.plan.study import Says

# what is counted in accuracy points
_POINTS = ("accuracy", "slope", "probe accuracy a layer", "gap to the training rows", "lead on the simple model")
_UNITS = {
    "r2": " of R²",
    "lead in R² on the simple model": " of R²",
    "gap in R² to the training rows": " of R²",
    "decades of loss a decade of compute": " decades",
}
_ALIKE = 1.25  # costs, in the eye of a reader

Outcome = Literal["helps", "probably helps", "makes no difference", "does not help", "hurts", "open"]


@dataclasses.dataclass(frozen=True)
class Interval:
    """An effect in the direction of its prediction, and the ends of its interval, infinite if there are none."""

    effect: float
    low: float = -math.inf
    high: float = math.inf

    @classmethod
    def of(cls, effect: Effect) -> Self:
        """Take the interval of an effect."""
        return cls(effect=effect.effect, low=effect.ci_low, high=effect.ci_high)

    def turned(self) -> Self:
        """Return the effect in the other direction."""
        return dataclasses.replace(self, effect=-self.effect, low=-self.high, high=-self.low)


def number(value: float, digits: int = 3) -> str:
    """Return a number with as many digits as all its like have; zero has no sign."""
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def signed(value: float, digits: int = 3) -> str:
    """Do as `number`, with a plus where it belongs."""
    text = number(value, digits)
    return text if text.startswith("-") or float(text) == 0 else f"+{text}"


def times(cost: float, other: float) -> str:
    """Say how many times another a cost is: "about", where a reader sees no difference."""
    ratio = cost / max(other, 1e-9)
    if 1 / _ALIKE < ratio < _ALIKE:
        return "about"
    return f"{ratio:.2g} times" if ratio < 100 else f"{round(ratio, -1):,.0f} times"


def name_of(metric: str) -> str:
    """Name a metric as it is written."""
    return "R²" if metric == "r2" else metric


def size(found: Interval, metric: str, *, plus: bool = False) -> str:
    """Return an effect with unit and interval: ``13.0 points [0.2, 25.8]``; with a sign if there shall be a plus."""
    scale, digits, unit = (100, 1, " points") if metric in _POINTS else (1, 3, _UNITS.get(metric, ""))
    ends = (found.low, found.high)
    interval = ", ".join(number(end * scale, digits) for end in ends) if all(map(math.isfinite, ends)) else ""
    shown = (signed if plus else number)(found.effect * scale, digits)
    return f"{shown}{unit}" + (f" [{interval}]" if interval else "")


def outcome(found: Interval, *, smallest: float) -> Outcome:
    """Say what an interval means: five answers where "not supported" would have to do for three.

    ``hurts`` needs an interval all below zero that reaches beyond the smallest effect; one inside of it to both sides
    ``makes no difference``.
    """
    if not (math.isfinite(found.low) and math.isfinite(found.high)):
        return "open"
    if found.low > smallest:
        return "helps"
    if found.high < smallest:
        if found.low > -smallest:
            return "makes no difference"
        return "hurts" if found.high < 0 else "does not help"
    return "probably helps" if found.low > 0 else "open"


def sentence(found: Interval, said: Outcome, says: Says, *, what: str, metric: str, then: str = "") -> str:
    """Say what was seen, with its size.

    Parameters
    ----------
    found, said
        The effect, and what its interval means.
    says
        The prediction's own sentences; where it has none, `what` was seen is named.
    what
        ``On rings-4, depth 3 - depth 1``.
    metric
        Decides the unit.
    then
        What follows: how many seeds would settle it, or why there is no verdict.

    """
    chosen = {
        "helps": says.yes,
        "probably helps": says.yes,
        "hurts": says.worse or says.no,
        "makes no difference": says.no,
        "does not help": says.may_hurt or says.no,
        "open": says.unclear,
    }[said]
    if not chosen:
        return _ended(f"{what}: {size(found, metric, plus=True)}", then)
    if "{effect}" not in chosen:
        words = f"{chosen.rstrip('.')}: {size(found, metric, plus=True)}"
    else:
        turned = found.turned() if found.effect < 0 else found
        words = chosen.replace("{effect}", size(turned, metric)).rstrip(".")
    if said == "probably helps":
        words = f"Probably: {words[0].lower()}{words[1:]}"
    return _ended(words, then)


def with_reason(words: str, reason: str) -> str:
    """Put behind a sentence why it is no verdict."""
    return _ended(words.rstrip("."), reason) if words else ""


def _ended(words: str, then: str) -> str:
    return f"{words}; {then}." if then else f"{words}."
