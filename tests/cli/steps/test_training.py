"""What the arguments of `train` become."""

from dlwhy.models.spec import NetworkSpec


def test_a_training_begins_with_another_model_whose_network_it_has_but_for_what_is_given(call):
    other = ("--init-from", "model.keras", "--freeze", "all", "-o", "other.keras")
    stopped = call("dlwhy.training.single.fit.fit", "train", *other, "--dropout", "0.5")

    assert [base.details.task for base in stopped.named["start"].bases] == ["binary"]
    assert stopped.named["start"].freeze == "all"
    assert stopped.given[1] == NetworkSpec(dropout=0.5)


def test_a_training_goes_on(call):
    stopped = call(
        "dlwhy.training.single.fit.resume", "train", "--resume", "model.keras", "--epochs", "70", "--threads", "2"
    )

    trained, dataset = stopped.given
    assert (len(trained.history["loss"]), dataset.name) == (60, "moons")
    del stopped.named["hooks"]
    assert stopped.named == {"epochs": 70, "device": "auto", "threads": 2, "memory": 1024}
