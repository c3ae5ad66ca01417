"""Saving a model where there is no room, or no folder for temporary files: nothing is left behind."""

import resource
import tempfile

import pytest

from dlwhy.errors import InputOutputError, OutputBlockedError
from dlwhy.models.keras_file import archive


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Give the folder where temporary files belong."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("room", [0, 10_000])
def test_a_save_without_room_fails_midway_and_leaves_nothing(trained, tmp_path, temporary, room):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(InputOutputError, match="writing failed: File too large"):
            archive.write(trained, tmp_path / "m.keras")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert list(tmp_path.iterdir()) == [temporary]
    assert list(temporary.iterdir()) == []


def test_without_a_folder_for_temporary_files_they_lie_beside_the_model(trained, good, tmp_path, temporary):
    temporary.rmdir()

    archive.write(trained, tmp_path / "m.keras")

    assert (tmp_path / "m.keras").read_bytes() == good
    assert [path.name for path in tmp_path.iterdir()] == ["m.keras"]
    with pytest.raises(OutputBlockedError, match="no folder for temporary files"):
        archive.write(trained, tmp_path / "missing" / "m.keras")
