"""`dlwhy generate`: makes a data set, or imports a table."""

from dlwhy.cli.arguments import command
from dlwhy.cli.show import following
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps.making import Generate, make_and_save


@command
def generate(options: Generate) -> None:
    r"""Make a toy data set, take a bundled one, or import a table, and split it into a train and a test part.

    Of a table, numbers and true/false/yes/no become one feature each, text one for each category; identifiers are left
    out, dates and free text refused by name. What is not obvious is said, with the option that decides otherwise. All
    rows weigh the same: row weights are not supported.

    \b
    Examples:
      dlwhy generate
      dlwhy generate --list
      dlwhy generate blobs --classes 5 --features 10 --noise 2 -o blobs.npz
      dlwhy generate digits -o - | dlwhy train -d - --layers 64,64
      dlwhy generate --from churn.csv --target churned --drop id -o churn.joblib
      dlwhy generate --from shop.csv --target bought --decimal , --na -999
    """
    out = Output.of(options)
    if options.show_list:
        _list(out)
    else:
        make_and_save(options, out)
        if options.table:
            following.say(out, "check", options.output, why="looks for leaks and more")
        else:
            following.say(out, "train", data=options.output, why="trains a network on it")


def _list(out: Output) -> None:
    """Print the data sets that can be made."""
    from dlwhy.data.toys.registry import REGISTRY

    if out.as_json:
        fields = ("name", "task", "samples", "features", "classes", "purpose", "takes")
        out.json({"datasets": [{field: getattr(each, field) for field in fields} for each in REGISTRY.values()]})
        return
    rows = ((each.name, each.task, each.size, each.purpose) for each in REGISTRY.values())
    out.table(("name", "task", "size", "what it is for"), rows)
