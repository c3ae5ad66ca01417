"""What a stack prepares for its replicas."""

import numpy as np

from dlwhy.models.network import NetworkSpec
from dlwhy.training import TrainingOptions
from dlwhy.training.stack import data as stack_data
from dlwhy.training.stack.varying import Varying
from tests.training.conftest import small


def test_what_is_numeric_is_seen_in_the_rows_of_a_replica_not_in_those_of_all():
    data = small(n=12_000)
    # an indicator in twelve draws, each with a scale of its own: two values in every one, thirteen in all
    data.X_train[:, 2] = (data.X_train[:, 2] > 0) * np.repeat(np.linspace(1, 2, 12), 1000)
    rows = list(np.arange(12_000, dtype=np.int32).reshape(12, 1000))
    spec, options = NetworkSpec(bins=2), TrainingOptions(normalize="robust", keep_best=4)

    def binned(**own):
        fronts = stack_data.prepare(data, spec, options, Varying(**own), fronts=None).fronts
        return [sorted({*front.bins.columns.tolist()}) for front in fronts]

    assert binned(seeds=range(12), rows=rows, pools=rows) == [[0, 1]] * 12
    assert binned(seeds=[1]) == [[0, 1, 2]]
