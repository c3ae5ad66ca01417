"""What a Parquet file says of its size, before it is unpacked."""

import contextlib
import io
import random

import numpy as np
import polars as pl
import pytest

from dlwhy.data.tables.formats.parquet_footer import read_claim

FRAME = pl.DataFrame(
    {
        "whole": np.arange(5000),
        "text": ["x" * (i % 7) for i in range(5000)],
        "nothing": [None] * 5000,
        "truth": [True, False] * 2500,
        "list": [[1, 2, 3]] * 5000,
    }
)


def as_parquet(frame: pl.DataFrame, **options) -> bytes:
    content = io.BytesIO()
    frame.write_parquet(content, **options)
    return content.getvalue()


@pytest.mark.parametrize("compression", ["uncompressed", "snappy", "gzip", "zstd"])
@pytest.mark.parametrize(
    "options", [{}, {"row_group_size": 700}, {"data_page_size": 500}, {"statistics": "full"}], ids=str
)
def test_a_file_tells_its_rows_and_what_it_takes_unpacked(compression, options):
    content = as_parquet(FRAME, compression=compression, **options)
    claim, plain = read_claim(content), read_claim(as_parquet(FRAME, compression="uncompressed", **options))
    assert claim.rows == 5000
    assert claim.unpacked == plain.unpacked
    assert 80_000 < plain.unpacked < len(as_parquet(FRAME, compression="uncompressed", **options))


def test_an_empty_table_and_a_wide_one_tell_theirs():
    assert read_claim(as_parquet(pl.DataFrame({"a": []}))).rows == 0
    assert read_claim(as_parquet(pl.DataFrame({f"c{i}": [1, 2, 3] for i in range(300)}))).rows == 3


def test_a_damaged_file_is_refused_whatever_is_damaged():
    content, rng = as_parquet(FRAME, row_group_size=1500), random.Random(0)
    for _ in range(1500):
        damaged = bytearray(content)
        for _ in range(rng.randrange(1, 4)):
            damaged[-rng.randrange(1, 1500)] = rng.randrange(256)
        with contextlib.suppress(ValueError):
            assert read_claim(bytes(damaged)).rows >= 0
    for size in (0, 3, 11, 12, len(content) // 2, len(content) - 1):
        with pytest.raises(ValueError, match="no Parquet, or damaged"):
            read_claim(content[:size])
