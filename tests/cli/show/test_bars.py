"""Bars: a line every tenth of the work where there is no terminal, a bar in which nothing is markup where there is."""

import io
import re
import types

import pytest
from rich.console import Console

from dlwhy.cli.show.bars import study_bar, training_bar, tuning_bar
from dlwhy.cli.show.console import Output
from dlwhy.training.options import TrainingOptions


def at(epoch, *, epochs=4, fraction=0.0, speed=1500.0):
    logs = {"loss": 0.5, "val_loss": 0.25}
    return types.SimpleNamespace(
        epoch=epoch, epochs=epochs, fraction=fraction, logs=logs, samples_per_second=speed, device="CPU:0"
    )


def done(runs, *, fresh=None, arm="net", outcome=None):
    fresh = runs if fresh is None else fresh
    return types.SimpleNamespace(
        runs_done=runs, runs=20, fresh=fresh, seconds=2.0, arms_done=runs // 5, arms=4, arm=arm, outcome=outcome
    )


@pytest.fixture
def terminal(monkeypatch):
    """Give an output on a terminal of so many columns, and what is written there."""

    def on(width):
        out, written = Output(), io.StringIO()
        out.stderr = Console(file=written, force_terminal=True, width=width, highlight=False, color_system=None)
        monkeypatch.setattr("sys.stderr.isatty", lambda: True)
        monkeypatch.setenv("TERM", "xterm")
        return out, written

    return on


def test_without_a_terminal_each_tenth_is_a_line(capsys):
    with training_bar(Output(), TrainingOptions(epochs=20)) as show:
        for epoch in range(21):
            show(at(epoch, epochs=20, speed=2_500_000.0))

    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "epoch 2/20  loss 0.5000  val_loss 0.2500  2.5M samples/s  CPU:0"
    assert [line.split("  ")[0] for line in lines] == [f"epoch {2 * tenth}/20" for tenth in range(1, 11)]


def test_a_tuning_tells_networks_and_what_is_tried(capsys, terminal):
    def told(part):
        return types.SimpleNamespace(done=part / 2, total=5, text="recipe [and] 5 more")

    with tuning_bar(Output(), 5) as show:
        for part in range(11):
            show(told(part))
    assert capsys.readouterr().err.splitlines()[-1] == "network 5/5  recipe [and] 5 more"

    out, written = terminal(80)
    with tuning_bar(out, 5) as show:
        show(told(10))
    assert "recipe [and] 5 more" in written.getvalue()


def test_within_a_long_epoch_there_are_lines_too(capsys):
    with training_bar(Output(), TrainingOptions(epochs=1)) as show:
        for part in range(1, 5):
            show(at(0, epochs=1, fraction=part / 4, speed=10.0))

    assert capsys.readouterr().err.splitlines()[0] == (
        "epoch 0.25/1  loss 0.5000  val_loss 0.2500  10 samples/s  CPU:0"
    )


def test_the_lines_of_a_study(capsys):
    run = types.SimpleNamespace(metrics={"accuracy": 0.5, "log_loss": 3.0}, status="ok")
    lost = types.SimpleNamespace(metrics={"accuracy": None}, status="diverged")
    with study_bar(Output(), "depth", 20) as show:
        show(done(5, fresh=0))
        show(done(10, outcome=types.SimpleNamespace(runs=[run, lost])))
        show(done(20, outcome=types.SimpleNamespace(runs=[lost])))

    assert capsys.readouterr().err.splitlines() == [
        "depth   5/20 runs  net",
        "depth  10/20 runs  5.0 runs/s  net: 0.500",
        "depth  20/20 runs  10.0 runs/s  net: diverged",
    ]


@pytest.mark.parametrize(("width", "has_validation"), [(150, True), (100, False)])
def test_on_a_terminal_there_is_a_bar_with_what_there_is_room_for(terminal, width, has_validation):
    out, written = terminal(width)

    with training_bar(out, TrainingOptions(epochs=4)) as show:
        show(at(4))

    last = written.getvalue().splitlines()[-2]
    assert "epoch 4/4" in last
    assert "1.5k samples/s" in last
    assert ("val_loss" in last) == has_validation


def test_a_name_on_a_bar_is_no_markup_and_controls_nothing(terminal):
    out, written = terminal(150)

    with study_bar(out, "compare", 20) as show:
        show(done(20, arm="[red]a\x1b]0;x\x07"))

    assert r"[red]a\x1b]0;x\x07" in written.getvalue().splitlines()[-2]


def test_quiet_shows_nothing(capsys):
    with training_bar(Output(quiet=True), TrainingOptions(epochs=2)) as show:
        show(at(2))

    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("epochs", [4, 40_000])
def test_the_time_left_is_whole_at_80_columns(terminal, epochs):
    out, written = terminal(80)

    with training_bar(out, TrainingOptions(epochs=epochs)) as show:
        show(at(epochs, epochs=epochs, speed=123_456_789.0))

    last = written.getvalue().splitlines()[-2]
    assert re.search(r"\d\d:\d\d left", last), last
    assert f"epoch {epochs}/{epochs}" in last
    assert "loss 0.5000" in last


def test_a_study_has_one_counter_and_nothing_of_it_moves(terminal):
    out, written = terminal(80)

    with study_bar(out, "versatility", 20) as show:
        for runs in (4, 10, 20):
            show(done(runs, arm="an arm with a name that is much too long for what is left of the line"))

    lines = [line for line in re.split(r"[\r\n]", written.getvalue()) if "runs/s" in line]
    assert len({re.sub(r"\x1b\[[0-9;]*\w", "", line).index(" left") for line in lines}) == 1
    assert all("versatility" in line and line.count("/20") == 1 for line in lines)
