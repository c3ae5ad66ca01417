"""Toy and bundled data sets: the registry, their shapes, and how one is made."""
