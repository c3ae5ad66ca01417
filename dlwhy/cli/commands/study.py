"""`dlwhy study`: the essay's claims as controlled experiments."""

from dlwhy.cli.arguments import command
from dlwhy.cli.show import verdicts
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps import studied, studying
from dlwhy.cli.steps.studying import Study
from dlwhy.errors import UsageError


@command
def study(options: Study) -> None:
    r"""Test the essay's claims: where depth, data, compute, algorithms, transfer and one recipe help, and where not.

    Each claim is tested with many seeds against a positive control, where it should hold, a negative one, where it
    should not, and an A/A arm that shows the noise. A study that was interrupted goes on where it was.

    The answer is printed on one screen, --details has every prediction. dlwhy study show prints it again, dlwhy study
    compare sets arms of your own side by side.

    \b
    Examples:
      dlwhy study depth --budget quick
      dlwhy study all --data churn.joblib --dir churn
      dlwhy study show study/depth
      dlwhy study ingredients --data churn.joblib
      dlwhy study compare --arm "layers=64,64" --arm "layers=64,64 dropout=0.3"
      dlwhy study all --dry-run
    """
    words = options.claims or []
    if options.show_list:
        verdicts.list_claims(Output.of(options))
    elif not words:
        raise UsageError("name a study", "dlwhy study --list shows them")
    elif words[0] == "show":  # behind an option: dlwhy study --quiet show DIR
        studying.check(["show"], options)
        studied.show(options.to(studied.Show, folders=words[1:]))
    else:
        studying.run_and_show(options)
