"""`dlwhy generate`: makes a data set, or imports a table."""

from dlwhy.cli.arguments import command
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps.making import Generate, list_toys, make_and_save


@command
def generate(options: Generate) -> None:
    r"""Make a toy data set, take a bundled one, or import a table, and split it into a train and a test part.

    Of a table, numbers and true/false/yes/no become one feature each, text one for each category; dates and free text
    are refused by name. All rows weigh the same: row weights are not supported.

    \b
    Examples:
      dlwhy generate
      dlwhy generate --list
      dlwhy generate blobs --classes 5 --features 10 --noise 2 -o blobs.npz
      dlwhy generate digits -o - | dlwhy train -d - --layers 64,64
      dlwhy generate --from churn.csv --target churned --drop id -o churn.joblib
    """
    out = Output.of(options)
    if options.show_list:
        list_toys(out)
    else:
        make_and_save(options, out)
