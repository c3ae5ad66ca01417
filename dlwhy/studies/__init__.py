"""The six claims as controlled experiments: designs, runs, statistics and verdicts."""
