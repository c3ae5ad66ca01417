"""The archive that a model file is: its members, each once and plain, and whole."""

import io
import random
import zipfile

import pytest

from dlwhy.errors import InputRefusedError
from dlwhy.models.keras_file import archive
from tests.models.refusals import refused, short_and_plain


@pytest.mark.parametrize("name", ["../../evil", "assets/../../evil", "/evil", "assets/x", "model.weights.npz"])
def test_case_32_an_unknown_member_is_refused_and_nothing_written(name: str, changed, saved, audited) -> None:
    path = saved(changed({name: b"evil"}))

    def read() -> None:
        with pytest.raises(InputRefusedError, match="unknown member"):
            archive.read(path)

    assert audited(read) == [("open", str(path))]


@pytest.mark.parametrize("name", ["metadata.json", "config.json", "model.weights.h5"])
def test_a_missing_member_is_refused(name: str, changed) -> None:
    assert f"no member {name}" in refused(changed({name: None}))


def test_a_member_that_is_there_twice_is_refused(good: bytes) -> None:
    memory = io.BytesIO(good)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(memory, "a") as file:
        file.writestr("config.json", b"{}")

    assert "there twice" in refused(memory.getvalue())


@pytest.mark.parametrize("flag", ["encrypted", "bzip2"])
def test_members_that_are_not_plain_are_refused(flag: str, changed, good: bytes) -> None:
    if flag == "bzip2":
        content = changed({}, method=zipfile.ZIP_BZIP2)
    else:
        place = good.index(b"PK\x01\x02") + 8
        content = good[:place] + b"\x01" + good[place + 1 :]

    assert "encrypted, or packed" in refused(content)


def test_case_33_every_cut_is_refused(good: bytes) -> None:
    for place in random.Random(0).sample(range(len(good)), 300):
        refused(good[:place])


@pytest.mark.parametrize("content", [b"", b"PK", b"hello\n", b"\x00" * 1000, b"PK\x05\x06" + bytes(18)], ids=repr)
def test_case_33_what_is_no_archive_is_refused(content: bytes) -> None:
    assert "not a .keras archive" in refused(content)


def test_a_flipped_byte_is_refused_or_harmless(good: bytes) -> None:
    rng = random.Random(0)
    for place in rng.sample(range(len(good)), 300):
        content = bytearray(good)
        content[place] ^= 1 << rng.randrange(8)
        try:
            archive.check(bytes(content), "m.keras")
        except InputRefusedError as error:
            short_and_plain(str(error))
