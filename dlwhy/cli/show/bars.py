"""How the progress of long work looks: a bar on a terminal, else a line every tenth of the work."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Column

from dlwhy.cli.show.console import Output
from dlwhy.text import inert, number

if TYPE_CHECKING:
    from dlwhy.studies.bench.runner import StudyProgress
    from dlwhy.studies.plan.study import Outcome
    from dlwhy.training.options import TrainingOptions
    from dlwhy.training.progress import Progress as TrainingProgress
    from dlwhy.tuning.tune import TuningProgress

# columns from which there is room for a long bar, and for the validation's numbers, too
_WIDE = 120
# columns of a bar's line that are the time that is left, and blanks
_OTHERS = len("00:00 left") + 5
# of a step, so that plain lines come within a long one, too
_PARTS = 1000


@dataclasses.dataclass(frozen=True)
class _Bar:
    bar: Progress | None
    task: TaskID
    tell: Callable[[int, str], None]
    room: int  # for the middle, so that the time that is left is whole

    def show(self, done: float, *texts: str) -> None:
        """Show how much is done, with the texts before the bar, behind it, and behind the time that is left."""
        if self.bar is None:
            self.tell(int(done * _PARTS), "  ".join(filter(None, texts)))
        else:
            head, middle, end = map(inert, texts)
            parts = middle.split("  ")
            while len(parts) > 1 and len("  ".join(parts)) > self.room:
                parts.pop()
            self.bar.update(self.task, completed=done, head=head, middle="  ".join(parts), end=end)

    def begin_at(self, done: float) -> None:
        """Begin anew: what was there already says nothing on the time that is left."""
        if self.bar is not None:
            self.bar.reset(self.task, completed=int(done))


@contextlib.contextmanager
def _bar(out: Output, total: int, head: str, middle: str = "", widest: Sequence[str] = ("", "")) -> Iterator[_Bar]:
    """Show a bar; head and middle are as wide as their widest texts, so that nothing moves, and the end gives way."""
    length = 20 if out.stderr.width >= _WIDE else 8
    columns = [
        _text("head", Column(no_wrap=True, min_width=len(widest[0]))),
        BarColumn(bar_width=length, table_column=Column(no_wrap=True)),
        _text("middle", Column(no_wrap=True, justify="right", min_width=len(widest[1]))),
        TimeRemainingColumn(compact=True, table_column=Column(no_wrap=True, justify="right", min_width=len("00:00"))),
        TextColumn("left", table_column=Column(no_wrap=True)),
        _text("end", Column(no_wrap=True, overflow="ellipsis", ratio=1)),
    ]
    with out.progress(*columns) as shown:
        task = shown.add_task("", total=total, head=head, middle=middle, end="") if shown else TaskID(0)
        room = out.stderr.width - length - _OTHERS - max(map(len, (head, widest[0])))
        yield _Bar(shown, task, out.steps(total * _PARTS), room)


def _text(name: str, column: Column) -> TextColumn:
    return TextColumn(f"{{task.fields[{name}]}}", markup=False, table_column=column)


@contextlib.contextmanager
def training_bar(out: Output, options: "TrainingOptions") -> Iterator[Callable[["TrainingProgress"], None]]:
    """Give a function that shows each `Progress` of a training that it is called with."""
    total, unit = options.keep_best or options.epochs, options.round_name
    widest = (f"{unit} {total}/{total}", "")
    with _bar(out, total, f"{unit} 0/{total}", "compiling", widest) as bar:
        with_validation = bar.bar is None or out.stderr.width >= _WIDE

        def show(progress: "TrainingProgress") -> None:
            done = progress.epoch + progress.fraction
            epoch = f"{done:.2f}" if progress.fraction else f"{progress.epoch}"
            bar.show(
                done,
                f"{unit} {epoch}/{progress.epochs}",
                told(progress, with_validation=with_validation),
                progress.device,
            )

        yield show


@contextlib.contextmanager
def study_bar(out: Output, study: str, runs: int) -> Iterator[Callable[["StudyProgress"], None]]:
    """Give a function that shows each `Progress` of a study that it is called with: runs, speed, estimate."""
    with _bar(out, runs, study, widest=(f"{study}  {runs}/{runs} runs", "00.0 runs/s")) as bar:
        begun = False

        def show(progress: "StudyProgress") -> None:
            nonlocal begun
            if not begun:
                begun = True
                bar.begin_at(progress.runs_done - progress.fresh)
            speed = f"{progress.fresh / max(progress.seconds, 1e-9):.1f} runs/s" if progress.fresh else ""
            arm = progress.arm if progress.outcome is None else f"{progress.arm}: {_estimate(progress.outcome)}"
            done = f"{progress.runs_done:>{len(str(runs))}}/{runs} runs"
            bar.show(progress.runs_done, f"{study}  {done}", speed, arm)

        yield show


@contextlib.contextmanager
def tuning_bar(out: Output, total: int) -> Iterator[Callable[["TuningProgress"], None]]:
    """Give a function that shows each `Progress` of a tuning that it is called with: networks, and what is tried."""
    with _bar(out, total, f"network 0/{total}") as bar:

        def show(progress: "TuningProgress") -> None:
            bar.show(progress.done, f"network {int(progress.done)}/{progress.total}", "", progress.text)

        yield show


@contextlib.contextmanager
def networks_bar(out: Output, total: int) -> Iterator[Callable[[float], None]]:
    """Give a function that shows how many networks of a sweep are trained."""
    with _bar(out, total, f"network 0/{total}", "compiling") as bar:
        yield lambda done: bar.show(done, f"network {int(done)}/{total}", "", "")


@contextlib.contextmanager
def frames_bar(out: Output, total: int) -> Iterator[Callable[[int], None]]:
    """Give a function that shows how many frames of a film are drawn."""
    with _bar(out, total, f"frame 0/{total}") as bar:
        yield lambda done: bar.show(done, f"frame {done}/{total}", "", "")


def told(progress: "TrainingProgress", *, with_validation: bool) -> str:
    """Say how a training goes: its numbers, and its speed."""
    return f"{_logs(progress.logs, with_validation=with_validation)}  {_speed(progress.samples_per_second)}"


def _logs(logs: Mapping[str, float], *, with_validation: bool) -> str:
    shown = {name: value for name, value in logs.items() if with_validation or not name.startswith("val_")}
    return "  ".join(f"{name} {number(value)}" for name, value in shown.items())


def _speed(samples: float) -> str:
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if samples >= size:
            return f"{samples / size:.1f}{unit} samples/s"
    return f"{samples:.0f} samples/s"


def _estimate(outcome: "Outcome") -> str:
    """Give what an arm's runs say so far: the mean of their first metric."""
    found = [value for run in outcome.runs for value in list(run.metrics.values())[:1] if value is not None]
    return f"{sum(found) / len(found):.3f}" if found else outcome.runs[0].status
