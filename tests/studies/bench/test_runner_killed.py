"""Case 85: a study that is killed at any time, and called again, ends as an undisturbed one."""

import random
import signal
import time

import pytest

from tests.studies import processes

SMALL = ("study", "tiny", "--seeds", "6", "--quiet")


def killed_again_and_again(folder, seed, *, kills, seconds, command):
    """Kill a study at random times until it has been killed often enough and ends -> the runs kept at each kill."""
    rng, done, kept = random.Random(seed), 0, {}
    while done < kills:
        with processes.started(*command, "--dir", ".", cwd=folder) as process:
            try:
                process.wait(rng.uniform(0, seconds))
            except processes.subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                done += 1
            else:
                assert process.returncode == 0, process.stderr.read()
                yield kept
                kept = {}
                continue
        found = processes.rows(folder / command[1])
        assert kept.items() <= found.items()
        kept = found
    code, _, err = processes.run(*command, "--dir", ".", cwd=folder)
    assert code == 0, err
    yield kept


def check_killed(tmp_path, *, kills, command):
    started = time.monotonic()
    code, _, err = processes.run(*command, "--dir", "whole", cwd=tmp_path)
    seconds = time.monotonic() - started
    assert code == 0, err
    whole = tmp_path / "whole" / command[1]
    for number, kept in enumerate(killed_again_and_again(tmp_path, 85, kills=kills, seconds=seconds, command=command)):
        folder = tmp_path / command[1]
        assert kept.items() <= processes.rows(folder).items()
        assert (folder / "summary.csv").read_bytes() == (whole / "summary.csv").read_bytes()
        assert processes.without_seconds(folder) == processes.without_seconds(whole)
        assert not list(folder.glob("runs/.*"))
        assert not list(folder.glob(".*.tmp"))
        folder.rename(tmp_path / f"ended-{number}")


def test_case_85_killed_at_random_times_and_resumed_the_summary_is_the_same(tmp_path):
    check_killed(tmp_path, kills=3, command=SMALL)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_case_85_killed_thirty_times(tmp_path, jobs):
    check_killed(tmp_path, kills=30, command=(*SMALL, "--jobs", jobs))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_case_85_networks_killed_ten_times(tmp_path):
    networks = ("study", "depth", "--budget", "quick", "--only", "linear", "--seeds", "6", "--epochs", "1", "--quiet")
    check_killed(tmp_path, kills=10, command=networks)
