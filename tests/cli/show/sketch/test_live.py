"""A training that is drawn as it goes: the same numbers, frames on a terminal only, no slower than the frames take."""

import io

import pytest
from rich.console import Console

from dlwhy.cli.show.console import Output
from dlwhy.cli.show.sketch import live
from dlwhy.data import make
from dlwhy.models.spec import NetworkSpec
from dlwhy.training import fit
from dlwhy.training.options import TrainingOptions
from dlwhy.training.progress import Hooks

NETWORK, OPTIONS = NetworkSpec(layers=(4,)), TrainingOptions(epochs=12)


@pytest.fixture
def terminal(monkeypatch):
    """Give an output on a terminal of 80 x 24, and what is written there."""
    monkeypatch.setenv("TERM", "xterm")  # which a console asks when it is made
    out, written = Output(), io.StringIO()
    out.stderr = Console(file=written, force_terminal=True, width=80, height=24, color_system="truecolor")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    return out, written


def drawn(terminal, dataset, **more):
    with live.shown(terminal[0], OPTIONS, dataset) as hooks:
        return fit(dataset, NETWORK, OPTIONS, hooks=Hooks(**hooks), **more)


def test_the_numbers_are_the_same_and_the_boundary_is_drawn_at_each_look(terminal, monkeypatch):
    dataset = make("moons", samples=60)
    monkeypatch.setattr(live, "_SECONDS_A_FRAME", 0.01)
    plain = fit(dataset, NETWORK, OPTIONS)

    watched = drawn(terminal, dataset)

    assert watched.history == plain.history
    assert (watched.predict(dataset.X_test) == plain.predict(dataset.X_test)).all()
    text = terminal[1].getvalue()
    assert text.count("test accuracy") >= 12  # of 12 epochs all are looked at
    assert "epoch 12/12" in text
    assert "▀" in text
    assert text.endswith("\x1b[?25h")  # the cursor is back


def test_with_more_features_the_losses_are_lines(terminal, monkeypatch):
    monkeypatch.setattr(live, "_SECONDS_A_FRAME", 0.0)
    drawn(terminal, make("blobs", samples=60, features=3))

    text = terminal[1].getvalue()
    assert "training  " in text
    assert "held-out  " in text
    assert "▁" in text
    assert "▀" not in text


def test_elsewhere_one_line_says_that_it_is_ignored(capsys, monkeypatch):
    assert not live.can_be_drawn(Output())
    assert capsys.readouterr().err == "note: --live is ignored: stderr is no terminal\n"
    assert not live.can_be_drawn(Output(quiet=True))
    assert not capsys.readouterr().err
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    assert not live.can_be_drawn(Output())
    assert "can't be redrawn" in capsys.readouterr().err


def test_looks_come_close_together_at_first(terminal):
    with live.shown(terminal[0], TrainingOptions(epochs=1000), make("moons", samples=60)) as hooks:
        looks = hooks["looks"]

    assert looks[:4] == [1, 2, 3, 4]
    assert looks[-1] == 1000
    assert looks[-1] - looks[-2] > 100
