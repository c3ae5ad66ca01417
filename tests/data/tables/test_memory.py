"""How much memory a table may take."""

import subprocess
import sys

from dlwhy.data.tables import memory


def test_what_is_free_is_told_for_this_process():
    assert 0 < memory.free() <= 4 << 30
    script = (
        "import resource; from dlwhy.data.tables import memory;"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)); print(memory.free())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert 0 < int(done.stdout) < 1 << 30
