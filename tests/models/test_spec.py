"""The choices that make a network."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlwhy.errors import UsageError
from dlwhy.models.network import NetworkSpec
from dlwhy.models.spec import ACTIVATIONS, INITIALIZERS


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layers": (0,)}, "--layers must be"),
        ({"layers": (-1,)}, "--layers must be"),
        ({"layers": (10**9,)}, "--layers must be"),
        ({"layers": (10,) * 129}, "--layers must be"),
        ({"layers": (True,)}, "--layers must be"),
        ({"layers": 10}, "--layers must be"),
        ({"activation": "softmax"}, "--activation must be one of relu, tanh"),
        ({"initializer": "zeros"}, "--initializer must be one of glorot_uniform"),
        ({"dropout": 1.5}, "--dropout must be a number from 0 up to, not including, 1 (got 1.5)"),
        ({"dropout": 1}, "--dropout"),
        ({"dropout": float("nan")}, "--dropout"),
        ({"dropout": "0.1"}, "--dropout"),
        ({"l1": -1.0}, "--l1 must be a finite number >= 0 (got -1.0)"),
        ({"l2": float("inf")}, "--l2"),
        ({"residual": 1}, "--residual must be true or false"),
        ({"batch_norm": True, "layer_norm": True}, "--batch-norm and --layer-norm exclude each other"),
    ],
    ids=lambda value: "" if isinstance(value, str) else str(value)[:30],
)
def test_case_61_a_value_that_can_not_be_is_refused(options: dict, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        NetworkSpec(**options)

    assert refused.value.message.startswith(message)
    assert len(refused.value.message) < 300


specs = st.builds(
    NetworkSpec,
    layers=st.lists(st.integers(1, 16_384), max_size=5).map(tuple),
    activation=st.sampled_from(ACTIVATIONS),
    initializer=st.sampled_from(INITIALIZERS),
    batch_norm=st.booleans(),
    dropout=st.floats(0, 1, exclude_max=True),
    residual=st.booleans(),
    l1=st.floats(0, 1e6),
    l2=st.floats(0, 1e6),
)


@given(specs)
@settings(max_examples=50)
def test_a_specification_survives_json(spec: NetworkSpec) -> None:
    import json

    assert NetworkSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec


def test_an_option_of_a_later_version_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown network option colour"):
        NetworkSpec.from_json({"colour": "red"})
