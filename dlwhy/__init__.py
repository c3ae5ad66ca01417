"""dlwhy: does deep learning work here, and why?"""

__version__ = "0.1.0"
