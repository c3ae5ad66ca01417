"""What a training is fed with: held-out rows, the order of batches, numbers that it can take, the linear path."""
