"""What is to be learnt: draws of training and held-out rows by seed."""
