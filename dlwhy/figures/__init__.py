"""Pictures: one a file; a classmethod computes, `plot` draws."""
