"""The end by a signal: with an exception, or at once where an import might swallow one; last words are said once."""

import subprocess
import sys

import pytest

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
