"""Where arms are run, and the rows that they leave."""
