"""`dlwhy study show`: what a study found, from its folder."""

from dlwhy.cli.arguments import command
from dlwhy.cli.steps import studied
from dlwhy.cli.steps.studied import Show


@command
def study_show(options: Show) -> None:
    r"""Show again what studies found, on one screen; also while one is still running.

    The report and the picture are made anew from the rows in the folder: no training, no data needed. Of several
    studies a table says how each ended.

    \b
    Examples:
      dlwhy study show study/depth
      dlwhy study show study
      dlwhy study show study/depth --details
      dlwhy study show study --json
    """
    studied.show(options)
