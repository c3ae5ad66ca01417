"""The settings of layers that are read."""

import pytest

from tests.models.refusals import layer, refused, settings_of


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda c: settings_of(c).update(colour="red"), 'layer 2 (Dense): unknown setting "colour"'),
        (lambda c: settings_of(c).update({"k" * 5000: 1}), "unknown setting"),
        (lambda c: layer(c).update(later=1), 'layer 2: unknown setting "later"'),
        (lambda c: c.update(later=1), 'config.json: unknown setting "later"'),
        (lambda c: c["config"].update(later=1), "unknown setting"),
        (lambda c: settings_of(c).update(activation="x" * 5000), "activation must be one of relu"),
        (lambda c: settings_of(c).update(kernel_initializer={"class_name": "x"}), "kernel_initializer must be one of"),
    ],
    ids=range(7),
)
def test_case_34_an_unknown_setting_is_refused_in_few_words(edit, message: str, with_config) -> None:
    text = refused(with_config(edit))

    assert message in text
    assert len(text) < 300 or "kernel_initializer" in text
