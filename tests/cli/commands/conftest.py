"""What the tests of the commands share."""

import pytest

from dlwhy.data.stored import storage
from tests.cli.commands.toys import file_of


@pytest.fixture
def toy(tmp_path):
    """Write a data set and a model for each task into the folder; give a function for more of them."""

    def write(dataset, data="d.npz", model="m.keras", on=None, seed=0):
        storage.write(dataset, tmp_path / data)
        trained, content = file_of(on or dataset, seed)
        (tmp_path / model).write_bytes(content)
        return trained

    return write


@pytest.fixture
def tiny_claim(monkeypatch):
    """Have a study among the others that takes a moment."""
    from dlwhy.studies.claims import registry
    from tests.studies import tiny

    monkeypatch.setitem(registry.CLAIMS, "tiny", tiny.CLAIM)
