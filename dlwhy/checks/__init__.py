"""What is wrong with a data set or its split, by checks with codes, each with its explanation and false alarm rate."""
