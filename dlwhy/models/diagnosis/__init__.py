"""What a training's curves and outputs say of it."""
