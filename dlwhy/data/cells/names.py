"""What the name of a column says of its cells."""

import re

_IDENTIFIERS = frozenset(("id", "ids", "uuid", "guid", "key", "identifier", "rowid", "rownames", "unnamed"))
# alone: a price index is none
_COUNTERS = frozenset(("row", "record", "serial", "index", "idx", "no", "nr", "num", "number", "names"))


def words(name: str) -> set[str]:
    """Return the words of a column's name in small letters: of `customerId`, `customer_id` or `Customer ID`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return {word.lower() for word in re.findall(r"[^\W_]+", apart)}


def says_identifier(name: str) -> bool:
    """Return whether a column is called id, key, row number or the like."""
    found = words(name)
    return bool(found & _IDENTIFIERS or (found and found <= _COUNTERS))
