"""What several tests of the study of compare start from."""

from dlwhy.studies.request import OwnData, Request

OWN = OwnData(name="mine {x}", fingerprint="0" * 64, rows=4000, features=7, classes=3)


def request(*arms, match=None, **given):
    """Ask for a comparison of these recipes."""
    return Request(claim="compare", extra={"arms": list(arms), "match": match}, **given)
