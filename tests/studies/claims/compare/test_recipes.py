"""A recipe as text: what it says, and what can not be."""

import pytest

from dlwhy.errors import UsageError
from dlwhy.models.network import NetworkSpec
from dlwhy.studies.claims.compare import design as compare
from dlwhy.studies.claims.compare import recipes
from dlwhy.training.options import TrainingOptions
from tests.studies.claims.compare.given import request


def test_a_recipe_says_what_train_would_be_told():
    made = recipes.parse("layers=64,32 activation=tanh batch-norm  --l2=1e-3 optimizer=sgd batch-size=16", "binary")

    assert made.text == "layers=64,32 activation=tanh batch-norm --l2=1e-3 optimizer=sgd batch-size=16"
    assert made.network == NetworkSpec(layers=(64, 32), activation="tanh", batch_norm=True, l2=1e-3)
    assert made.options == TrainingOptions(optimizer="sgd", batch_size=16, normalize="never")
    assert not made.has_rate


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("lr=0.1", "learning_rate", 0.1),
        ("learning-rate=0.2", "learning_rate", 0.2),
        ("schedule=warm-up", "schedule", "warm-up"),
        ("epochs=7", "epochs", 7),
        ("clip-norm=1", "clip_norm", 1.0),
        ("patience=3", "patience", 3),
        ("class-weight=balanced", "class_weight", "balanced"),
        ("residual", "residual", True),
        ("layer-norm=false", "layer_norm", False),
        ("initializer=he_normal", "initializer", "he_normal"),
        ("dropout=.5", "dropout", 0.5),
    ],
)
def test_each_option_reaches_its_field(text, field, value):
    made = recipes.parse(text, "binary", epochs=50)

    assert getattr(made.network if hasattr(made.network, field) else made.options, field) == value
    assert made.has_rate == (field == "learning_rate")
    assert made.options.epochs == (7 if field == "epochs" else 50)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "says nothing"),
        ("dropuot=0.3", "did you mean dropout?"),
        ("speed=3", "no option speed"),
        ("seed=3", "seed can't differ"),
        ("normalize=always", "normalize can't differ"),
        ("layers", "needs a value, such as layers=64,64"),
        ("layers=a", "layers must be whole numbers"),
        ("layers=0", "--layers must be"),
        ("dropout=1", "--dropout must be"),
        ("dropout=x", "dropout must be a number (got x)"),
        ("lr=nan", "--learning-rate must be"),
        ("lr=-1", "--learning-rate must be"),
        ("epochs=1.5", "epochs must be a whole number"),
        ("epochs=0", "--epochs must be"),
        ("batch-norm=maybe", "batch-norm must be true or false"),
        ("batch-norm layer-norm", "exclude each other"),
        ("optimizer=magic", "--optimizer must be one of"),
        ("layers=3 layers=4", "layers is given twice"),
        ("lr=1 learning-rate=2", "learning-rate is given twice"),
        ("baseline:magic", "no such model for binary"),
        ("baseline:linear", "no such model for binary"),
        ("layers=16384,16384", "parameters"),
        ("\x1b[31m=1", "no option"),
    ],
)
def test_what_can_not_be_is_refused_by_name_before_anything_runs(text, words):
    with pytest.raises(UsageError) as caught:
        compare.design(request("layers=4", text))

    assert words in str(caught.value)
    assert "--arm" in str(caught.value)
    assert "\x1b" not in str(caught.value)
