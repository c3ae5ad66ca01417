"""A data set as a record that knows when it is damaged."""

from pathlib import Path

import joblib
import pytest

from dlwhy.data.stored import storage
from dlwhy.errors import InputRefusedError
from tests.data.stored.samples import small


def test_the_checksum_covers_the_name_and_the_provenance_too(tmp_path: Path) -> None:
    storage.write(small(), tmp_path / "d.joblib")
    content = joblib.load(tmp_path / "d.joblib")
    content["metadata"]["provenance"]["seed"] = 43
    joblib.dump(content, tmp_path / "d.joblib")

    with pytest.raises(InputRefusedError, match="checksum"):
        storage.read(tmp_path / "d.joblib")
