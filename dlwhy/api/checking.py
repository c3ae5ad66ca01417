"""Checking data sets."""

from dlwhy.checks import run
from dlwhy.errors import in_python

__all__ = ["check"]

check = in_python(run.check)
