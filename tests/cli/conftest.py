"""What the tests of the command line share: whole tables are compared with a file each under tests/golden/tables."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

_TABLES = Path(__file__).parents[1] / "golden" / "tables"


class CalledError(Exception):
    """What the library was called with: nothing of it runs."""

    def __init__(self, *args, **kwargs):
        super().__init__(args, kwargs)
        self.given, self.named = args, kwargs


@pytest.fixture
def call(demo, monkeypatch, tmp_path):
    """Give a function that runs a command line in the folder of the demonstration, up to a function of the library."""
    from dlwhy import cli

    def run(where, *arguments):
        def called(*args, **kwargs):
            raise CalledError(*args, **kwargs)

        (tmp_path / "out").mkdir(exist_ok=True)
        for name in ("dataset.joblib", "model.keras", "points.csv"):
            if not (tmp_path / name).exists():
                (tmp_path / name).symlink_to(demo / name)
        with monkeypatch.context() as patch:
            patch.chdir(tmp_path)
            patch.setattr(where, called)
            with pytest.raises(CalledError) as stopped:
                cli.run_command([*arguments, "-q"])
        return stopped.value

    return run


@pytest.fixture
def same_as_golden(monkeypatch) -> Callable[[str, str], None]:
    """Compare what is shown at 80 columns with a golden file; WRITE_GOLDEN=1 writes it anew, to be looked at."""
    monkeypatch.setenv("COLUMNS", "80")

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
