"""How a training's progress looks: a bar on a terminal, else a line every tenth of the work."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from rich.progress import BarColumn, TextColumn, TimeRemainingColumn

from dlwhy.cli.console import Output
from dlwhy.models.digits import number

if TYPE_CHECKING:
    from dlwhy.training.loop import Progress

# columns from which there is room for the validation's numbers, too
_WIDE = 120
# of an epoch, so that plain lines come within a long one, too
_PARTS = 1000


@contextlib.contextmanager
def training_bar(out: Output, epochs: int) -> Iterator[Callable[["Progress"], None]]:
    """Give a function that shows each `Progress` it is called with."""
    wide = out.stderr.width >= _WIDE
    columns = (
        TextColumn("epoch {task.fields[epoch]}/{task.total}"),
        BarColumn(bar_width=20 if wide else 8),
        TextColumn("{task.fields[logs]}"),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[device]}"),
    )
    tell = out.steps(epochs * _PARTS)
    with out.progress(*columns) as bar:
        task = (
            None
            if bar is None
            else bar.add_task("train", total=epochs, epoch="0", logs="compiling", speed="", device="")
        )

        def show(progress: "Progress") -> None:
            speed, done = _speed(progress.samples_per_second), progress.epoch + progress.fraction
            epoch = f"{done:.2f}" if progress.fraction else f"{progress.epoch}"
            if bar is not None and task is not None:
                logs = _logs(progress.logs, with_validation=wide)
                bar.update(task, completed=done, epoch=epoch, logs=logs, speed=speed, device=progress.device)
            else:
                logs = _logs(progress.logs, with_validation=True)
                told = (f"epoch {epoch}/{epochs}", logs, speed, progress.device)
                tell(int(done * _PARTS), "  ".join(part for part in told if part))

        yield show


def _logs(logs: Mapping[str, float], *, with_validation: bool) -> str:
    shown = {name: value for name, value in logs.items() if with_validation or not name.startswith("val_")}
    return "  ".join(f"{name} {number(value)}" for name, value in shown.items())


def _speed(samples: float) -> str:
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if samples >= size:
            return f"{samples / size:.1f}{unit} samples/s"
    return f"{samples:.0f} samples/s"
