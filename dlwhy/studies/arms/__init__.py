"""How an arm is run."""
