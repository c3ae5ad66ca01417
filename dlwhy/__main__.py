#!python
"""Run the command line: as `python -m dlwhy`, and, copied beside that Python, as `dlwhy`.

That script is not made by pip of an entry point: pip's imports other things first, in which no signal is heard yet.
"""

from dlwhy.cli import main

if __name__ == "__main__":  # worker processes import it under another name
    main()
