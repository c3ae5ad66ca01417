"""What the tests of the command line share: whole tables are compared with a file each under tests/golden/tables."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

_TABLES = Path(__file__).parents[1] / "golden" / "tables"


@pytest.fixture
def same_as_golden() -> Callable[[str, str], None]:
    """Compare a text with a golden file; with WRITE_GOLDEN=1 in the environment it is written anew, to be looked at."""

    def check(name: str, shown: str) -> None:
        file = _TABLES / f"{name}.txt"
        # the last digits may differ between processors; Rich fills lines with blanks
        text = re.sub(r"\d+\.\d{7,}", lambda found: f"{float(found[0]):.6f}", shown)
        lines = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
        if os.environ.get("WRITE_GOLDEN"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(lines)
        assert lines == file.read_text()

    return check
