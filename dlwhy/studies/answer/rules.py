"""The rules of the answer, as data: each has a name, says when it fires, and what it says then."""

import dataclasses
import math
from collections.abc import Callable, Sequence

from dlwhy.studies.answer.facts import Facts
from dlwhy.studies.claims.versatility.judging import FEW_ROWS
from dlwhy.studies.findings import wording
from dlwhy.studies.findings.verdicts import MIN_SEEDS
from dlwhy.studies.findings.wording import Interval
from dlwhy.text import counted

MOST_SENTENCES = 5
_TRAIN = "dlwhy train --recipe table --members 8"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """What may be said of a table."""

    name: str
    fires: Callable[[Facts], bool]
    says: Callable[[Facts], str]


def first(rules: Sequence[Rule], facts: Facts) -> tuple[str, str]:
    """Return name and sentence of the first rule that fires."""
    rule = next(rule for rule in rules if rule.fires(facts))
    return rule.name, rule.says(facts)


def fired(rules: Sequence[Rule], facts: Facts, most: int = MOST_SENTENCES) -> list[tuple[str, str]]:
    """Return names and sentences of the first rules that fire."""
    return [(rule.name, rule.says(facts)) for rule in rules if rule.fires(facts)][:most]


def _size(found: Interval, facts: Facts, *, plus: bool = False) -> str:
    return wording.size(found, facts.metric, plus=plus)


def _abs(found: Interval) -> Interval:
    return found.turned() if found.effect < 0 else found


def _cost(facts: Facts) -> str:
    times = wording.times(facts.nets.seconds, facts.simple.seconds)
    return f"at {times} its cost ({facts.nets.seconds:.2g} s for eight, compiling included)"


def _is_linear(facts: Facts) -> bool:
    """Say whether the best simple model is the linear one, or not better by anything that matters."""
    if facts.simple.words == facts.linear.words:
        return True
    return facts.bend is not None and facts.bend.high < facts.smallest


def _use(facts: Facts) -> str:
    """Name the best simple model; or the linear one, if that is worse by nothing that is shown, or would matter."""
    bend = facts.bend
    is_close = bend is not None and bend.low <= 0 and bend.effect < facts.smallest
    return facts.linear.words if is_close else facts.simple.words


def _nor(facts: Facts) -> str:
    """Say of the best simple model, where that is not the one to use, that it is not shown to be better either."""
    if facts.bend is None or _use(facts) == facts.simple.words:
        return ""
    return f"; nor is {facts.simple.words} shown to be better, {_size(facts.bend, facts, plus=True)}"


def _beside(facts: Facts, word: str) -> str:
    """Name the best simple model behind a word, where that is not the one to use."""
    return "" if _use(facts) == facts.simple.words else f" {word} {facts.simple.words}"


def _nothing_learnt(facts: Facts) -> bool:
    return _may_be_guessing(facts) and facts.over_guess is not None and facts.over_guess.effect < facts.smallest


def _may_be_guessing(facts: Facts) -> bool:
    return facts.over_guess is not None and facts.over_guess.low <= 0


def _nothing_matters(facts: Facts) -> bool:
    return facts.gain.high < facts.smallest


RECOMMENDATIONS: Sequence[Rule] = (
    Rule(
        name="control-misbehaved",
        fires=lambda facts: bool(facts.bad_controls),
        says=lambda facts: (
            f"No recommendation: {', '.join(facts.bad_controls)} did not come out as a control must, so the lab does"
            " not work here; try another --seed, or more --seeds."
        ),
    ),
    Rule(
        name="too-few-splits",
        fires=lambda facts: facts.n_seeds < MIN_SEEDS or not math.isfinite(facts.gain.high),
        says=lambda facts: (
            f"No recommendation yet: {facts.n_seeds} splits are too few; --budget quick makes 12, and {MIN_SEEDS} are"
            " the least."
        ),
    ),
    Rule(
        name="nothing-beats-guessing",
        fires=_nothing_learnt,
        says=lambda facts: (
            f"Use none of these models on {facts.task}: not even the best of them is shown to beat guessing,"
            f" {_size(facts.over_guess or Interval(0.0), facts, plus=True)}; other columns are wanted, not models."
        ),
    ),
    Rule(
        name="guessing-not-excluded",
        fires=_may_be_guessing,
        says=lambda facts: (
            f"Use nothing on {facts.task} before there are more rows: the best of the models is ahead of guessing by"
            f" {_size(facts.over_guess or Interval(0.0), facts, plus=True)}, which may be chance; first to be tried"
            f" again is {_use(facts)}."
        ),
    ),
    Rule(
        name="net-better",
        fires=lambda facts: facts.outcome == "helps",
        says=lambda facts: (
            f"Use eight nets on {facts.task} ({_TRAIN}): they beat the best simple model, {facts.simple.words}, by"
            f" {_size(facts.gain, facts)}, {_cost(facts)}."
        ),
    ),
    Rule(
        name="net-probably-better",
        fires=lambda facts: facts.outcome == "probably helps",
        says=lambda facts: (
            f"Use eight nets on {facts.task} if a gain of {_size(facts.gain, facts)} is worth training"
            f" {_cost(facts)} to you ({_TRAIN}); else {facts.simple.words}."
        ),
    ),
    Rule(
        name="linear-is-enough",
        fires=lambda facts: _is_linear(facts) and _nothing_matters(facts),
        says=lambda facts: (
            f"Use {facts.linear.words} on {facts.task}: nothing that was tried is better by anything that matters;"
            f" nets: {_size(facts.gain, facts, plus=True)}, {_cost(facts)}."
        ),
    ),
    Rule(
        name="net-worse",
        fires=lambda facts: facts.gain.high < 0,
        says=lambda facts: (
            f"Use {_use(facts)} on {facts.task}: nets are worse{_beside(facts, 'than')}, by"
            f" {_size(_abs(facts.gain), facts)}, {_cost(facts)}{_nor(facts)}."
        ),
    ),
    Rule(
        name="net-not-better",
        fires=_nothing_matters,
        says=lambda facts: (
            f"Use {_use(facts)} on {facts.task}: nets gain nothing that matters{_beside(facts, 'over')},"
            f" {_size(facts.gain, facts, plus=True)}, {_cost(facts)}{_nor(facts)}."
        ),
    ),
    Rule(
        name="not-told-apart",
        fires=lambda facts: True,  # noqa: ARG005  # what is left
        says=lambda facts: (
            f"Use {_use(facts)} on {facts.task}: nets are not shown to be better{_beside(facts, 'than')},"
            f" {_size(facts.gain, facts, plus=True)}, {_cost(facts)}{_nor(facts)}."
        ),
    ),
)


def _by_how_much(facts: Facts) -> str:
    name, percent = wording.name_of(facts.metric), f"{100 * (1 - facts.alpha):g} %"
    is_best = facts.simple.words == facts.linear.words
    linear = "" if is_best else f", {wording.number(facts.linear.score)} by {facts.linear.words}"
    guess = "" if facts.guess is None else f", guessing {wording.number(facts.guess)}"
    return (
        f"Seen: {name} {wording.number(facts.nets.score)} by eight nets, {wording.number(facts.simple.score)} by"
        f" {facts.simple.words}{linear}{guess}; on {facts.n_seeds} splits of {facts.rows:,} rows, {facts.n_train:,} of"
        f" them to learn from; brackets are {percent} intervals."
    )


def _what_would_change(facts: Facts) -> str:
    """Say what more splits would settle, and whether more rows would change the answer."""
    is_open = facts.outcome in ("open", "probably helps") and facts.seeds_needed is not None
    splits = f"About {facts.seeds_needed} splits would probably settle it (--seeds {facts.seeds_needed}). "
    return (splits if is_open else "") + _rows(facts)


def _rows(facts: Facts) -> str:
    doubling = ""
    if facts.doubling is not None:
        doubling = f"twice as many would bring a net about {_size(facts.doubling, facts)}"
    elif facts.last_doubling is not None:
        doubling = f"the last doubling brought a net {_size(facts.last_doubling, facts, plus=True)}"
    then = doubling and f"; {doubling}"
    if facts.lead is not None and facts.lead_outcome in ("helps", "probably helps"):
        what = "strengthen it" if facts.outcome == "helps" else "change the answer"
        gained = f"a net gained {_size(facts.lead, facts)} on {facts.linear.words} from few rows to all"
        return f"More rows may {what}: {gained}{then}."
    if facts.lead is not None and facts.lead.high < facts.smallest:
        kept = f"a net gains nothing on {facts.linear.words} as rows come in, {_size(facts.lead, facts, plus=True)}"
        return f"More rows would hardly change the answer: {kept}{then}."
    if facts.lead is None and not doubling:
        why = facts.no_doubling or "dlwhy study data asks it"
        return f"Whether more rows would change the answer is not known: {why}."
    size = _size(facts.lead, facts, plus=True) if facts.lead else ""
    lead = size and f"from few rows to all a net's lead on {facts.linear.words} grew by {size}"
    return f"Whether more rows would change the answer is open: {'; '.join(filter(None, (lead, doubling)))}."


def _parts(facts: Facts) -> str:
    tried = counted(sum(map(len, facts.parts.values())), "part")
    helping, probably = (list(facts.parts.get(name, ())) for name in ("helps", "probably helps"))
    said = []
    if helping:
        verb = "helps" if len(helping) == 1 else "help"
        said.append(f"{len(helping)} of {tried} tried {verb} a net here: {'; '.join(helping)}.")
    if probably:
        verb = "probably helps" if len(probably) == 1 else "probably help"
        what = f"{len(probably)} more {verb}" if helping else f"{len(probably)} of {tried} tried {verb} a net here"
        said.append(f"{what}: {'; '.join(probably)}.")
    if said:
        return " ".join(said)
    if facts.parts.get("hurts"):
        return f"No part of the recipe is shown to help a net here; what hurts: {'; '.join(facts.parts['hurts'])}."
    return "No part of the recipe is shown to help a net here."


def _bend(facts: Facts) -> str:
    bend = facts.bend or Interval(0.0)
    if bend.low > 0:
        return f"{_begun(facts.simple.words)} beats {facts.linear.words} by {_size(bend, facts)}: not all is linear."
    return (
        f"{_begun(facts.linear.words)} can't be told from {facts.simple.words},"
        f" {_size(bend.turned(), facts, plus=True)}: the simplest may do."
    )


def _begun(words: str) -> str:
    """Begin a sentence."""
    return words[:1].upper() + words[1:]


SENTENCES: Sequence[Rule] = (
    Rule(name="split-caution", fires=lambda facts: bool(facts.caution), says=lambda facts: facts.caution),
    Rule(name="by-how-much", fires=lambda facts: True, says=_by_how_much),  # noqa: ARG005  # always
    Rule(name="what-would-change", fires=lambda facts: True, says=_what_would_change),  # noqa: ARG005  # always
    Rule(
        name="not-tried",
        fires=lambda facts: bool(facts.not_tried),
        says=lambda facts: f"Not tried: {'; '.join(facts.not_tried)}.",
    ),
    Rule(
        name="tuned",
        fires=lambda facts: facts.tuned is not None,
        says=lambda facts: (
            "Tuned on each split's own training rows, nets score"
            f" {_size(facts.tuned or Interval(0.0), facts, plus=True)} to the recipe's."
        ),
    ),
    Rule(name="parts", fires=lambda facts: bool(facts.parts), says=_parts),
    Rule(
        name="linear-part",
        fires=lambda facts: bool(facts.linear_is_enough),
        says=lambda facts: (  # noqa: ARG005  # the same for all
            "An early sign: the nets' held-out loss is not below that of their own linear part."
        ),
    ),
    Rule(
        name="few-rows",
        fires=lambda facts: facts.few_rows and facts.gain.low <= facts.smallest,
        says=lambda facts: (  # noqa: ARG005  # the same for all
            f"With under {FEW_ROWS} rows, no net of ours has beaten the best simple model by a point, on any of 12"
            " tables."
        ),
    ),
    Rule(name="bend", fires=lambda facts: facts.bend is not None and not _nor(facts), says=_bend),
)
