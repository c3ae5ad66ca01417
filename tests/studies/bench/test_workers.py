"""Arms on other processes and machines: the same rows, no orphans, and a death that costs only time."""

import contextlib
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from dlwhy.data import make
from dlwhy.errors import BusyError, InputOutputError, InputRefusedError, UsageError
from dlwhy.studies import conduct
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.bench import workers
from dlwhy.studies.claims import registry
from dlwhy.studies.request import Request
from dlwhy.training import accelerator
from tests.studies import processes, tiny

SLOW = ("study", "tiny", "--seeds", "6", "--only", "slow", "--quiet")


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setitem(registry.CLAIMS, tiny.CLAIM.name, tiny.CLAIM)


@pytest.fixture
def study():
    return conduct.design(Request(claim="tiny", n_seeds=3, only=("linear",)))


def plain(results):
    """Give what came out without the one thing that may differ."""
    return {
        key: (outcome.rates, [{**vars(run), "seconds": 0} for run in outcome.runs]) for key, outcome in results.items()
    }


def here(study):
    return plain(dict(workers.outcomes(study.arms, study.all_seeds, None)))


def test_no_arms_start_no_workers():
    assert list(workers.outcomes({}, conduct.design(Request(claim="tiny")).all_seeds, None, jobs=3)) == []
    assert not list(workers.outcomes({}, conduct.design(Request(claim="tiny")).all_seeds, None, cluster="nowhere:1"))


def test_own_data_and_what_measures_time_stay_in_this_process(monkeypatch):
    monkeypatch.setattr(workers, "_cores", lambda: 2)
    own = conduct.own_data(make("moons", samples=100))
    study = conduct.design(Request(claim="versatility", own=own))
    apart = workers._apart(study.arms, study.all_seeds)
    assert len(apart) > 100
    here = [arm for key, arm in study.arms.items() if key not in apart]
    assert {arm.task.role for arm in apart.values()} == {"positive", "negative", "real"}
    assert sum(arm.recipe.alone and isinstance(arm.recipe, Simple) for arm in here) > 5
    assert not workers._apart({arm.key: arm for arm in here}, study.all_seeds)


def test_without_tensorflow_no_network_is_tried_and_simple_models_are(study, monkeypatch):
    monkeypatch.setattr(accelerator, "_is_there", lambda package: package != "tensorflow")
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    simple = list(workers.outcomes(dict(list(study.arms.items())[:1]), study.all_seeds, None))
    assert [run.status for _, outcome in simple for run in outcome.runs] == ["ok"] * 3

    depth = conduct.design(Request(claim="depth", n_seeds=2, only=("linear",)))
    with pytest.raises(UsageError, match="TensorFlow is not installed"):
        next(workers.outcomes(depth.arms, depth.all_seeds, None))


def test_many_simple_models_take_a_process_a_core_and_one_that_is_killed_has_its_arms_run_again(study, monkeypatch):
    before = here(study)
    monkeypatch.setattr(workers, "_MANY", len(study.arms) * 3)
    monkeypatch.setattr(workers, "_cores", lambda: 2)
    monkeypatch.setattr(workers, "run_arm", None)  # here; other processes have their own
    found = {}
    for key, outcome in workers.outcomes(study.arms, study.all_seeds, None):
        if not found:
            there = processes.workers(os.getpid())
            assert len(there) == 2
            for pid in there:
                os.kill(pid, signal.SIGKILL)
        assert key not in found
        found[key] = outcome
    assert plain(found) == before


def test_arms_that_kill_every_worker_are_given_up(study, monkeypatch):
    monkeypatch.setattr(workers, "_keyed", lambda *_: os.kill(os.getpid(), signal.SIGKILL))  # pickled by value
    with pytest.raises(InputOutputError, match=r"workers died 4 times.*5 arms"):
        list(workers.outcomes(dict(list(study.arms.items())[:5]), study.all_seeds, None, jobs=2))
    assert not processes.workers(os.getpid())


def test_a_worker_with_other_versions_is_refused(study, monkeypatch):
    monkeypatch.setattr(workers, "versions", lambda: {"dlwhy": "0.0.0", "keras": "3"})
    with pytest.raises(InputRefusedError, match="a worker has other versions: dlwhy"):
        list(workers.outcomes(study.arms, study.all_seeds, None, jobs=2))


def test_a_study_that_is_given_up_leaves_no_worker(study, monkeypatch):
    first = next(iter(study.arms))
    sleep = time.sleep
    # pickled by value: one arm ends, the others would go on
    monkeypatch.setattr(workers, "_keyed", lambda key, *_: (key, key == first or sleep(60)))
    found = workers.outcomes(study.arms, study.all_seeds, None, jobs=2)
    next(found)
    assert processes.workers(os.getpid())
    found.close()
    assert not processes.workers(os.getpid())


def shared_memory(pids):
    """Give what processes hold of shared memory: their own, for other tests have theirs at the same time."""
    maps = [Path(f"/proc/{pid}/maps").read_text() for pid in pids]
    mapped = {Path(word) for text in maps for word in text.split() if word.startswith("/dev/shm/")}
    return mapped.union(*(Path("/dev/shm").glob(f"*_{pid}_*") for pid in pids))


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)],
    ids=str,
)
def test_case_86_no_worker_outlives_a_study(tmp_path, number, code):
    with processes.started(*SLOW, "--jobs", "2", "--dir", ".", cwd=tmp_path) as process:
        found = processes.until(
            lambda: (pids := processes.workers(process.pid)) and len(pids) == 2 and pids, what="two workers"
        )
        processes.until(lambda: all(_has_tied(pid) for pid in found), what="tied workers")
        everyone = processes.descendants(process.pid)
        held = shared_memory([process.pid, *found])
        assert any(path.exists() for path in held)
        sent = time.monotonic()
        process.send_signal(number)
        assert process.wait(10) == code
        processes.until(lambda: not processes.alive(everyone), seconds=10, what="the end of all workers")
        assert time.monotonic() - sent < 10
        err = process.stderr.read().decode()
    # the tracker of shared memory may say what a killed parent left, and cleans up
    assert number == signal.SIGKILL or len(err.splitlines()) <= 1, err
    processes.until(lambda: not any(path.exists() for path in held), seconds=10, what="clean shared memory")


def _has_tied(pid):
    """Say whether a worker ignores SIGINT by now: it is in its first arm, or about to be."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/status") as status:  # noqa: PTH123
        ignored = next(int(line.split()[1], 16) for line in status if line.startswith("SigIgn"))
        return bool(ignored & 1 << (signal.SIGINT - 1))
    return False


SIX_SEEDS = Request(claim="tiny", n_seeds=6)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The folder of a study that this process has run."""
    folder = tmp_path_factory.mktemp("alone")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(registry.CLAIMS, tiny.CLAIM.name, tiny.CLAIM)
        conduct.run(SIX_SEEDS, folder)
    return folder


def check_same(folder, alone):
    assert (alone / "summary.csv").read_bytes() == (folder / "summary.csv").read_bytes()
    assert processes.without_seconds(alone) == processes.without_seconds(folder)


def test_case_90_one_process_and_two_give_the_same_summary(tmp_path, alone):
    conduct.run(SIX_SEEDS, tmp_path, jobs=2)
    check_same(tmp_path, alone)
    assert not processes.workers(os.getpid())


@pytest.mark.slow
def test_case_90_networks_give_the_same_rows_on_two_processes(tmp_path):
    request = Request(claim="depth", budget="quick", n_seeds=6, epochs=1, only=("linear",))
    conduct.run(request, tmp_path / "one")
    conduct.run(request, tmp_path / "two", jobs=2)
    assert (tmp_path / "one/summary.csv").read_bytes() == (tmp_path / "two/summary.csv").read_bytes()
    assert processes.without_seconds(tmp_path / "one") == processes.without_seconds(tmp_path / "two")


# --- a Dask cluster


# by itself --no-dashboard leaves a web server on all addresses
LOCAL = ("--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")


@contextlib.contextmanager
def dask(*arguments):
    """Run a scheduler or a worker that only this machine can reach."""
    program = os.path.join(os.path.dirname(sys.executable), "dask")  # noqa: PTH118, PTH120
    env = {**os.environ, "PYTHONPATH": str(processes.ROOT)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([program, *arguments, *LOCAL], env=env, **quiet) as process:
        try:
            yield process
        finally:
            for pid in (process.pid, *processes.descendants(process.pid)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.fixture(scope="module")
def cluster():
    """A scheduler and two workers on loopback, as the documentation says -> address, and their processes."""
    pytest.importorskip("distributed")
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    worker = ("worker", address, "--nthreads", "1")
    with (
        dask("scheduler", "--port", str(port)) as scheduler,
        dask(*worker, "--no-nanny") as one,
        dask(*worker) as two,
    ):
        processes.until(lambda: answers(port), what="a scheduler")
        import distributed

        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=30)
        yield address, (scheduler, one, two)


def test_case_90_a_dask_cluster_gives_the_same_summary(tmp_path, cluster, alone):
    told = []
    conduct.run(SIX_SEEDS, tmp_path, cluster=cluster[0], on_progress=told.append)
    check_same(tmp_path, alone)
    assert [each.arms_done for each in told] == list(range(1, len(told) + 1))
    assert told[-1].runs_done == told[-1].runs


def test_case_92_with_dask_nobody_listens_beyond_loopback(tmp_path, cluster):
    address, (scheduler, one, two) = cluster
    crowd = ("study", "tiny", "--seeds", "6", "--only", "crowd", "--only", "linear", "--quiet")
    with processes.started(*crowd, "--cluster", address, "--dir", ".", cwd=tmp_path) as process:
        processes.until(lambda: processes.rows(tmp_path / "tiny") or process.poll() is not None, what="rows")
        assert process.poll() is None
        everyone = {process.pid, *processes.descendants(process.pid)}
        assert not processes.listening(everyone)  # the study itself listens nowhere at all
        theirs = {pid for each in (scheduler, one, two) for pid in (each.pid, *processes.descendants(each.pid))}
        found = processes.listening(theirs)
        assert found
        assert all(map(processes.is_loopback, found)), found
        process.terminate()
        assert process.wait(10) == 143


def test_a_cluster_that_is_not_there_is_one_clear_line(study, monkeypatch):
    client = pytest.importorskip("distributed").Client
    monkeypatch.setattr(workers, "_REACH_SECONDS", 0.3)
    for address in (f"tcp://127.0.0.1:{free_port()}", "nonsense://x", "127.0.0.1:99999999", "x\x1b[2J"):
        with pytest.raises(BusyError, match="can't be reached") as caught:
            list(workers.outcomes(study.arms, study.all_seeds, None, cluster=address))
        assert "\x1b" not in str(caught.value)
        assert all(each.status == "closed" for each in gc.get_objects() if type(each) is client)


def _silent(client):
    client.recv(1 << 20)


def _web(client):
    client.recv(100)
    client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\nhello")
    client.recv(100)


def _huge(client):
    client.sendall((2**62).to_bytes(8, "little") * 4)
    client.recv(100)


def _garbage(client):
    client.sendall((16).to_bytes(8, "little") + b"\xff" * 160)
    client.recv(100)


def _drip(client):
    client.sendall((16).to_bytes(8, "little"))
    while True:
        client.sendall(b"\0")
        time.sleep(0.2)


@pytest.mark.parametrize("answer", [_silent, _web, _huge, _garbage, _drip, socket.socket.close])
def test_fault_7_what_is_no_scheduler_is_one_clear_line_in_time(study, monkeypatch, answer):
    pytest.importorskip("distributed")
    monkeypatch.setattr(workers, "_REACH_SECONDS", 0.3)

    def talk(client):
        with client, contextlib.suppress(OSError):
            answer(client)

    def loop():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=talk, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=loop, daemon=True).start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(BusyError, match=r"--cluster tcp://127\.0\.0\.1.*: can't be reached"):
            list(workers.outcomes(study.arms, study.all_seeds, None, cluster=address))


def test_a_cluster_without_workers_is_one_clear_line(study, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(workers, "_REACH_SECONDS", 3)
    port = free_port()
    with dask("scheduler", "--port", str(port)):
        processes.until(lambda: answers(port), what="a scheduler")
        with pytest.raises(BusyError, match="no workers"):
            list(workers.outcomes(study.arms, study.all_seeds, None, cluster=f"tcp://127.0.0.1:{port}"))


def test_without_dask_the_extra_is_named(study, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"dlwhy\[dask\]"):
        list(workers.outcomes(study.arms, study.all_seeds, None, cluster="tcp://127.0.0.1:1"))


def test_no_address_starts_no_cluster(study):
    with pytest.raises(UsageError, match="address"):
        list(workers.outcomes(study.arms, study.all_seeds, None, cluster=""))


def test_a_dask_worker_that_is_killed_midway_costs_only_time(tmp_path, cluster, alone):
    """The last test of this cluster: it has one worker less afterwards."""
    address, (_, one, _) = cluster

    def kill(progress):
        if progress.arms_done == 2:
            one.kill()

    conduct.run(SIX_SEEDS, tmp_path, cluster=address, on_progress=kill)
    assert one.wait(5) == -signal.SIGKILL
    check_same(tmp_path, alone)


@pytest.mark.slow
def test_a_scheduler_that_is_lost_midway_is_one_clear_line_and_rows_are_kept(tmp_path):
    pytest.importorskip("distributed")
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    request = Request(claim="tiny", n_seeds=6)
    with (
        dask("scheduler", "--port", str(port)) as scheduler,
        dask("worker", address, "--nthreads", "2"),
    ):
        processes.until(lambda: answers(port), what="a scheduler")

        def kill(progress):
            if progress.arms_done == 2:
                scheduler.kill()

        with pytest.raises(InputOutputError, match="was lost"):
            conduct.run(request, tmp_path, cluster=address, on_progress=kill)
    assert len(list(tmp_path.glob("runs/*/arm.json"))) >= 2
    assert conduct.run(request, tmp_path).report["complete"]


def test_threads_are_the_same_everywhere_and_their_libraries_found_before_any_arm_has_loaded_them():
    """In a process of its own: here others have loaded them."""
    code = (
        "from dlwhy.training import surroundings\n"
        "print(*(each['user_api'] for each in surroundings._summing().info()))\n"
        "from dlwhy.studies.arms import training; training.prepare()\n"
        "from tensorflow.config import threading\n"
        "print(threading.get_intra_op_parallelism_threads(), threading.get_inter_op_parallelism_threads())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    libraries, threads = done.stdout.splitlines()
    assert {"openmp", "blas"} <= set(libraries.split())
    assert threads.split() == ["2", "2"]
