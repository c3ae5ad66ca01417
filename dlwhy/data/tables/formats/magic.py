"""What a file is by its first bytes: read, unpacked, or refused by name with the command that converts it."""

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO

from dlwhy.errors import InputRefusedError
from dlwhy.text import display

HEAD = 4096
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
_CSV = "save it as CSV"
_PANDAS = "python -c \"import pandas; pandas.{}.to_csv('table.csv', index=False)\""
_FRAME = _PANDAS.format("{}('FILE')")
_POLARS = "python -c \"import polars; polars.{}('FILE').write_csv('table.csv')\""
# first bytes, what such a file is, and what makes a table of it
_REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "zstd -dc FILE | dlwhy generate --from -"),
    (b"BZh91AY&SY", "compressed with bzip2", "bzcat FILE | dlwhy generate --from -"),
    (b"\xfd7zXZ\0", "compressed with xz", "xzcat FILE | dlwhy generate --from -"),
    (b"\x04\x22\x4d\x18", "compressed with lz4", "lz4 -dc FILE | dlwhy generate --from -"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it"),
    (b"ARROW1", "an Arrow (Feather) file", _POLARS.format("read_ipc")),
    (b"FEA1", "a Feather file", _FRAME.format("read_feather")),
    (b"ORC", "an ORC file", _FRAME.format("read_orc")),
    (b"Obj\x01", "an Avro file", _POLARS.format("read_avro")),
    (b"SQLite format 3\0", "an SQLite database", "sqlite3 -header -csv FILE 'select * from TABLE' > table.csv"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", _FRAME.format("read_hdf")),
    (b"\x93NUMPY", "a NumPy array", "numpy.savetxt('table.csv', numpy.load('FILE'), delimiter=',')"),
    (b"%PDF-", "a PDF document", "take the table out of it, as CSV"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)", _CSV),
    (b"{\\rtf", "a rich-text document", _CSV),
    (b"\x89PNG", "a picture", "name a table"),
    (b"\xff\xd8\xff", "a picture", "name a table"),
    (b"GIF8", "a picture", "name a table"),
    (b"\x7fELF", "a program", "name a table"),
    (b"RDX3\n", "an R workspace", "write.csv in R"),
    (b"RDX2\n", "an R workspace", "write.csv in R"),
    (b"X\n\0\0", "an R object (.rds)", "write.csv in R"),
    (b"$FL2", "an SPSS file", _FRAME.format("read_spss")),
    (b"<stata_dta>", "a Stata file", _FRAME.format("read_stata")),
    (b"\0" * 12 + b"\xc2\xea\x81\x60", "a SAS file", _FRAME.format("read_sas")),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself", "git lfs pull"),
)
# what a header of a text may begin with, too
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a]")
_MARKUP = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(!doctype html|html|\?xml|!--|svg|head|body|table)", re.IGNORECASE)
_PICKLE = re.compile(rb"\A\x80[\x02-\x05]")
_ARFF = re.compile(rb"\A(?:\s*%[^\n]*\n|\s*\n)*\s*@relation\s", re.IGNORECASE)
_LIBSVM = re.compile(rb"\A[-+0-9.eE]+(?: [0-9]+:[-+0-9.eE]+)+\s*\n")
# of a ZIP archive: what its members are called
_ARCHIVES = (
    (r"xl/workbook\.\w+", "an Excel workbook (.xlsx)", "save the sheet as CSV UTF-8"),
    (r"word/document\.xml", "a Word document", "save the table as CSV"),
    (r"META-INF/manifest\.xml", "an OpenDocument file (.ods)", "save the sheet as CSV"),
    (r".*\.npy", "a NumPy archive (.npz)", "give a data set to -d, another table as CSV"),
    (r"config\.json", "a Keras model", "name a table"),
)


def refuse(head: bytes, source: str) -> None:
    """Refuse a file that is something known, but no table that is read here.

    Raises
    ------
    InputRefusedError
        If it is.

    """
    for first, what, cure in _REFUSED:
        if head.startswith(first) and (not first.isalnum() or _BINARY.search(head)):
            raise InputRefusedError(f"{source}: is {what}", _of(cure, source))
    if _PICKLE.match(head):
        raise InputRefusedError(f"{source}: is a Python pickle (or .joblib)", "write the table as CSV or Parquet")
    if markup := _MARKUP.match(head):
        kind = "an XML document" if markup[1].lower() in (b"?xml", b"svg") else "an HTML page"
        raise InputRefusedError(f"{source}: is {kind}, not a table", "download the file itself, or save as CSV")
    if _ARFF.match(head):
        raise InputRefusedError(f"{source}: is an ARFF file", "save as CSV in Weka, or scipy.io.arff.loadarff")
    if _LIBSVM.match(head):
        raise InputRefusedError(f"{source}: is in the format of LIBSVM", "sklearn.datasets.load_svmlight_file")


def _of(cure: str, source: str) -> str:
    return cure if source.startswith("<") else cure.replace("FILE", source)


def is_parquet(head: bytes) -> bool:
    """Return whether a file is Parquet by its first bytes; a text may have a column PAR1."""
    return head.startswith(b"PAR1") and bool(_BINARY.search(head))


def unpacked(handle: BinaryIO, head: bytes, source: str) -> Iterator[bytes]:
    """Yield the content of a file that is compressed with gzip, or of a ZIP archive of one file.

    Parameters
    ----------
    handle
        The file, at its beginning.
    head
        Its first bytes.
    source
        How to name it in messages.

    Raises
    ------
    InputRefusedError
        If it is a ZIP archive of something else. The blocks raise it if they are damaged.

    """
    content = gzip.GzipFile(fileobj=handle) if head.startswith(GZIP) else _only_member(handle, source)
    return _blocks(content, source)


def _blocks(content: IO[bytes] | gzip.GzipFile, source: str) -> Iterator[bytes]:
    try:
        yield from iter(lambda: content.read(1 << 20), b"")
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile, RuntimeError, NotImplementedError) as error:
        raise InputRefusedError(f"{source}: can't be unpacked: {display(error, 100)}") from error


def _only_member(handle: BinaryIO, source: str) -> IO[bytes]:
    if not handle.seekable():
        raise InputRefusedError(f"{source}: is a ZIP archive", _of("unzip -p FILE | dlwhy generate --from -", source))
    try:
        archive = zipfile.ZipFile(handle)
        names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX")]
        for pattern, what, cure in _ARCHIVES:
            if any(re.fullmatch(pattern, name) for name in names):
                raise InputRefusedError(f"{source}: is {what}", cure)
        if len(names) != 1:
            first = display(names[0], 60) if names else ""
            raise InputRefusedError(
                f"{source}: is a ZIP archive of {len(names)} files",
                f"unzip -p {source} {first} | dlwhy generate --from -",
            )
        return archive.open(names[0])
    except (zipfile.BadZipFile, ValueError, RuntimeError, NotImplementedError, EOFError) as error:
        raise InputRefusedError(f"{source}: is a damaged or encrypted ZIP archive", "unpack it first") from error
