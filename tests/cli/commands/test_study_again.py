"""`dlwhy study` that was there before: shown, gone on with, run twice at once, interrupted."""

import contextlib
import json
import os
import resource
import signal
import sys
import time

import pytest

from dlwhy import cli
from dlwhy.studies import conduct
from dlwhy.studies.bench import workers
from dlwhy.studies.claims import registry
from tests.studies import processes, tiny

SMALL = ("study", "tiny", "--seeds", "6")
pytestmark = pytest.mark.usefixtures("tiny_claim")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder in which ``study`` holds a complete study."""
    folder = tmp_path_factory.mktemp("study")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(registry.CLAIMS, tiny.CLAIM.name, tiny.CLAIM)
        patch.chdir(folder)
        assert cli.run_command([*SMALL, "--quiet"]) == 0
    return folder


def test_show_draws_from_the_rows_alone(tmp_path, dlwhy_in_process, finished):
    (tmp_path / "tiny").symlink_to(finished / "study" / "tiny")
    picture = finished / "study" / "tiny" / "figure.png"
    picture.unlink()
    first = dlwhy_in_process("study", "show", "tiny", "--json")
    assert first.code == 0, first.err
    assert picture.exists()
    stored = json.loads((finished / "study" / "tiny" / "study.json").read_text())
    shown = json.loads(first.out)
    assert {**shown, "state": stored["state"]} == stored
    parent = dlwhy_in_process("study", "show", finished / "study", "--json")
    assert json.loads(parent.out) == shown


def test_show_of_an_unfinished_study_says_so(tmp_path, dlwhy_in_process, monkeypatch):
    real, calls = workers.run_arm, []

    def run_arm(arm, seeds, own):
        calls.append(arm)
        if len(calls) == 5:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        return real(arm, seeds, own)

    from dlwhy.cli.process import signals

    monkeypatch.setattr(workers, "run_arm", run_arm)
    before = signal.signal(signal.SIGTERM, signals.end)
    try:
        done = dlwhy_in_process(*SMALL)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert done.code == 143
    assert done.err.splitlines()[-1] == (
        "dlwhy: interrupted; the rows so far are in study/tiny, the same command goes on from them"
    )
    for folder in ("study/tiny", "study"):
        shown = dlwhy_in_process("study", "show", folder)
        assert shown.code == 0, shown.err
        assert "caution: not all arms have run yet" in shown.out
    monkeypatch.setattr(workers, "run_arm", real)
    assert dlwhy_in_process(*SMALL).code == 0
    assert "not all arms" not in dlwhy_in_process("study", "show", "study").err


def test_show_skips_a_study_that_has_only_begun(tmp_path, dlwhy_in_process, finished):
    (tmp_path / "tiny").symlink_to(finished / "study" / "tiny")
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "design.json").write_text('{"request": {"claim": "tiny"}, "runs": {}}')
    done = dlwhy_in_process("study", "show", ".", "--json")
    assert done.code == 0, done.err
    assert "no rows yet" in done.err
    assert json.loads(done.out)["study"] == "tiny"


def test_show_of_nothing_exits_66(tmp_path, dlwhy_in_process):
    (tmp_path / "answer.md").touch()
    for folder, words in ((".", "no study in it"), ("nowhere", "no such folder"), ("answer.md", "not a folder")):
        done = dlwhy_in_process("study", "show", folder)
        assert done.code == 66
        assert words in done.error


def test_studies_that_lie_apart_are_shown_together_and_a_name_that_is_none_is_refused(
    finished, tmp_path, small_study, dlwhy_in_process
):
    (tmp_path / "here").symlink_to(finished / "study")
    together = dlwhy_in_process("study", "show", "here", small_study)
    assert together.code == 0, together.err
    assert "tiny" in together.out
    assert "compare" in together.out
    assert "''" not in together.out
    failed = dlwhy_in_process("study", "show", "here", "nowhere")
    assert (failed.code, failed.error.partition(" (")[0]) == (66, "nowhere: no such folder")


def test_case_91_a_complete_study_is_over_at_once_without_tensorflow(finished):
    folder = finished / "study" / "tiny"
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir() if path.is_file()}
    with _cpu_seconds(below=2):
        code, out, err = processes.run(*SMALL, cwd=finished)
    assert code == 0, err
    assert "verdict on tiny" in out
    for path, (content, touched) in before.items():
        if path.name in ("study.json", "summary.csv", "runs.jsonl", "figure.png"):
            assert path.read_bytes() == content
            assert path.stat().st_mtime_ns > touched, path


def test_case_91_what_a_complete_study_imports(finished):
    code = (
        "import sys; sys.argv[1:] = ['study', 'tiny', '--seeds', '6', '--quiet']\n"
        "from tests.studies import tiny; tiny.register()\n"
        "from dlwhy import cli; assert cli.run_command() == 0\n"
        "print([name for name in ('tensorflow', 'keras', 'matplotlib', 'sklearn', 'joblib.externals.loky', 'polars')"
        " if name in sys.modules], file=sys.stderr)"
    )
    done = processes.subprocess.run(
        [sys.executable, "-c", code], cwd=finished, env={**os.environ, "PYTHONPATH": str(processes.ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr.strip() == "[]"


@contextlib.contextmanager
def _cpu_seconds(*, below):
    """Hold the processes that end in the block to a time: on the processor, since other tests may want it, too."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < below


def test_case_87_a_second_study_in_the_folder_exits_75_at_once(tmp_path, dlwhy_in_process):
    slow = ("study", "tiny", "--seeds", "6", "--only", "slow", "--quiet", "--dir", ".")
    with processes.started(*slow, cwd=tmp_path) as first:
        processes.until((tmp_path / "tiny" / "design.json").exists, what="the first study")
        began = time.process_time()
        second = dlwhy_in_process(*SMALL, "--quiet", "--dir", ".")
        assert time.process_time() - began < 1
        assert second.code == 75
        assert second.error.startswith("tiny: another study is running here")
        first.kill()
        first.wait()
    again = dlwhy_in_process(*SMALL, "--quiet", "--only", "majority", "--dir", ".")
    assert again.code == 0, again.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_within_seconds_and_rows_are_kept(tmp_path, number, code):
    crowd = ("study", "tiny", "--seeds", "6", "--only", "crowd", "--only", "linear", "--dir", ".")
    with processes.started(*crowd, cwd=tmp_path) as process:
        processes.until(lambda: len(processes.rows(tmp_path / "tiny")) > 14, what="rows")
        started = time.monotonic()
        process.send_signal(number)
        assert process.wait(10) == code
        assert time.monotonic() - started < 5
        lines = process.stderr.read().decode().splitlines()
    assert lines[-1].startswith("dlwhy: interrupted; the rows so far are in tiny")
    kept = processes.rows(tmp_path / "tiny")
    assert len(kept) > 14
    assert not (tmp_path / "tiny" / "study.json").exists()


def test_a_dask_cluster_that_is_not_there_exits_75(dlwhy_in_process, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(workers, "_REACH_SECONDS", 0.3)
    done = dlwhy_in_process(*SMALL, "--cluster", "tcp://127.0.0.1:9", "--quiet")
    assert done.code == 75
    assert done.error == "--cluster tcp://127.0.0.1:9: can't be reached (is its scheduler running?)"


def test_a_bar_on_a_terminal_counts_runs_and_speed_and_what_comes_next_is_said_there(tmp_path):
    """On a terminal of its own: the bar goes to stderr, the result to stdout."""
    reader, writer = os.openpty()
    with processes.started(*SMALL, cwd=tmp_path, stderr=writer, env={"TERM": "xterm", "COLUMNS": "150"}) as process:
        os.close(writer)
        seen = b""
        while True:
            try:
                piece = os.read(reader, 4096)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        out = process.stdout.read()
        assert process.wait(30) == 0
    os.close(reader)
    text = seen.decode()
    assert "66/66 runs" in text
    assert "runs/s" in text
    assert text.splitlines()[-1].endswith(
        "next: dlwhy study show study/tiny --details has all predictions and cautions"
    )
    assert b"\x1b" not in out
    assert b"next:" not in out


@pytest.mark.slow
def test_the_study_of_depth_with_networks(tmp_path, dlwhy):
    arguments = ("study", "depth", "--budget", "quick", "--only", "linear", "--seeds", "6", "--epochs", "1", "--json")
    done = dlwhy(*arguments, timeout=280)
    assert done.code == 0, done.err
    report = json.loads(done.out)
    assert {arm["arm"] for arm in report["arms"]} >= {"depth 1", "depth 3", "probes, trained"}
    with _cpu_seconds(below=2):
        again = dlwhy(*arguments)
    assert again.out == done.out
    assert conduct.inside(tmp_path / "study") == [tmp_path / "study" / "depth"]
