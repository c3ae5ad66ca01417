"""What a colour says of an effect, the same in all pictures of studies."""

from collections.abc import Mapping

# by what the interval of a difference says; see `dlwhy.studies.findings.wording.outcome`
COLORS: Mapping[str, str] = {
    "helps": "#0072B2",
    "probably helps": "#56B4E9",
    "hurts": "#D55E00",
    "makes no difference": "#7a7a7a",
    "does not help": "#7a7a7a",
    "open": "#CC79A7",
}
WORDS: Mapping[str, str] = {
    "helps": "helps",
    "probably helps": "probably helps",
    "hurts": "hurts",
    "makes no difference": "no difference that matters",
    "does not help": "no difference that matters",
    "open": "cannot be told yet",
}
