"""The end by a signal: with an exception, or at once where an import might swallow one; last words are said once."""

import os
import subprocess
import sys

import pytest

from dlwhy.cli.process import signals

SENT = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
SCRIPT = """
from dlwhy.cli.process import signals
signals.listen()
try:
    with signals.last_words(lambda: print("so far", flush=True)):
        {line}
except signals.EndedBySignal:
    print("tidied up", flush=True)
"""


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [("import sends", 143, "so far\n"), (SENT, 0, "so far\ntidied up\n")],
    ids=["in-an-import", "elsewhere"],
)
def test_last_words_are_said_once_whichever_way_it_ends(tmp_path, line, code, said):
    (tmp_path / "sends.py").write_text(SENT)
    script = [sys.executable, "-c", SCRIPT.format(line=line)]
    done = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (code, said, "")


def test_who_leaves_at_once_gives_the_terminal_its_cursor_back(monkeypatch):
    """A bar, or a picture that is redrawn, has hidden it."""
    reader, writer = os.pipe()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("os._exit", lambda code: None)
    with os.fdopen(writer, "w") as stderr, monkeypatch.context() as patch:
        patch.setattr(stderr, "isatty", lambda: True)
        patch.setattr("sys.stderr", stderr)

        signals.leave(2)

    assert os.read(reader, 100).startswith(b"\x1b[?25h")
    os.close(reader)
