"""What the tests of tables share."""

from pathlib import Path
from typing import Any

import pytest

from dlwhy.data import read_table
from dlwhy.data.dataset import Dataset
from dlwhy.errors import DlwhyError
from tests.data.tables.lines import Import


@pytest.fixture
def imported(tmp_path: Path) -> Import:
    """Import a text, or rows, as `d.csv` with the target `y`; messages begin with d.csv."""

    def run(content: str | bytes, **options: Any) -> Dataset:
        path = tmp_path / "d.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        try:
            return read_table(path, **{"target": "y", **options})
        except DlwhyError as error:
            error.message = error.message.replace(f"{tmp_path}/", "")
            raise

    return run
