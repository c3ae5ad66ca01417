"""A training as it goes: its loss, and with two features the boundary as it forms, redrawn between calls of epochs."""

import contextlib
import math
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.live import Live
from rich.text import Text

from dlwhy.cli.show.bars import told
from dlwhy.cli.show.console import Output
from dlwhy.cli.show.sketch import curves, ground, ink
from dlwhy.cli.show.sketch.curves import Curves
from dlwhy.cli.show.sketch.ground import View
from dlwhy.cli.show.sketch.ink import Ink
from dlwhy.text import number

if TYPE_CHECKING:
    from dlwhy.data.dataset import Dataset
    from dlwhy.models.trained import Trained
    from dlwhy.training.options import TrainingOptions
    from dlwhy.training.progress import Progress

_SECONDS_A_FRAME = 0.125
# that a short training is slowed down for, so that there is something to see: it takes so many frames at least
_FRAMES = 24
_RESOLUTION = 64
_MOST_LINES = 24
# for what is said when it has ended
_LEFT_FREE = 4
_NAMES = {"loss": "training", "val_loss": "held-out"}


def can_be_drawn(out: Output) -> bool:
    """Say whether stderr is a terminal that can be redrawn; if not, say so."""
    if out.quiet:
        return False
    reason = "" if sys.stderr.isatty() else "stderr is no terminal"
    if not reason and out.stderr.is_dumb_terminal:
        reason = "this terminal can't be redrawn (NO_COLOR, or TERM=dumb)"
    if reason:
        out.note(f"note: --live is ignored: {reason}")
    return not reason


@contextlib.contextmanager
def shown(out: Output, options: "TrainingOptions", dataset: "Dataset") -> Iterator[dict[str, Any]]:
    """Draw while the block runs -> the hooks of a training that is drawn."""
    with Live(console=out.stderr, auto_refresh=False, vertical_overflow="crop") as display:
        picture = _Picture(out, options, dataset, display)
        yield {"on_progress": picture.tell, "on_look": picture.look, "looks": picture.looks}
        picture.draw()


class _Picture:
    """What is on the terminal; it is told of the training, and draws when a frame is due."""

    def __init__(self, out: Output, options: "TrainingOptions", dataset: "Dataset", display: Live):
        self._out, self._display, self._dataset = out, display, dataset
        self._unit, self._total = options.round_name, options.keep_best or options.epochs
        # close together at first, where most happens
        self.looks = sorted({round(self._total ** (place / _FRAMES)) for place in range(_FRAMES + 1)})
        self._history: Mapping[str, Sequence[float]] = {}
        self._told: list[Mapping[str, float]] = []
        self._view: View | None = None
        self._line, self._drawn = "compiling", 0.0
        self.draw()

    def tell(self, progress: "Progress") -> None:
        """Take in how far it is; of a training that nobody looks at, the losses too."""
        done = f"{progress.epoch + progress.fraction:.2f}" if progress.fraction else f"{progress.epoch}"
        self._line = f"{self._unit} {done}/{progress.epochs}  {told(progress, with_validation=True)}"
        self._told.append(progress.logs)
        if time.monotonic() - self._drawn >= _SECONDS_A_FRAME:
            self.draw()

    def look(self, trained: "Trained") -> None:
        """Draw the network as it is, if a frame is due: by the time, or since it is one of those to be seen."""
        epoch, self._history = len(trained.history["loss"]), trained.history
        waiting = _SECONDS_A_FRAME - (time.monotonic() - self._drawn)
        if epoch not in self.looks and waiting > 0:
            return
        self._view = self._viewed(trained)
        time.sleep(max(0.0, waiting))
        self.draw()

    def draw(self) -> None:
        """Draw what is known."""
        self._drawn = time.monotonic()
        width, height = self._out.stderr.width, min(self._out.stderr.height - _LEFT_FREE, _MOST_LINES)
        line = Text(self._line, no_wrap=True, overflow="crop")
        self._display.update(Group(line, self._picture(width, height - 1)), refresh=True)

    def _picture(self, width: int, height: int) -> Text:
        own = Ink.of(self._out.stderr)
        losses = self._losses()
        if self._view is None or ink.a_row(width) < 2:
            return Text("\n").join(_as_line(name, values, width, own) for name, values in losses.items())
        each = ink.width_of_one(width, 2)
        size: dict[str, Any] = {"width": min(each, 2 * height), "height": height, "ink": own}
        # as long as it will be, so that the curve grows
        grown = {name: [*values, *[math.nan] * (self._total - len(values))] for name, values in losses.items()}
        over = Curves(values=grown, title="loss", ends=(f"{self._unit} 1", str(self._total)))
        return ink.beside([ground.draw(self._view, **size), curves.draw(over, **size)])

    def _losses(self) -> dict[str, list[float]]:
        history = self._history or {name: [each[name] for each in self._told if name in each] for name in _NAMES}
        return {words: [*history[name]] for name, words in _NAMES.items() if history.get(name)}

    def _viewed(self, trained: "Trained") -> View | None:
        """Ask the network over the plane, if there is one."""
        if len(self._dataset.columns) != 2:
            return None
        from dlwhy.figures.dependence import Dependence
        from dlwhy.figures.subject import Subject

        subject = Subject(dataset=self._dataset, predict=trained.predict)
        return View.of(Dependence.from_subject(subject, resolution=_RESOLUTION))


def _as_line(name: str, values: Sequence[float], width: int, own: Ink) -> Text:
    ends = f"{number(values[0])} to {number(values[-1])}"
    room = max(4, width - len(name) - len(ends) - 4)
    return Text(f"{name}  {curves.sparkline(values, room, own)}  {ends}", no_wrap=True, overflow="crop")
