"""A claim put to the test from Python: the study runs, or goes on, in its folder, and what it found comes back."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlwhy import html
from dlwhy.api.fitting import check_names
from dlwhy.data.dataset import Dataset
from dlwhy.errors import in_python
from dlwhy.studies import conduct
from dlwhy.studies.answer import page
from dlwhy.studies.request import Budget
from dlwhy.text import display, number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# choices by name, and the fields of `Request`
_CHOICES = ("seed", "epochs", "only", "smallest_effect", "alpha", "arms", "match", "source", "tables", "tune")


@dataclasses.dataclass(frozen=True, kw_only=True, repr=False)
class StudyResult:
    """What a study found.

    Parameters
    ----------
    folder
        Where its rows and its report are; the same call goes on from there.
    report
        All of it, JSON-like, as in ``study.json``.

    """

    folder: Path
    report: Mapping[str, Any]

    @property
    def verdict(self) -> str:
        """``supported``, ``not supported``, ``inconclusive`` or ``withheld``; on the user's own data, if there are."""
        return str(self.report["verdict"])

    @property
    def predictions(self) -> list[Mapping[str, Any]]:
        """What the claim predicts, each with its effect, its interval and its verdict."""
        return list(self.report["predictions"])

    @property
    def answers(self) -> list[str]:
        """The same in sentences: those on the user's own data, else all."""
        own = list(self.report["headline"]["answers"])
        return own or [finding["sentence"] for finding in self.predictions if finding["sentence"]]

    @property
    def recommendation(self) -> str | None:
        """What to use on the user's own table, and why; None where this study does not judge nets on one.

        ``dlwhy study`` makes its answer of all studies of the table, this is of one.
        """
        found = page.answer([self.report])
        return None if found is None else str(found["recommendation"])

    def draw(self) -> "Figure":
        """Draw the study's figure, in the house's own style."""
        from dlwhy.figures.drawing import style
        from dlwhy.studies import figure

        with style.styled():
            return figure.draw(self.report)

    def __repr__(self) -> str:
        return f"<StudyResult {display(self.report['headline']['verdict'], 300)}; rows in {display(self.folder, 200)}>"

    def _repr_html_(self) -> str:
        headline = self.report["headline"]
        rows = [
            (finding["task"], finding["contrast"], finding["metric"], _interval(finding), finding["verdict"])
            for finding in self.predictions
        ]
        notes = [headline["verdict"], *self.answers, *filter(None, [headline["lab"]])]
        header = ("task", "comparison", "metric", "effect", "verdict")
        return html.card(headline["title"], rows, header=header, notes=notes)


@in_python
def study(
    claim: str,
    dataset: Dataset | None = None,
    *,
    budget: Budget = "quick",
    seeds: int | None = None,
    folder: str | Path | None = None,
    jobs: int = 1,
    **choices: Any,
) -> StudyResult:
    """Put a claim to the test, or go on with a study that was interrupted.

    Parameters
    ----------
    claim
        ``depth``, ``data``, ``compute``, ``algorithms``, ``transfer``, ``versatility``; or ``compare``; or
        ``ingredients``: what ``algorithms`` asks of your own data, without its controls.
    dataset
        Your own data, beside the controls.
    budget
        ``quick`` (12 seeds, controls only), ``default`` (20 seeds, real data), ``thorough`` (64, everything).
    seeds
        Replicates of each arm, in place of the budget's.
    folder
        Where rows and report are kept; by default ``study/CLAIM``, of ``ingredients`` ``study/algorithms``.
    jobs
        Processes with a TensorFlow each.
    choices
        ``seed``: base seed, from which all others derive. ``epochs``: passes over the training part, in place of each
        arm's own number of steps. ``only``: tasks and arms to keep. ``smallest_effect``, in the metric's unit, and
        ``alpha``, the error rate of intervals. For ``compare``, ``arms``: recipes such as
        ``layers=64,64 dropout=0.3``, ``model:FILE.keras`` or ``baseline:svm``; and ``match="parameters"``. For
        ``transfer``, ``source``: a model to carry over to your own data. For ``versatility``, ``tables``: a folder of
        ``.joblib`` data sets, on all of which one recipe is tried; and ``tune=True``: nets of variants, too, chosen for
        each split of your own data.

    Raises
    ------
    TypeError
        If there is no choice of a name.
    UsageError
        If there is no such study, or it can't be made of what was asked.
    BusyError, OutputBlockedError, InputOutputError, InputRefusedError
        If the folder is in use or can't be written, or the data can't be learnt from.

    """
    check_names("study", choices, _CHOICES)
    named = {"base_seed" if name == "seed" else name: value for name, value in choices.items()}
    request = conduct.request(claim, dataset, budget=budget, n_seeds=seeds, **named)
    place = Path("study", request.claim) if folder is None else Path(folder)
    found = conduct.run(request, place, own=dataset, command=f"dlwhy.study({claim!r})", jobs=jobs)
    return StudyResult(folder=found.folder, report=found.report)


def _interval(finding: Mapping[str, Any]) -> str:
    ends = [finding[name] for name in ("ci_low", "ci_high")]
    interval = f" [{', '.join(map(number, ends))}]" if None not in ends else ""
    return number(finding["effect"], "+") + interval
