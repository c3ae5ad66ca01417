"""Fuzz the reader of tables: python tests/fuzz/fuzz_csv.py -max_total_time=60."""

import contextlib
import warnings
from pathlib import Path

GOLDEN = Path(__file__).parent.parent / "golden" / "dataset-1" / "plain.csv"
SPREADSHEET = b"sep=;\r\nSales;;;\r\n;a;b;target;\r\n0;1,5;M\xfcller;p;\r\n1;2,5;Stra\xdfe;q;\r\n;;;;\r\n"
MIXED = b'\xef\xbb\xbfa,"b ""c""",d,target\r\n1e5,red,yes,1\r\n,blue,no,2\r\n-.5,NA,yes,1\r\n"+3",red,no,2\r\n'


def seeds() -> list[bytes]:
    return [
        GOLDEN.read_bytes(),
        MIXED,
        SPREADSHEET,
        b"x,target\n" + b"".join(b"%d.5,%d\n" % (row, row % 2) for row in range(30)),
    ]


def check(content: bytes) -> None:
    """Read a table; anything but a data set or a refusal is a fault."""
    import polars as pl

    from dlwhy.data.tables.cells import Source
    from dlwhy.data.tables.formats.decoding import as_utf8
    from dlwhy.data.tables.formats.delimited import read_delimited
    from dlwhy.data.tables.formats.form import Form
    from dlwhy.data.tables.importing import as_dataset
    from dlwhy.data.tables.options import TableOptions
    from dlwhy.errors import DlwhyWarning, InputRefusedError, UsageError

    with contextlib.suppress(InputRefusedError, UsageError), warnings.catch_warnings():
        warnings.simplefilter("ignore", DlwhyWarning)
        frame = pl.concat(
            read_delimited(as_utf8(iter([content]), None, "fuzzed.csv"), form=Form(), source="fuzzed.csv")
        )
        options = TableOptions(split_column="split" if "split" in frame.columns else None)
        as_dataset(frame, Source(name="fuzzed.csv"), options, name="fuzzed")


if __name__ == "__main__":
    import harness

    harness.fuzz(check, seeds())
