"""A fair chance for the net on one table: variants of the recipe, tried on held-out parts of the training rows."""
