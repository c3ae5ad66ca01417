"""What a cell is: what is known of a column by its cells alone, as plain functions of a series of texts or numbers."""
