"""Draw the pictures of docs/gallery.md by the commands that stand there: `python -m tests.gallery [NAME…]`.

They are run in build/gallery, where studies go on where they were. Pictures that are the same keep their bytes.
"""

import subprocess
import sys
from pathlib import Path

from tests.gallery import page
from tests.gallery.shrinking import shrunk

FOLDER = page.ROOT / "build" / "gallery"


def main(names: list[str]) -> None:
    """Draw all pictures, or those of these names."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    done: set[tuple[str, ...]] = set()
    for section in page.sections(page.PAGE.read_text()):
        if not names or section.picture.stem in names:
            for command in section.commands:
                if command not in done:
                    run(command)
                    done.add(command)
            section.picture.parent.mkdir(exist_ok=True)
            section.picture.write_bytes(shrunk((FOLDER / section.drawn).read_bytes()))
            print(section.picture.relative_to(page.ROOT))  # noqa: T201


def run(command: tuple[str, ...]) -> None:
    """Run a command line of ours as a reader would."""
    program = Path(sys.executable).with_name("dlwhy")
    subprocess.run([program, *command], cwd=FOLDER, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
