"""Run the command line as `python -m dlwhy`."""

from dlwhy.cli import main

main()
