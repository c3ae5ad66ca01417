"""Pictures of a network's inside, from the model file alone: its units, what its layers see, its weights."""
