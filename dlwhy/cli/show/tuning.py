"""What a tuning came to: sentences and a table for people, or a JSON object."""

import shlex
from typing import TYPE_CHECKING

from dlwhy import files
from dlwhy.cli.show.console import Output
from dlwhy.text import number

if TYPE_CHECKING:
    from dlwhy.tuning.tuned import Row, Tuned


def show_tuned(out: Output, tuned: "Tuned", *, recipe: str, data: str) -> None:
    """Print what was chosen, how each variant fared, and what to do next; `recipe` and `data` are files."""
    if not files.is_standard(recipe):
        if out.as_json:
            out.json({"recipe": recipe, "data": data, **tuned.to_json()})
            return
        for sentence in tuned.sentences:
            out.paragraph(sentence)
        _show_variants(out, tuned)
        words = ["dlwhy", "train", "--recipe", recipe, "--members", str(tuned.members), "-d", data]
        out.note(f"{files.shown(recipe, output=True)}: written; next: {shlex.join(words)}")
        return
    for sentence in tuned.sentences:  # the recipe is on stdout
        out.note(sentence)


def _show_variants(out: Output, tuned: "Tuned") -> None:
    header = ("variant", ">networks", ">loss", ">recipe's", ">difference ± SE", ">seconds")
    rows = [(row.name, str(row.networks), number(row.loss), *_against(row), f"{row.seconds:.1f}") for row in tuned.rows]
    out.table(header, rows, title=f"held-out loss ({tuned.loss_name}), mean over networks")


def _against(row: "Row") -> tuple[str, str]:
    from dlwhy.tuning.tuned import said

    if row.gap is None:
        return "", ""
    return (number(row.loss - row.gap.value) if row.loss is not None else ""), said(row.gap)
