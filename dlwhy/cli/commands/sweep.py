"""`dlwhy sweep`: one option of a training or two, all their values side by side."""

from dlwhy.cli.arguments import command
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps import sweeping
from dlwhy.cli.steps.inputs import start_while_waiting
from dlwhy.cli.steps.sweeping import Sweep


@command
def sweep(options: Sweep) -> None:
    r"""Train a network with every value of one option, or of two, and compare what they come to.

    Values have commas between; those of --layers, whose units have commas between, have slashes. Every combination is
    trained on the same seeds, and scored on rows that are held out of the training part: the test part chooses nothing.
    The best is said to be better than another only where it is on most seeds, beyond chance.

    Ctrl-C ends it at once, and nothing is kept (exit 130): not all values would have been trained alike.

    What comes of it is a file for `dlwhy plot sweep`: the loss curves over one another, and what each has learnt.

    \b
    Examples:
      dlwhy sweep --learning-rate .0001,.01,1
      dlwhy sweep --layers none/2/10,10/64,64 --seeds 9
      dlwhy sweep --lr .001,.01,.1 --layers 2/10,10/64,64 -o spirals.json
      dlwhy plot sweep -m spirals.json -o spirals.png
    """
    sweeping.check(options)
    from dlwhy.data.stored import storage

    start_while_waiting(options.data)
    dataset = storage.read(options.data, max_size=options.max_size)
    sweeping.sweep_and_save(options, dataset, Output.of(options))
