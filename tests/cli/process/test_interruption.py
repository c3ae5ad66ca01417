"""A signal during a training asks it to end; the handlers of before come back."""

import os
import signal

import pytest

from dlwhy.cli.process import signals
from dlwhy.cli.process.interruption import graceful
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
