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

    \b
    Examples:
      dlwhy study depth --budget quick
      dlwhy study all --data churn.joblib --dir churn
      dlwhy study show study/depth
      dlwhy study ingredients --data churn.joblib
      dlwhy study compare --arm "layers=64,64" --arm "layers=64,64 dropout=0.3"
      dlwhy study compare -d churn.joblib --arm net:table --arm baseline:svm
      dlwhy study compare -d churn.joblib --arm model:churn.keras --arm net:table
      dlwhy study all --dry-run
    """
    out, words = Output.of(options), options.claims or []
    if options.show_list:
        verdicts.list_claims(out)
        return
    if not words:
        raise UsageError("name a study", "dlwhy study --list shows them")
    if words[0] == "show":
        studying.check(["show"], options)
        conducted = studied.shown(words[1:])
    else:
        conducted = studying.conducted(options, out)
        if options.dry_run:
            return
    answer, page = studied.answered(conducted, options.directory if words[0] != "show" else None)
    verdicts.show([each.report for each in conducted], out, answer=answer, page=page)
    studied.end(conducted, options.fail_unless)
