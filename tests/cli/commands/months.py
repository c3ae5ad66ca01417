"""Tables of several months, with a model that was made on the first."""

import random

import numpy as np

from dlwhy.data.stored import storage
from dlwhy.models.keras_file import archive
from tests.cli.commands.toys import trained_on

BONUS = {"berlin": 30, "paris": 0, "rome": -30, "vienna": 0}


def month(towns=("berlin", "paris", "rome"), *, gaps=0.1, seed=46, n=200, only=None):
    """Give rows of a table as CSV; where age is known `only` above a number, its median is another."""
    chance = random.Random(seed)
    lines = ["left,town,age"]
    for _ in range(n):
        town, age = chance.choice(towns), chance.randint(20, 80)
        left = "yes" if age + BONUS[town] + chance.gauss(0, 4) > 50 else "no"
        missing = chance.random() < gaps if only is None else age <= only
        lines.append(f"{left},{town},{'' if missing else age}")
    return "\n".join(lines) + "\n"


MONTHS = {
    "same": month(seed=1),
    "fewer": month(("berlin", "paris"), seed=2),
    "swapped": month(("berlin", "paris", "vienna"), seed=3),
    "gaps": month(gaps=0, only=55, seed=4),
    "reordered": month(("vienna", "rome"), seed=5),
    "whole": month(gaps=0, seed=6),
}


# made once for all tests that ask for the same
_models: dict = {}


def with_model(dlwhy, folder, january=None, target="left", *arguments):
    """Write January's table, its data set, and a model on it that has learnt nothing but tells rows apart."""
    (folder / "january.csv").write_text(january or month())
    made = dlwhy("generate", "--from", "january.csv", "--target", target, "-o", "january.joblib", "-q", *arguments)
    assert made.code == 0, made.err
    dataset = storage.read(folder / "january.joblib")
    if dataset.fingerprint not in _models:
        _models[dataset.fingerprint] = _all_tell(dataset)
    trained, content = _models[dataset.fingerprint]
    (folder / "m.keras").write_bytes(content)
    return trained


def _all_tell(dataset):
    """Give a model, and its file's content."""
    trained = trained_on(dataset)
    # each feature decides somewhere: random weights would leave some out
    kernel, bias, out, last = trained.model.get_weights()
    scale = np.maximum(1, np.abs(dataset.X_train).mean(0))[:, None]
    kernel[:] = np.linspace(-1, 1, kernel.size).reshape(kernel.shape) / scale
    bias[:], last[:] = 0.5, -0.2
    trained.model.set_weights([kernel, bias, np.linspace(-1, 1.1, out.size, dtype=np.float32).reshape(out.shape), last])
    return trained, archive.to_bytes(trained)
