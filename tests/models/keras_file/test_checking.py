"""Model files that are damaged or mean harm: each is refused with one short line, and nothing in it ever runs."""

import io
import json
import random
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlwhy.errors import DlwhyError, InputRefusedError, InputUnreadableError
from dlwhy.models.keras_file import archive
from tests.models.refusals import KERNEL, layer, refused, settings_of, short_and_plain


def test_case_23_a_lambda_of_python_never_runs(tmp_path: Path, audited) -> None:
    import keras

    mark, path = tmp_path / "MARK", tmp_path / "m.keras"
    touch = eval(f"lambda x: (open({str(mark)!r}, 'w').close(), x)[1]")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(touch), keras.layers.Dense(1)])
    model.save(path)
    mark.unlink()

    message = refused(path.read_bytes())

    assert 'the layer "Lambda" is not read' in message
    assert not mark.exists()
    keras.saving.load_model(path, safe_mode=False)
    assert mark.exists(), "the file does no harm at all: the test shows nothing"


FOREIGN = {
    "Lambda": {"function": {"module": "keras.config", "class_name": "function", "config": "set_floatx"}},
    "TFSMLayer": {"filepath": "/tmp/saved", "call_endpoint": "serve"},
    "StringLookup": {"vocabulary": "http://127.0.0.1:9/words.txt"},
    "TorchModuleWrapper": {"module": "gASV"},
    "Sequential": {"layers": []},
    "EinsumDense": {"equation": "ab,bc->ac"},
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_case_24_any_other_layer_is_refused_by_name(kind: str, with_config, saved, good: bytes, audited) -> None:
    import keras

    archive.check(good, "warm")
    floatx = keras.config.floatx()

    def edit(config: dict[str, Any]) -> None:
        layer(config)["class_name"] = kind
        layer(config)["config"] = {"name": "x", **FOREIGN[kind]}

    path = saved(with_config(edit))

    def read() -> None:
        with pytest.raises(InputRefusedError, match=f'layer 2: the layer "{kind}" is not read'):
            archive.read(path)

    assert audited(read) == [("open", str(path))]
    assert keras.config.floatx() == floatx


def test_reading_a_good_file_opens_no_other(saved, good: bytes, audited) -> None:
    archive.check(good, "warm")
    path = saved(good)

    assert audited(lambda: archive.read(path)) == [("open", str(path))]


def test_the_audit_hears_what_it_should(audited, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")

    heard = audited(lambda: (tmp_path / "x").read_text() or subprocess.run(["true"], check=False))

    assert ("open", str(tmp_path / "x")) in heard
    assert "subprocess.Popen" in {event for event, _ in heard}


def test_case_25_an_hdf5_model_is_not_supported(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.create_group("model_weights")

    message = refused((tmp_path / "m.h5").read_bytes())

    assert "is HDF5 (.h5)" in message
    assert 'save("FILE.keras") converts it' in message


@pytest.mark.parametrize("path", ["hf://x/y", "http://127.0.0.1:9/m.keras", "gs://x/m.keras", "."])
def test_case_26_only_files_are_opened(path: str, audited) -> None:
    def read() -> None:
        with pytest.raises(InputUnreadableError) as caught:
            archive.read(path)
        assert caught.value.exit_code == 66

    assert {event for event, _ in audited(read)} <= {"open"}


CHILD = """
import json, resource, sys, time
from dlwhy.errors import InputRefusedError
from dlwhy.models.keras_file import archive
archive.check(open(sys.argv[1], "rb").read(), "warm")
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
def peak():
    # not ru_maxrss: that begins at the size of the process which started this one
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024
for path in sys.argv[2:]:
    before, started = peak(), time.perf_counter()
    try:
        archive.read(path)
        message, code = "read", 0
    except InputRefusedError as error:
        message, code = str(error), error.exit_code
    seconds, growth = time.perf_counter() - started, peak() - before
    print(json.dumps({"message": message, "code": code, "seconds": seconds, "growth": growth}))
assert not {"tensorflow", "keras"} & set(sys.modules)
"""


def _wide(config: dict[str, Any]) -> None:
    for index in (1, 2):
        settings_of(config, index)["units"] = 30_000


def _deep(config: dict[str, Any]) -> None:
    config["config"]["layers"] = [layer(config, 0), *[{}] * 40_000]


def _many(config: dict[str, Any]) -> None:
    """Put in as many wide layers without weights as the list may have."""
    settings_of(config, 2)["units"] = 16_384
    wide = {"module": "keras.layers", "class_name": "Activation", "config": {"name": "", "activation": "relu"}}
    layers = config["config"]["layers"]
    layers[3:3] = [{**wide, "config": {**wide["config"], "name": str(i)}} for i in range(32_000)]


def _heavy(config: dict[str, Any]) -> None:
    for index in (1, 2):
        settings_of(config, index)["units"] = 16_384


def _tall(file: h5py.File) -> None:
    del file[KERNEL]
    file.create_dataset(KERNEL, shape=(1 << 30,), dtype="f4")


def _hollow(file: h5py.File) -> None:
    del file["optimizer/vars/2"]
    file.create_dataset("optimizer/vars/2", shape=(600, 1), dtype="f4")


def _slots(file: h5py.File) -> None:
    for i in range(20, 5000):
        file[f"optimizer/vars/{i}"] = np.float32(0)


def _flood() -> bytes:
    flood = io.BytesIO()
    with zipfile.ZipFile(flood, "w") as file:
        for i in range(30_000):
            file.writestr(str(i), b"")
    return flood.getvalue()


def _blanks(changed) -> bytes:
    blanks = io.BytesIO(changed({"config.json": None}))
    with (
        zipfile.ZipFile(blanks, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as file,
        file.open("config.json", "w") as member,
    ):
        for _ in range(256):
            member.write(b" " * (1 << 20))
    return blanks.getvalue()


def _lying(blanks: bytes) -> bytes:
    """Declare a small size: in the directory, 24 bytes into the entry, whose name comes after 46."""
    place = blanks.rindex(b"config.json") - 46 + 24
    return blanks[:place] + struct.pack("<L", 5000) + blanks[place + 4 :]


def test_cases_27_28_29_bombs_in_a_child_process(changed, with_config, with_weights, saved, good: bytes) -> None:
    """These and other ways to ask for memory or time are refused at once, without TensorFlow."""
    blanks = _blanks(changed)
    bombs = {
        "case_27": (blanks, "config.json: 268435456 bytes; at most 1048576"),
        "lying": (_lying(blanks), "config.json: damaged"),
        "case_28": (with_config(_wide), "units must be a whole number from 1 to 16384 (got 30000)"),
        "case_28_heavy": (with_config(_heavy), "at most 20000000"),
        "case_29": (with_config(_deep), "the model has 40001 layers"),
        "nested": (changed({"config.json": b"[" * 500_000}), "nested too deeply"),
        "packed": (changed({"config.json": b" " * (2 << 20)}, method=zipfile.ZIP_DEFLATED), "at most 1048576"),
        "members": (with_config(_many), "the network computes"),
        "shape": (with_weights(_tall), "is not stored plainly"),
        "hollow": (with_weights(_hollow), "optimizer/vars/2 is not stored plainly"),
        "slots": (with_weights(_slots), "variables, at most"),
        "flood": (_flood(), "thousands of members"),
        "details": (changed({"dlwhy.json": b" " * (64 << 20)}, method=zipfile.ZIP_DEFLATED), "at most 16777216"),
        "random": (random.Random(1).randbytes(1 << 20), "not a .keras archive"),
    }
    paths = [saved(content, f"{name}.keras") for name, (content, _) in bombs.items()]

    done = subprocess.run(
        [sys.executable, "-c", CHILD, saved(good), *paths], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    results = dict(zip(bombs, map(json.loads, done.stdout.splitlines()), strict=True))
    for name, (_, message) in bombs.items():
        assert message in results[name]["message"], name
        assert results[name]["code"] == 65, name
        assert results[name]["seconds"] < 2, name
        assert results[name]["growth"] < 50, name


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("base", [False, True, "ensemble"])
@given(edits=st.lists(st.tuples(st.integers(0, 10**6), JSON), min_size=1, max_size=2))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_config_with_anything_anywhere_never_raises_anything_else(
    base: bool | str, edits: list[tuple[int, Any]], bases: dict[bool | str, bytes], changed
) -> None:
    with zipfile.ZipFile(io.BytesIO(bases[base])) as file:
        config = json.loads(file.read("config.json"))
    for place, value in edits:
        places = list(_places(config))
        holder, key = places[place % len(places)]
        holder[key] = json.loads(json.dumps(value))
    try:
        archive.check(changed({"config.json": json.dumps(config).encode()}, base=bases[base]), "m.keras")
    except InputRefusedError as error:
        short_and_plain(str(error))


def _places(value: Any):
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield value, key
        yield from _places(inner)


def test_every_refusal_names_the_file(saved) -> None:
    with pytest.raises(DlwhyError, match=r"m\\x1b\.keras'?: not a \.keras archive"):
        archive.read(saved(b"x", "m\x1b.keras"))
