"""A study's folder: one process at a time, and nothing in it followed or removed that is not the study's."""

import os
import subprocess
import sys

import pytest

from dlwhy.errors import BusyError, DlwhyWarning, OutputBlockedError
from dlwhy.studies.bench import folder as keeping
from dlwhy.studies.bench.folder import locked, remove_record

UNFINISHED = f".{'a' * 20}-00000000"


def test_case_87_a_second_study_is_kept_out_until_the_first_has_ended(tmp_path):
    with locked(tmp_path), pytest.raises(BusyError, match="another study"), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


def test_case_87_the_lock_of_a_killed_process_is_free(tmp_path):
    code = (
        "import sys, time, pathlib; from dlwhy.studies.bench.folder import locked\n"
        "with locked(pathlib.Path(sys.argv[1])): print('in', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as first:
        assert first.stdout.readline() == b"in\n"
        with pytest.raises(BusyError), locked(tmp_path):
            pass
        first.kill()
        first.wait()
    with locked(tmp_path):
        pass


def test_what_a_killed_writer_left_is_swept(tmp_path):
    with locked(tmp_path):
        left = tmp_path / "runs" / UNFINISHED
        left.mkdir()
        (left / "3.json").write_text("{")
    with locked(tmp_path):
        assert not left.exists()


def test_a_file_system_without_locks_is_a_warning(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(keeping.fcntl, "flock", refuse)
    with pytest.warns(DlwhyWarning, match="one study at a time"), locked(tmp_path):
        pass


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "depth"):
        with pytest.raises(OutputBlockedError), locked(folder):
            pass
    assert (tmp_path / "file").read_text() == "x"


@pytest.fixture
def victim(tmp_path):
    """A folder of the user's, with what a study must never touch."""
    for name in (".ssh/id", ".git/objects/00", f"{UNFINISHED}/notes.txt", "summary.csv"):
        (tmp_path / "victim" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "victim" / name).write_text("KEY")
    return tmp_path / "victim"


def _whole(folder):
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "name", ["runs", ".lock", "design.json", "study.json", "runs.jsonl", "summary.csv", "figure.png"]
)
def test_fault_1_a_link_where_a_study_writes_is_refused(tmp_path, victim, name):
    before = _whole(victim)
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / name).symlink_to(victim if name == "runs" else victim / "summary.csv")
    with pytest.raises(OutputBlockedError, match="is a link"), locked(tmp_path / "s"):
        pass
    assert _whole(victim) == before


def test_fault_1_a_folder_that_is_a_link_is_refused(tmp_path, victim):
    before = _whole(victim)
    (tmp_path / "s").symlink_to(victim)
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    for name in ("s", "nowhere"):
        with pytest.raises(OutputBlockedError), locked(tmp_path / name):
            pass
    assert _whole(victim) == before
    assert not (tmp_path / "gone").exists()


def test_fault_1_only_what_dlwhy_made_is_swept(tmp_path, victim):
    before = _whole(victim)
    victim.rename(tmp_path / "runs")
    (tmp_path / "runs" / ".to").symlink_to(tmp_path)
    with locked(tmp_path):
        assert _whole(tmp_path / "runs") == before
        assert (tmp_path / "runs" / ".to").is_symlink()


@pytest.mark.parametrize("where", ["place", "place/1.json"])
def test_fault_1_a_link_in_a_record_goes_and_what_it_leads_to_stays(tmp_path, victim, where):
    before = _whole(victim)
    (tmp_path / where).parent.mkdir(exist_ok=True)
    (tmp_path / where).symlink_to(victim)
    remove_record(tmp_path / "place")
    assert not os.path.lexists(tmp_path / "place")
    assert _whole(victim) == before


def test_fault_1_a_record_that_holds_something_foreign_is_kept(tmp_path):
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "thesis.txt").write_text("years")
    (tmp_path / "place" / "1.json").write_text("{")
    with pytest.raises(OutputBlockedError, match=r"place: holds thesis\.txt, which is not dlwhy's"):
        remove_record(tmp_path / "place")
    assert (tmp_path / "place" / "thesis.txt").read_text() == "years"


def test_fault_2_the_lock_is_never_emptied_and_never_waited_for(tmp_path):
    (tmp_path / ".lock").write_text("precious")
    with locked(tmp_path):
        assert (tmp_path / ".lock").read_text() == "precious"
    (tmp_path / ".lock").unlink()
    os.mkfifo(tmp_path / ".lock")
    with pytest.raises(OutputBlockedError, match="lock: is not a regular file"), locked(tmp_path):
        pass


def test_fault_2_a_link_that_comes_at_the_last_moment_is_not_followed(tmp_path, monkeypatch):
    (tmp_path / "notes.txt").write_text("precious")
    monkeypatch.setattr(keeping, "check", lambda folder: (folder / ".lock").symlink_to(tmp_path / "notes.txt"))
    with pytest.raises(OutputBlockedError), locked(tmp_path / "s"):
        pass
    assert (tmp_path / "notes.txt").read_text() == "precious"
