"""A signal during a training asks it to end; the handlers of before come back."""

import os
import signal
import subprocess
import sys

import pytest

from dlwhy.cli.process import signals
from dlwhy.cli.process.interruption import at_once, graceful
from dlwhy.cli.show.console import Output


def test_a_signal_is_noted_and_told_once(capsys) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with graceful(Output()) as interruption:
        assert interruption.number is None
        os.kill(os.getpid(), signal.SIGTERM)
        assert interruption.number == signal.SIGTERM

    assert "ending with a whole epoch" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_second_one_leaves_at_once(monkeypatch) -> None:
    class LeftError(Exception):
        pass

    def leave(number):
        raise LeftError(number)

    monkeypatch.setattr(signals, "leave", leave)
    with graceful(Output(quiet=True)):
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(LeftError, match="15"):
            os.kill(os.getpid(), signal.SIGTERM)


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with graceful(Output()) as interruption:
            os.kill(os.getpid(), signal.SIGHUP)
        assert interruption.number is None
    finally:
        signal.signal(signal.SIGHUP, before)


# a sleep goes on behind a handler that raises nothing, as a compiler does behind any
WAITING = """
import os, signal, time
from dlwhy.cli.process import interruption, signals
signals.listen()
with interruption.at_once(lambda: print("kept: nothing", flush=True)):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)
"""


def test_where_nothing_is_kept_a_signal_ends_what_hears_none() -> None:
    done = subprocess.run([sys.executable, "-c", WAITING], capture_output=True, text=True, check=False, timeout=30)

    assert (done.returncode, done.stdout, done.stderr) == (128 + signal.SIGTERM, "kept: nothing\n", "")


def test_after_the_block_all_is_as_before() -> None:
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    with at_once(lambda: None):
        pass

    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers
    assert signal.set_wakeup_fd(-1) == -1
