"""The essay's claims, a folder each with the same names in it."""
