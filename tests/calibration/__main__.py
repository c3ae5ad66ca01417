"""Run all studies on base seeds that nothing was chosen on, and write how their controls behaved into docs/record.

From the repository's folder: ``python -m tests.calibration``. Ended and called again, it goes on where it was.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.calibration import table

_FIRST, _COUNT = 2001, 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is not there yet, write the table after each base seed, and give 1 if a control is none."""
    given = _parser().parse_args(arguments)
    seeds = range(given.first, given.first + given.count)
    for seed in seeds if not given.table else ():
        _study(given.folder / str(seed), seed)
        _write(given.document, given.folder, seeds)
    return 0 if table.holds(_write(given.document, given.folder, seeds)) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.calibration", description=__doc__)
    parser.add_argument("--first", type=int, default=_FIRST, help="first base seed (%(default)s)")
    parser.add_argument("--count", type=int, default=_COUNT, help="number of base seeds (%(default)s)")
    parser.add_argument("--folder", type=Path, default=Path("build/calibration"), help="for rows, a folder a base seed")
    parser.add_argument(
        "--document", type=Path, default=Path("docs/record/calibration.md"), help="what the table is written into"
    )
    parser.add_argument("--table", action="store_true", help="run nothing: only write the table of what is there")
    return parser


def _study(folder: Path, seed: int) -> None:
    """Run all studies at their quick budget; rows that are there are not run again."""
    command = [Path(sys.executable).with_name("dlwhy"), "study", "all", "--budget", "quick", "--seed", str(seed)]
    subprocess.run([*command, "--dir", folder], stdout=subprocess.DEVNULL, check=True)


def _write(document: Path, folder: Path, seeds: Sequence[int]) -> list[table.Report]:
    """Write the table of all base seeds that are there, and give their reports."""
    reports = [
        json.loads(path.read_text()) for seed in seeds for path in sorted((folder / str(seed)).glob("*/study.json"))
    ]
    if reports:
        document.write_text(table.placed(document.read_text(), table.text(reports)))
    return reports


if __name__ == "__main__":
    sys.exit(main())
