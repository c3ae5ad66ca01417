"""What several tests of the study of depth start from."""

from dlwhy.studies.request import OwnData

OWN = OwnData(name="mine", fingerprint="0" * 64, rows=400, features=7, classes=2)


def by_depth(gain):
    """Give a mean for each arm: a gain for deeper nets, on the positive controls only."""

    def mean(arm):
        deep = arm.name.startswith("depth") and int(arm.name.split(",")[0].split()[1]) >= 2
        return 0.7 + gain * (deep and arm.task.role == "positive")

    return mean
