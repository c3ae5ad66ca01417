"""Ask of a data set whether deep learning works there, and why; importing this costs nothing."""

__version__ = "0.1.0"
