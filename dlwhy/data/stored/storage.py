"""Read and write data sets as .joblib, .npz and .csv: the same data come back, and nothing in a file is ever run."""

from pathlib import Path
from typing import Any, BinaryIO, Literal

from dlwhy.data.dataset import Dataset, Task
from dlwhy.data.stored import csv_form, npz, unpickler
from dlwhy.data.stored.decompression import Content, check_size, compression_of
from dlwhy.data.stored.record import from_record, to_record
from dlwhy.errors import InputRefusedError, UsageError, naming
from dlwhy.files import is_standard, open_input, open_output, shown

Format = Literal["joblib", "npz", "csv"]
_BY_SUFFIX: dict[str, Format] = {".joblib": "joblib", ".npz": "npz", ".csv": "csv"}
_TABLES = (".tsv", ".tab", ".parquet", ".jsonl", ".ndjson", ".json", ".arrow", ".feather", ".xlsx")
_JOBLIB_PROTOCOL = 4  # read by every Python since 3.4


def read(path: str | Path, *, max_size: int | None = None, task: Task | None = None) -> Dataset:
    """Read a data set from a `.joblib`, `.npz` or CSV file, or as CSV from stdin ("-"). The file may be from anybody.

    A CSV file has a column `target`; a column `split` says with `train` and `test` what each row is for. Without it
    30 % of the rows are set apart by chance for testing, always the same ones, and a warning says so.

    Parameters
    ----------
    path
        The file. The end of its name says what it is; if it does not, its first bytes do.
    max_size
        Most bytes of content to read, in MiB. By default there is no limit for an uncompressed file, and 256 MiB for
        a compressed one.
    task
        What is to be learnt from a CSV file; by default what its target looks like.

    Raises
    ------
    InputRefusedError
        If it does not hold a data set, is damaged, or too large.
    InputUnreadableError
        If it is missing, or not a regular file.

    """
    return _read(path, max_size=max_size, task=task)[1]


def is_table(path: str | Path) -> bool:
    """Tell a table, of whatever form, from a `.joblib` or `.npz` file; a CSV file is a table that may be a data set.

    Raises
    ------
    InputUnreadableError
        If the file is missing, or not a regular file.

    """
    suffix = Path(path).suffix.lower()
    if is_standard(path) or suffix in _TABLES or Path(path).with_suffix("").suffix.lower() in (".csv", *_TABLES):
        return True
    with open_input(path) as handle, naming(shown(path)):
        return _input_format(Path(path), handle) == "csv"


def write(dataset: Dataset, path: str | Path, *, no_clobber: bool = False, compress: int | tuple[str, int] = 0) -> None:
    """Write a data set; the end of the file's name says how: `.joblib`, `.npz` or `.csv`. "-" is CSV on stdout.

    The file is whole or absent, and the same data set always gives the same bytes. A CSV file holds features and
    targets as numbers and text: how the columns of an imported table were encoded is not in it.

    Parameters
    ----------
    dataset
        The data set.
    path
        The file; an existing one is replaced.
    no_clobber
        Refuse to replace a file.
    compress
        How much to compress a `.joblib` or `.npz` file: 0 not at all, 1 to 9 with zlib, or joblib's pair of method
        and level, such as ``("gzip", 3)`` (`.joblib` only).

    Raises
    ------
    UsageError
        If the name ends otherwise.
    InputRefusedError
        If names in the data set do not fit into CSV.
    OutputBlockedError, InputOutputError
        If the file can't be created, or writing it fails midway.

    """
    form = output_format(path)
    with naming(shown(path, output=True)), open_output(path, no_clobber=no_clobber) as handle:
        if form == "csv":
            csv_form.write(dataset, handle)
        elif form == "npz":
            npz.write(to_record(dataset), handle, compress=bool(compress))
        else:
            import joblib

            joblib.dump(to_record(dataset), handle, protocol=_JOBLIB_PROTOCOL, compress=compress)


def describe(path: str | Path, *, max_size: int | None = None) -> dict[str, Any]:
    """Tell what a file with a data set holds, as JSON-like values; nothing of the file is run.

    Raises
    ------
    InputRefusedError, InputUnreadableError
        As `read` does.

    """
    form, dataset = _read(path, max_size=max_size, task=None)
    return {
        "format": form,
        "name": dataset.name,
        "task": dataset.task,
        "n_train": len(dataset.y_train),
        "n_test": len(dataset.y_test),
        "n_features": dataset.n_features,
        "features": list(dataset.feature_names),
        "target": dataset.target_name,
        "classes": list(dataset.class_names),
        "split": dataset.how_split,
        "provenance": dict(dataset.provenance),
        "fingerprint": dataset.fingerprint,
        "bytes": None if is_standard(path) else Path(path).stat().st_size,
    }


def output_format(path: str | Path) -> Format:
    """Return the format that `write` will choose.

    Raises
    ------
    UsageError
        If the name does not end in one.

    """
    if is_standard(path):
        return "csv"
    form = _BY_SUFFIX.get(Path(path).suffix.lower())
    if form is None:
        raise UsageError(
            f"{shown(path)}: a data set is written as .joblib, .npz or .csv", "choose one of these endings"
        )
    return form


def _read(path: str | Path, *, max_size: int | None, task: Task | None) -> tuple[Format, Dataset]:
    if is_standard(path):
        return "csv", csv_form.read(path, task=task, max_size=max_size)
    with open_input(path) as handle, naming(shown(path)):
        form = _input_format(Path(path), handle)
        if form == "joblib":
            return form, from_record(unpickler.load(Content(handle, max_size)))
        if form == "npz":
            return form, from_record(npz.read(handle, max_size))
        check_size(handle, max_size)
    return form, csv_form.read(path, task=task, max_size=max_size)


def _input_format(path: Path, handle: BinaryIO) -> Format:
    suffix = path.suffix.lower()
    if suffix in (".keras", ".h5", ".hdf5"):
        raise InputRefusedError("is a model by its name, not a data set", "give the data set with -d")
    if suffix in _TABLES:
        raise InputRefusedError(f"{suffix} is not a format of data sets", "import it with `dlwhy generate --from`")
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    head = handle.read(8)
    handle.seek(0)
    if head.startswith(b"PK"):
        return "npz"
    return "joblib" if head.startswith(b"\x80") or compression_of(head) else "csv"
