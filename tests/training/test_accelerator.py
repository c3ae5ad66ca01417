"""The surroundings of a training: devices, threads, and a cache of programs that never breaks or changes a run."""

import os
import random
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dlwhy.data import make
from dlwhy.data.stored import storage
from dlwhy.errors import UsageError
from dlwhy.training import NetworkSpec, TrainingOptions, accelerator, fit
from dlwhy.training import programs as program_cache

CONTENT = b"a program" * 1000


@pytest.fixture
def tensorflow(monkeypatch, tmp_path):
    """Give TensorFlow, with an empty cache on the disk and in its memory."""
    accelerator.start()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(program_cache, "_IN_MEMORY", f"ram://{tmp_path.name}")
    return accelerator.load()


def compiled(tensorflow, name="xla_compile_cache_1.pb", content=CONTENT):
    """Do what XLA does when it has compiled a program."""
    with tensorflow.io.gfile.GFile(f"{program_cache._IN_MEMORY}/{name}", "wb") as handle:
        handle.write(content)


def forgotten(tensorflow):
    """Do what the end of a process does."""
    tensorflow.io.gfile.rmtree(program_cache._IN_MEMORY)
    return program_cache.Programs(tensorflow, "shelf")


def in_memory(tensorflow):
    return tensorflow.io.gfile.listdir(program_cache._IN_MEMORY)


def kept():
    return sorted(path for path in program_cache.folder().rglob("*") if path.is_file())


def keep(tensorflow, count=1):
    """Keep some programs, and give their paths."""
    programs = program_cache.Programs(tensorflow, "shelf")
    for number in range(count):
        compiled(tensorflow, f"xla_compile_cache_{number}.pb")
        programs.keep()
    return kept()


def test_what_was_compiled_is_there_again_in_the_next_process(tensorflow):
    (path,) = keep(tensorflow)
    assert path.read_bytes() == CONTENT
    assert program_cache.folder().stat().st_mode & 0o077 == 0
    again = forgotten(tensorflow)
    again.load()
    assert in_memory(tensorflow) == ["xla_compile_cache_0.pb"]
    again.keep()
    assert kept() == [path]


def test_other_surroundings_see_nothing_of_it(tensorflow):
    keep(tensorflow)
    forgotten(tensorflow)
    program_cache.Programs(tensorflow, "other").load()
    assert in_memory(tensorflow) == []


def test_threads_devices_and_flags_are_surroundings(tensorflow, monkeypatch):
    same = {"threads": 1, "devices": ["CPU:0"]}
    names = [program_cache.surroundings(tensorflow, **same | other) for other in ({}, {"threads": 2}, {"devices": []})]
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_max_isa=SSE4_2")
    names.append(program_cache.surroundings(tensorflow, **same))
    assert len(set(names)) == 4
    assert names[3] == program_cache.surroundings(tensorflow, **same)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(random.Random(0).randbytes(len(CONTENT))),
        lambda path: path.write_bytes(CONTENT[:-1]),
        lambda path: path.write_bytes(b""),
        lambda path: path.rename(path.with_suffix("")),
    ],
    ids=["random", "truncated", "empty", "without-checksum"],
)
def test_a_damaged_program_is_removed_and_the_others_are_used(tensorflow, damage):
    first, second = keep(tensorflow, count=2)
    damage(first)
    again = forgotten(tensorflow)
    again.load()
    assert in_memory(tensorflow) == ["xla_compile_cache_1.pb"]
    assert kept() == [second]
    compiled(tensorflow, "xla_compile_cache_0.pb")
    again.keep()
    assert kept() == [first, second]


def test_what_others_could_have_written_is_not_run(tensorflow):
    (path,) = keep(tensorflow)
    path.parent.chmod(0o777)
    programs = forgotten(tensorflow)
    programs.load()
    assert in_memory(tensorflow) == []
    compiled(tensorflow, "xla_compile_cache_9.pb")
    programs.keep()
    assert kept() == [path]


def test_links_pipes_and_folders_are_left_alone(tensorflow, tmp_path):
    (path,) = keep(tensorflow)
    (tmp_path / "elsewhere").write_bytes(CONTENT)
    (path.parent / f"xla_compile_cache_link.pb{path.suffix}").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(path.parent / f"xla_compile_cache_pipe.pb{path.suffix}")
    (path.parent / f"xla_compile_cache_folder.pb{path.suffix}").mkdir()
    forgotten(tensorflow).load()
    assert in_memory(tensorflow) == ["xla_compile_cache_0.pb"]


def test_the_oldest_programs_go_when_there_is_no_room(tensorflow, monkeypatch):
    paths = keep(tensorflow, count=3)
    for age, path in zip((1, 3, 2), paths, strict=True):
        os.utime(path, (1e9 - age, 1e9 - age))
    monkeypatch.setattr(program_cache, "_MOST_KEPT", 3 * len(CONTENT))
    compiled(tensorflow, "xla_compile_cache_new.pb")
    programs = program_cache.Programs(tensorflow, "shelf")
    programs._known = {"xla_compile_cache_0.pb", "xla_compile_cache_1.pb", "xla_compile_cache_2.pb"}
    programs.keep()
    assert paths[1] not in kept()
    assert len(kept()) == 3


def test_only_so_much_is_read_the_newest_first(tensorflow, monkeypatch):
    paths = keep(tensorflow, count=3)
    for age, path in zip((1, 3, 2), paths, strict=True):
        os.utime(path, (1e9 - age, 1e9 - age))
    monkeypatch.setattr(program_cache, "_MOST_LOADED", 2 * len(CONTENT))
    forgotten(tensorflow).load()
    assert sorted(in_memory(tensorflow)) == ["xla_compile_cache_0.pb", "xla_compile_cache_2.pb"]


def test_clearing_takes_only_what_is_ours(tensorflow):
    (path,) = keep(tensorflow)
    assert program_cache.usage() == program_cache.Usage(programs=1, bytes=len(CONTENT))
    mine = program_cache.folder() / "notes.txt"
    mine.write_text("mine")
    assert program_cache.clear() == program_cache.Usage(programs=1, bytes=len(CONTENT))
    assert kept() == [mine]
    assert not path.parent.exists()
    mine.unlink()
    assert program_cache.clear().programs == 0
    assert not program_cache.folder().exists()


def test_the_environment_is_as_before_and_a_cache_of_the_users_own_is_kept(tensorflow, monkeypatch):
    for before in (None, "--tf_xla_clustering_debug", "--tf_xla_persistent_cache_directory=/mine"):
        monkeypatch.delenv("TF_XLA_FLAGS", raising=False)
        if before:
            monkeypatch.setenv("TF_XLA_FLAGS", before)
        with program_cache.in_memory(tensorflow):
            within = os.environ.get("TF_XLA_FLAGS", "")
            assert within.startswith(before or "")
            assert ("ram://" in within) == (before is None or "persistent" not in before)
        assert os.environ.get("TF_XLA_FLAGS") == before


def test_devices_that_are_not_there_and_threads_that_can_not_be_are_refused():
    with pytest.raises(UsageError, match=r"TPU.*there is .*CPU:0"):
        accelerator.start("TPU")
    with pytest.raises(UsageError, match="--threads"):
        accelerator.start(threads=0)
    assert accelerator.start("cpu").name == "CPU:0"


def test_our_flags_are_there_for_xla_only_and_the_users_win(monkeypatch):
    monkeypatch.setattr(accelerator, "_flags", ["--ours=false"])
    for before, within in ((None, "--ours=false"), ("--ours=true", "--ours=false --ours=true")):
        monkeypatch.delenv("XLA_FLAGS", raising=False)
        if before:
            monkeypatch.setenv("XLA_FLAGS", before)
        with accelerator.kept_programs():
            assert os.environ["XLA_FLAGS"] == within
        assert os.environ.get("XLA_FLAGS") == before


@pytest.mark.parametrize(("layers", "brief"), [((10, 10), True), ((128, 128), False)])
def test_only_small_steps_are_compiled_briefly(monkeypatch, layers, brief):
    told = []
    start = accelerator.start
    monkeypatch.setattr(accelerator, "start", lambda *given, brief: told.append(brief) or start(*given))
    fit(make("moons", samples=40), NetworkSpec(layers=layers), TrainingOptions(epochs=1, engine="graph"))
    assert told == [brief]


# --- whole trainings, in processes of their own


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Give a function that trains with a cache, and a cache with a program in it; each model must be the same bytes."""
    folder = tmp_path_factory.mktemp("trained")
    storage.write(make("moons", samples=100), folder / "d.npz")
    arguments = ["train", "-d", folder / "d.npz", "--epochs", "3", "--engine", "xla", "--quiet", "-o"]
    program = shutil.which("dlwhy", path=str(Path(sys.executable).parent))

    def start(cache, name, limit=None):
        environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
        command = [program, *map(str, arguments), str(folder / name)]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        if limit:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, limit))
        return process

    def train(cache, name="model.keras", limit=None):
        process = start(cache, name, limit)
        assert process.communicate(timeout=120)[1] == ""
        assert process.returncode == 0
        return (folder / name).read_bytes()

    model = train(folder / "cache", "first.keras")
    train.start, train.cache, train.model, train.folder = start, folder / "cache", model, folder
    return train


def programs_in(cache):
    return [path for path in Path(cache).rglob("xla_compile_cache*") if path.is_file()]


def test_a_training_is_the_same_from_the_cache(trained):
    (path,) = programs_in(trained.cache)
    before = path.stat()
    assert trained(trained.cache) == trained.model
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert len(programs_in(trained.cache)) == 1


# every kind of damage is read above, without a training
@pytest.mark.slow
@pytest.mark.parametrize("how", ["random", "truncated", "other-version"])
def test_a_training_is_the_same_from_a_damaged_cache(trained, tmp_path, how):
    shutil.copytree(trained.cache, tmp_path / "cache")
    (path,) = programs_in(tmp_path / "cache")
    if how == "random":
        path.write_bytes(random.Random(0).randbytes(path.stat().st_size))
    elif how == "truncated":
        os.truncate(path, path.stat().st_size // 2)
    else:
        path.parent.rename(path.parent.with_name("0123456789abcdef"))
    assert trained(tmp_path / "cache") == trained.model
    assert len(programs_in(tmp_path / "cache")) == (2 if how == "other-version" else 1)


def test_a_training_is_the_same_from_a_damaged_cache_on_a_full_disk(trained, tmp_path):
    shutil.copytree(trained.cache, tmp_path / "cache")
    (path,) = programs_in(tmp_path / "cache")
    path.write_bytes(random.Random(0).randbytes(path.stat().st_size))
    assert trained(tmp_path / "cache", limit=len(trained.model) + 1000) == trained.model
    assert programs_in(tmp_path / "cache") == []


@pytest.mark.slow
@pytest.mark.parametrize("how", ["full", "no-folder", "read-only"])
def test_a_training_is_the_same_without_a_cache(trained, tmp_path, how):
    cache = Path("/dev/null") if how == "no-folder" else tmp_path
    if how == "read-only":
        (tmp_path / "dlwhy").mkdir()
        (tmp_path / "dlwhy" / "xla").write_text("in the way, for root may write anywhere")
    limit = len(trained.model) + 1000 if how == "full" else None
    assert trained(cache, limit=limit) == trained.model
    assert programs_in(tmp_path) == []


@pytest.mark.slow
def test_trainings_at_the_same_time_share_a_cache(trained, tmp_path):
    running = [trained.start(tmp_path, f"{number}.keras") for number in range(2)]
    assert [process.communicate(timeout=120)[1] for process in running] == ["", ""]
    assert all((trained.folder / f"{number}.keras").read_bytes() == trained.model for number in range(2))
    assert trained(tmp_path) == trained.model
