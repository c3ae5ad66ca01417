"""The claims by name: a seventh is one new folder and one line here."""

from dlwhy.errors import UsageError
from dlwhy.studies.claims import algorithms, compare, compute, data, depth, transfer, versatility
from dlwhy.studies.claims.claim import Claim
from dlwhy.text import display, meant

COMPARE = compare.CLAIM.name
# the essay's, in its order
CLAIMS: dict[str, Claim] = {
    folder.CLAIM.name: folder.CLAIM for folder in (depth, data, compute, algorithms, transfer, versatility)
}
# what a claim asks of the user's own data, without its controls
ON_OWN = {"ingredients": algorithms.CLAIM.name}


def claim(name: str) -> Claim:
    """Return a claim by name.

    Raises
    ------
    UsageError
        If there is none.

    """
    if name == COMPARE:
        return compare.CLAIM
    if name not in CLAIMS:
        raise UsageError(f"no study {display(name)}", meant(name, [*CLAIMS, *ON_OWN, "all", COMPARE, "show"]))
    return CLAIMS[name]
