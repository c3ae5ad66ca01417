"""What rows say: effects, verdicts and their wording."""
