"""Where a model errs and what it looks at, on rows that it was not trained on."""
