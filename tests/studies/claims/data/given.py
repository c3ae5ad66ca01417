"""What several tests of the study of data start from."""

from dlwhy.studies.request import OwnData

OWN = OwnData(name="mine", fingerprint="0" * 64, rows=3000, features=7, classes=0)


def error(arm):
    """Give an error that falls as a power of the rows for nets, where there is anything to learn."""
    n = arm.place["n"]
    if arm.task.settings.get("shuffled"):
        return 0.9
    if arm.place["model"] != "net" or arm.task.role == "negative":
        return 0.2 + 0.3 * n**-0.5
    return 0.9 * n**-0.25
