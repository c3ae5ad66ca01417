"""`dlwhy train`: trains a network on a data set and saves it as a Keras model."""

from dlwhy.cli.arguments import command
from dlwhy.cli.show import following
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps import replicas, training
from dlwhy.cli.steps.inputs import start_while_waiting
from dlwhy.cli.steps.recipe import Train


@command
def train(options: Train) -> None:
    r"""Train a network on a data set and save it as a Keras model.

    The model file carries its history, its options and the names of features and classes. The test part draws the
    validation curve and decides nothing; --patience holds out a part of the training data instead.

    Ctrl-C ends after the epoch in hand, or with the one before where an epoch takes long, and saves what there is
    (exit 130). A loss that is no longer a finite number ends at once (exit 3).

    --inputs hands the network features that are made of the data's by a closed grammar: names, powers, products, sin,
    cos and abs. The model takes the data's features all the same, and makes its own of them.

    --snapshots keeps the weights at so many moments in the model file, dense at the start, from the untrained network
    to the last epoch; it changes nothing else. A training that goes on with --resume keeps as many.

    \b
    Examples:
      dlwhy train --epochs 100
      dlwhy train -d digits.joblib --layers 64,64 --dropout 0.2 --patience 10
      dlwhy train -d circles.joblib --layers none --inputs x0^2,x1^2
      dlwhy train --snapshots 30 && dlwhy plot gradients
      dlwhy train --replicas 32 --save best --validation-split 0.2
      dlwhy train --resume model.keras --epochs 200 -o longer.keras
      dlwhy train -d odd.joblib --init-from even.keras --freeze all
      dlwhy generate moons -o - | dlwhy train -d - -o - > model.keras
    """
    training.check(options)
    from dlwhy.data.stored import storage

    start_while_waiting(options.data)
    dataset = storage.read(options.data, max_size=options.max_size)
    step = training if options.replicas is None else replicas
    out = Output.of(options)
    step.train_and_save(options, dataset, out)
    if options.save != "all":
        following.say(out, "evaluate", model=options.output, data=options.data, why="scores it on held-out rows")
