"""`dlwhy cache`: the compiled programs that are kept between runs, and how to be rid of them."""

from typing import Literal

from dlwhy.cli import options as shared
from dlwhy.cli.arguments import argument, command, frozen_options
from dlwhy.cli.show.console import Output
from dlwhy.text import display


@frozen_options
class Cache(shared.Common):
    """The options of `dlwhy cache`."""

    action: Literal["clear"] | None = argument(None, "What to do; nothing shows the cache.", show_default=False)


@command
def cache(options: Cache) -> None:
    r"""Show or empty the cache of compiled programs.

    The cache spares a second or two of compiling when a training like an earlier one is run; a run never depends on
    it. It lies in your own cache folder and never grows beyond 256 MiB; nothing but dlwhy's own programs is removed.

    \b
    Examples:
      dlwhy cache
      dlwhy cache clear
    """
    from dlwhy.training import programs

    usage = programs.clear() if options.action else programs.usage()
    folder, mebibytes = programs.folder(), usage.bytes / (1 << 20)
    out = Output.of(options)
    if out.as_json:
        key = "removed" if options.action else "programs"
        out.json({"folder": str(folder) if folder else None, key: usage.programs, "bytes": usage.bytes})
    else:
        verb = " removed" if options.action else ""
        where = display(folder, 300) if folder else "no home folder, so nothing is kept"
        out.text(f"{where}: {usage.programs} programs, {mebibytes:.1f} MiB{verb}")
