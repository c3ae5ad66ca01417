"""How a study's progress looks: a bar on a terminal, else a line every tenth of the runs."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rich.progress import BarColumn, TextColumn, TimeRemainingColumn

from dlwhy.cli.console import Output

if TYPE_CHECKING:
    from dlwhy.studies.results import Outcome
    from dlwhy.studies.runner import Progress


@contextlib.contextmanager
def study_bar(out: Output, study: str, runs: int) -> Iterator[Callable[["Progress"], None]]:
    """Give a function that shows each `Progress` it is called with: arms, runs, runs a second, time left, estimate."""
    columns = (
        TextColumn(study),
        TextColumn("{task.fields[arms]}"),
        TextColumn("{task.completed}/{task.total} runs"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[arm]}"),
    )
    tell = out.steps(runs)
    with out.progress(*columns) as bar:
        task = None if bar is None else bar.add_task(study, total=runs, arms="", speed="", arm="")
        begun = False

        def show(progress: "Progress") -> None:
            nonlocal begun
            speed = f"{progress.fresh / max(progress.seconds, 1e-9):.1f} runs/s" if progress.fresh else ""
            arm = progress.arm if progress.outcome is None else f"{progress.arm}: {_estimate(progress.outcome)}"
            if bar is not None and task is not None:
                if not begun:  # rows that were there already say nothing on the time that is left
                    begun = True
                    bar.reset(task, completed=progress.runs_done - progress.fresh)
                arms = f"{progress.arms_done}/{progress.arms} arms"
                bar.update(task, completed=progress.runs_done, total=progress.runs, arms=arms, speed=speed, arm=arm)
            else:
                done = f"{study}  {progress.runs_done}/{progress.runs} runs"
                tell(progress.runs_done, "  ".join(part for part in (done, speed, arm) if part))

        yield show


def _estimate(outcome: "Outcome") -> str:
    """Give what an arm's runs say so far: the mean of their first metric."""
    found = [value for run in outcome.runs for value in list(run.metrics.values())[:1] if value is not None]
    return f"{sum(found) / len(found):.3f}" if found else outcome.runs[0].status
