"""Run the command line as `python -m dlwhy`."""

from dlwhy.cli import main

if __name__ == "__main__":  # worker processes import it under another name
    main()
