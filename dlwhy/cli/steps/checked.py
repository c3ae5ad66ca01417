"""One line on what the quick checks find in data that another command has read: for `generate`, `evaluate`, `study`."""

import warnings
from collections.abc import Collection
from typing import TYPE_CHECKING

from dlwhy import files
from dlwhy.cli.show.console import Output
from dlwhy.errors import DlwhyWarning

if TYPE_CHECKING:
    from dlwhy.data.dataset import Dataset


def tell(out: Output, dataset: "Dataset", path: str, *, told: Collection[str] = ()) -> None:
    """Warn in one line of what is wrong with a data set, if anything is.

    Parameters
    ----------
    out
        Where to print; nothing is checked where nothing would be printed.
    dataset, path
        The data set, and its file.
    told
        Codes of what has been told already.

    """
    if out.quiet:
        return
    from dlwhy.checks.finding import Findings
    from dlwhy.checks.run import check_quickly
    from dlwhy.cli.show import findings as show

    found = Findings(finding for finding in check_quickly(dataset) if finding.code not in told)
    if found:
        warnings.warn(show.line(found, files.shown(path)), DlwhyWarning, stacklevel=2)
