"""The .keras archive as a zip file: written so that bytes repeat, read without trust."""

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from dlwhy.errors import InputRefusedError
from dlwhy.models import snapshots
from dlwhy.text import display

METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
DETAILS, HISTORY, SNAPSHOTS = "dlwhy.json", "history.csv", "snapshots.npy"

_LIMITS = {
    METADATA: 1 << 16,
    CONFIG: 1 << 20,
    DETAILS: 16 << 20,
    HISTORY: 32 << 20,  # of as many epochs as there may be
    SNAPSHOTS: snapshots.MAX_BYTES + snapshots.MAX_HEADER_BYTES,
}
# not packed, as Keras and we write it, it fills the file as much as memory: an ensemble has many layers
_CONFIG_PLAIN = 32 << 20
_HDF5 = b"\x89HDF\r\n\x1a\n"
_CENTRAL_ENTRY = b"PK\x01\x02"
_DAMAGE = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError, zlib.error)


def pack(stock: bytes, extra: Mapping[str, bytes]) -> bytes:
    """Repack an archive as Keras wrote it, with more members, so that the same model gives the same bytes.

    Keras' own bytes never repeat: zip times, the date in metadata.json, and memory addresses in config.json
    (``shared_object_id``, which only tells which of many equal dtype policies were one object).
    """
    with zipfile.ZipFile(io.BytesIO(stock)) as archive:
        members = {name: archive.read(name) for name in (METADATA, CONFIG, WEIGHTS)}
    metadata = json.loads(members[METADATA])
    del metadata["date_saved"]
    members[METADATA] = json.dumps(metadata).encode()
    members[CONFIG] = json.dumps(_without_addresses(json.loads(members[CONFIG]))).encode()
    members |= extra
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            # a ZipInfo made so has the date 1980-01-01; the system is set lest it depend on the machine
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return packed.getvalue()


def unpack(content: bytes, *, limit: int) -> dict[str, bytes]:
    """Read the members of an archive, each once, of bounded size.

    Parameters
    ----------
    content
        The bytes of the file.
    limit
        Most bytes that model.weights.h5 may have.

    Raises
    ------
    InputRefusedError
        If it is no zip file, or members are missing, unknown, there twice, encrypted or too large.

    """
    if content.startswith(_HDF5):
        raise InputRefusedError(
            "is HDF5 (.h5), as Keras 2 writes models; only .keras archives are read",
            'keras.saving.load_model("FILE.h5", compile=False).save("FILE.keras") converts it',
        )
    # zipfile makes an object of each entry, whatever their number
    if content.count(_CENTRAL_ENTRY) > 1000:
        raise InputRefusedError("not a .keras archive: thousands of members")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError) as error:
        raise InputRefusedError("not a .keras archive, or cut short") from error
    with archive:
        names = archive.namelist()
        _check_names(names)
        return {name: _member(archive.getinfo(name), archive, limit) for name in names}


def strict_json(content: bytes, name: str) -> Any:
    """Parse JSON in which no key occurs twice and every number is finite.

    Raises
    ------
    InputRefusedError
        If it is anything else.

    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            raise ValueError("a key occurs twice")
        return result

    def refuse(text: str) -> Any:
        raise ValueError(f"{text} is not a finite number")

    try:
        return json.loads(content.decode(), object_pairs_hook=unique, parse_constant=refuse)
    except RecursionError as error:
        raise InputRefusedError(f"{name}: nested too deeply") from error
    except ValueError as error:
        raise InputRefusedError(f"{name}: not JSON as it should be: {display(error, 120)}") from error


def _without_addresses(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_addresses(item) for key, item in value.items() if key != "shared_object_id"}
    return [_without_addresses(item) for item in value] if isinstance(value, list) else value


def _check_names(names: list[str]) -> None:
    for name in names:
        if name not in (METADATA, CONFIG, WEIGHTS, DETAILS, HISTORY, SNAPSHOTS):
            raise InputRefusedError(f'unknown member "{display(name)}"')
    if len(set(names)) != len(names):
        raise InputRefusedError("a member is there twice")
    for name in (METADATA, CONFIG, WEIGHTS):
        if name not in names:
            raise InputRefusedError(f"not a .keras archive: no member {name}")


def _member(info: zipfile.ZipInfo, archive: zipfile.ZipFile, limit_of_weights: int) -> bytes:
    name = info.filename
    limit = _LIMITS.get(name, limit_of_weights)
    if name == CONFIG and info.compress_type == zipfile.ZIP_STORED:
        limit = _CONFIG_PLAIN
    if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputRefusedError(f"{name}: encrypted, or packed in an unknown way")
    if info.file_size > limit:
        hint = "raise --max-size" if name == WEIGHTS else ""
        raise InputRefusedError(f"{name}: {info.file_size} bytes; at most {limit}", hint)
    try:
        with archive.open(info) as member:
            # with a number, lest more than was declared is unpacked
            return member.read(info.file_size + 1)
    except _DAMAGE as error:
        raise InputRefusedError(f"{name}: damaged ({display(error, 120)})") from error
