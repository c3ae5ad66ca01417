"""What the fuzz targets share: running one under atheris, with good files to start from."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path


def fuzz(check: Callable[[bytes], None], seeds: list[bytes]) -> None:
    """Feed `check` with bytes that atheris makes up, until it raises or libFuzzer's options on the command line end it.

    Without atheris, say so and leave.
    """
    try:
        import atheris
    except ImportError:
        sys.stderr.write(f"{Path(sys.argv[0]).name}: atheris is not installed, nothing was fuzzed\n")
        return
    with atheris.instrument_imports(include=["dlwhy"]):
        for seed in seeds:
            check(seed)  # imports what it needs
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds):
            Path(corpus, str(number)).write_bytes(seed)
        faults = f"-artifact_prefix={tempfile.gettempdir()}/dlwhy-"  # libFuzzer says which file it was
        atheris.Setup([*sys.argv, "-rss_limit_mb=4096", "-timeout=20", faults, corpus], check)
        atheris.Fuzz()
