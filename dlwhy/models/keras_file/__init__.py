"""A .keras file: written so that bytes repeat, checked in full, and rebuilt without Keras' own loader."""
