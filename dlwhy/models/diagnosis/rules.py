"""What a training's curves and outputs say of it, by rules with names, and what to try.

Nothing here chooses anything: the held-out loss may be the test part's, and is only told.
"""

import dataclasses
from collections.abc import Callable, Mapping

from dlwhy.models.details import Details
from dlwhy.models.diagnosis.course import Course, course_of, is_falling, levels
from dlwhy.models.diagnosis.outputs import Outputs
from dlwhy.models.history import History
from dlwhy.text import display, number

# fewer epochs are no curve
_FEWEST_EPOCHS = 5
# outputs that differ less from row to row, in shares of how the truth differs, are all the same
_SAME = 0.02
# what a rise of the loss must be to mean something, as a factor
_OVERFITTED, _UNSTABLE = 1.1, 1.5
# and any change in shares of what guessing costs: a loss near 0 may double and mean nothing
_MATTERS = 0.005
_AS_GUESSING, _WORSE_THAN_GUESSING = 0.99, 1.2
_MEMORISED = 0.95
# held-out loss, in nats or in shares of the variance, that networks must gain on their own linear part: of those that
# gained less two in fourteen beat a linear model by more than a point, of the others fifteen in twenty
GAIN_ON_LINEAR_PART = 0.005
_DEEP = 4
_MOSTLY = 0.6


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a training's curves or outputs say."""

    # its name: ``interrupted``, ``dead``, ``unstable``, ``no-better-than-guessing``, ``overfitting``, ``unfinished``
    # ``one-class`` or ``linear-is-enough``
    rule: str
    says: str  # what was seen and what to try, for people


def diagnose(history: History, details: Details, outputs: Outputs | None = None) -> tuple[Finding, ...]:
    """Say what a training's curves and outputs show; nothing if all is well, or too little is known.

    Parameters
    ----------
    history
        One value an epoch for each column.
    details
        What travels with the model; it may come from a stranger.
    outputs
        What the outputs look like, if the details do not hold it.

    """
    course = course_of(history, details, outputs)
    found = []
    for group in _GROUPS:
        told = (Finding(rule=rule, says=says) for rule, check in group.items() if (says := check(course)))
        found += [finding for finding in [next(told, None)] if finding]
    return tuple(found)


def _interrupted(course: Course) -> str | None:
    planned, patience = course.planned, course.option("patience")
    if planned is None or not 0 < course.epochs < planned:
        return None
    said = f"ended at {course.unit} {course.epochs} of {planned:.0f}"
    if course.option("keep_best"):
        return f"{said}: the weights are the best of those"
    if not patience:
        return (
            f"{said}: {'dlwhy train --resume goes on from there' if course.resumes else 'it can only be trained anew'}"
        )
    waited = course.epochs - (course.best_epoch or course.epochs)
    return None if waited >= patience else f"{said}, before the held-out loss had stopped falling"


def _dead(course: Course) -> str | None:
    outputs = course.outputs
    if outputs is None or outputs.spread is None or outputs.spread >= _SAME:
        return None
    answer = "number" if outputs.majority is None else "answer" if outputs.one_class is None else "class"
    return f"the same {answer} for all {outputs.n_samples} rows: dead or not learning; {_revival(course)}"


def _unstable(course: Course) -> str | None:
    if course.epochs < _FEWEST_EPOCHS or course.keeps_best:
        return None
    level = levels(course.loss, course.tenth)
    lowest, now, guessing = float(level.min()), float(level[-1]), course.guess_loss
    if course.is_comparable and now > _WORSE_THAN_GUESSING * guessing and not is_falling(course.loss):
        seen = f"the training loss ({number(now)}) is above that of guessing ({number(guessing)})"
    elif now > _UNSTABLE * lowest and now - lowest > _MATTERS * guessing:
        best = int(course.loss.argmin())
        seen = (
            f"the training loss was lowest at {course.unit} {best + 1} of {course.epochs} "
            f"({number(course.loss[best])}, now {number(course.loss[-1])})"
        )
    else:
        return None
    rate = course.option("learning_rate")
    tries = [f"--learning-rate {rate / 10:g}" if rate else "a smaller --learning-rate"]
    tries += [] if course.option("clip_norm") else ["--clip-norm 1"]
    return f"{seen}: unstable; try {' or '.join(tries)}"


def _no_better_than_guessing(course: Course) -> str | None:
    if course.epochs < _FEWEST_EPOCHS or not len(course.held_out) or not course.is_comparable:
        return None
    guessing = course.guess_loss
    if course.held_out.min() < _AS_GUESSING * guessing or is_falling(course.held_out):
        return None
    best = number(course.held_out.min())
    said = f"held-out loss never fell clearly below that of guessing ({number(guessing)}; best {best})"
    if levels(course.loss, course.tenth)[-1] >= _MEMORISED * guessing:
        return f"{said}: not learning; {_revival(course)}"
    return f"{said}, training loss is {number(course.loss[-1])}: what was learnt holds for no other rows"


def _overfitting(course: Course) -> str | None:
    if course.epochs < _FEWEST_EPOCHS or not len(course.held_out) or course.keeps_best:
        return None
    level, best = levels(course.held_out, course.tenth), int(course.held_out.argmin())
    lowest, now = float(level.min()), float(level[-1])
    rose = now > _OVERFITTED * lowest and now - lowest > _MATTERS * course.guess_loss
    # the two numbers that are told must say the same as the medians
    if not rose or course.held_out[-1] <= course.held_out[best] or course.loss[-1] > course.loss[best]:
        return None
    return (
        f"held-out loss was best at epoch {best + 1} of {course.epochs} "
        f"({number(course.held_out[best])}, now {number(course.held_out[-1])}): overfitting; "
        f"try --patience {min(10, max(2, (course.epochs - best) // 2))}"
    )


def _unfinished(course: Course) -> str | None:
    if course.epochs < _FEWEST_EPOCHS or not is_falling(course.watched) or _interrupted(course):
        return None
    patience = course.option("patience")
    if patience and course.best_epoch and course.epochs - course.best_epoch >= patience:
        return None
    level = levels(course.watched, course.tenth)
    before, now = float(level[-1 - course.tenth]), float(level[-1])
    if before - now <= _MATTERS * course.guess_loss:
        return None
    which = "held-out" if len(course.held_out) else "training"
    over = (
        f"the last {course.tenth} of {course.epochs} {course.unit}s" if course.tenth > 1 else f"the last {course.unit}"
    )
    rate = course.option("learning_rate")
    faster = f", or --learning-rate {min(course.good_rate, 10 * rate):g}" if rate and rate < course.good_rate else ""
    return f"{which} loss is still falling, by {1 - now / before:.0%} over {over}: more --epochs{faster}"


def _one_class(course: Course) -> str | None:
    outputs = course.outputs
    if outputs is None or outputs.one_class is None or outputs.majority in {None, 1.0} or _dead(course):
        return None
    if is_falling(course.watched) and outputs.majority is not None and outputs.majority < _MOSTLY:
        return None
    names, index = course.class_names, outputs.one_class
    name = display(names[index]) if 0 <= index < len(names) else str(index)
    said = f'all {outputs.n_samples} rows are taken for "{name}"'
    if outputs.majority is not None and outputs.majority < _MOSTLY:
        return f"{said}: hardly learning; {_revival(course)}"
    tries = "" if course.options.get("class_weight") == "balanced" else ", or try --class-weight balanced"
    return f"{said}, as {outputs.majority:.0%} truly are of one class: see the ROC AUC, not the accuracy{tries}"


def _linear_is_enough(course: Course) -> str | None:
    kept, linear = course.kept_loss, course.linear_loss
    if kept is None or linear is None or kept < linear - GAIN_ON_LINEAR_PART:
        return None
    return (
        f"held-out loss is {number(kept)}, that of its linear part alone {number(linear)}: "
        "a linear model may do as well here; see dlwhy evaluate --baselines"
    )


def _revival(course: Course) -> str:
    """Say what to try with a network that does not learn, of what it has not been given."""
    network, rate, good = course.network, course.option("learning_rate"), course.good_rate
    too_fast = course.epochs and course.loss[-1] > _WORSE_THAN_GUESSING * course.guess_loss > 0
    if network is not None and (network.l1 or network.l2):
        return f"try a smaller {' or '.join(f'--{name}' for name in ('l1', 'l2') if getattr(network, name))}"
    if rate and (rate > good or too_fast):
        return f"try --learning-rate {min(good, rate / 10):g}"
    plain = network is not None and not (network.batch_norm or network.layer_norm or network.residual)
    if network is not None and plain and len(network.layers) >= _DEEP:
        other = "--activation relu" if network.activation in {"sigmoid", "tanh"} else "--batch-norm"
        return f"try fewer layers, or {other}"
    if rate and rate < good:
        return f"try more --epochs, or --learning-rate {min(good, 10 * rate):g}"
    return "try another --learning-rate, or wider --layers"


# of each group the first that applies is told
_GROUPS: tuple[Mapping[str, Callable[[Course], str | None]], ...] = (
    {"interrupted": _interrupted},
    {
        "dead": _dead,
        "unstable": _unstable,
        "no-better-than-guessing": _no_better_than_guessing,
        "overfitting": _overfitting,
        "unfinished": _unfinished,
    },
    {"one-class": _one_class},
    {"linear-is-enough": _linear_is_enough},
)
