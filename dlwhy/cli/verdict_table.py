"""How studies are shown: the list, the plan of a dry run, and the table of predictions with their verdicts."""

from collections.abc import Mapping, Sequence
from typing import Any

from dlwhy.cli.console import Output
from dlwhy.errors import display

_COLUMNS = ("prediction", ">effect [interval]", ">n", ">p", "verdict")


def list_claims(out: Output) -> None:
    """Print the studies there are."""
    from dlwhy.studies.claims import CLAIMS, COMPARE

    rows = [*CLAIMS.items(), (COMPARE, "your own recipes against each other")]
    if out.as_json:
        out.json([{"study": name, "claim": claim} for name, claim in rows])
    else:
        out.table(("study", "claim"), rows)


def show_plans(plans: Sequence[Mapping[str, Any]], out: Output) -> None:
    """Print what studies would do."""
    if out.as_json:
        out.json(plans[0] if len(plans) == 1 else list(plans))
        return
    for plan in plans:
        rows = [
            (arm["task"], arm["role"], arm["arm"], _count(arm["parameters"]), str(arm["runs"]), str(arm["trainings"]))
            for arm in plan["arms"]
        ]
        title = f"{plan['study']}: {plan['claim']}"
        out.table(("task", "role", "arm", ">parameters", ">runs", ">trainings"), rows, title=title)
        out.note(
            f"{plan['study']}: {len(plan['arms'])} arms, {plan['seeds']} seeds, {plan['runs']} runs, "
            f"{plan['trainings']} trainings, about {_time(plan['seconds'])}"
        )


def show(reports: Sequence[Mapping[str, Any]], out: Output) -> None:
    """Print what studies found: with `--json` the reports, else a table each and a sentence a prediction."""
    if out.as_json:
        out.json(reports[0] if len(reports) == 1 else list(reports))
        return
    for report in reports:
        _show_one(report, out)
    from dlwhy.studies.in_short import answers

    said = answers(reports)
    if said:
        out.text("in short, on your data:")
    for sentence in said:
        out.text(f"- {display(sentence, 600)}")


def _show_one(report: Mapping[str, Any], out: Output) -> None:
    out.text(f"{report['study']}: {report['claim']}")
    if report["a_a"]:
        floor = report["a_a"]
        out.text(
            f"noise floor (A/A, {floor['arm']} on {display(floor['task'])}): {_effect(floor)},"
            f" {floor['n_seeds']} seeds; smallest detectable effect {floor['detectable']:.4f}"
        )
    rows = [_row(each) for each in report["predictions"]]
    out.table(_COLUMNS, rows)
    if not all(each["primary"] for each in report["predictions"]):
        out.text("* secondary: not corrected for their number, and no part of the verdict")
    _show_cautions(report, out)
    for sentence in dict.fromkeys(each["sentence"] for each in report["predictions"] if each["sentence"]):
        out.text(f"- {display(sentence, 400)}")
    for caveat in report["caveats"]:
        out.text(f"- {display(caveat, 400)}")
    for line in report.get("descriptive", {}).get("lines", ()):
        out.text(f"- {display(line, 400)}")
    reasons = f" ({'; '.join(display(reason, 200) for reason in report['reasons'])})" if report["reasons"] else ""
    out.text(f"verdict on {report['study']}: {report['verdict']}{reasons}")
    cautions = list(report["a_a"]["cautions"]) if report["a_a"] else []
    if not report.get("complete", True):
        cautions.append("not all arms have run yet")
    for caution in cautions:
        out.note(f"caution: {caution}")


def _show_cautions(report: Mapping[str, Any], out: Output) -> None:
    """Print what stands beside the numbers, and how many seeds would settle what is open."""
    for each in report["predictions"]:
        for caution in each["cautions"]:
            out.text(f"caution on {_name(each)}: {display(caution, 200)}")
        if each["verdict"] == "inconclusive" and each.get("seeds_needed"):
            out.text(f"open on {_name(each)}: about {each['seeds_needed']} seeds would probably settle it")


def _row(finding: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        f"{_name(finding)}: {display(finding['contrast'], 60)}",
        _effect(finding),
        str(finding["n_seeds"]),
        _p(finding["p_holm"] if finding["p_holm"] is not None else finding["p"]),
        finding["verdict"],
    )


def _name(finding: Mapping[str, Any]) -> str:
    primary = "" if finding["primary"] else "*"
    return f"{finding['id']}{primary} {display(finding['task'], 30)} ({finding['role']})"


def _effect(finding: Mapping[str, Any]) -> str:
    if finding["effect"] is None:
        return ""
    low, high = finding["ci_low"], finding["ci_high"]
    interval = "" if low is None or high is None else f" [{low:+.3f}, {high:+.3f}]"
    return f"{finding['effect']:+.3f}{interval}"


def _p(value: float | None) -> str:
    return "" if value is None else "< .001" if value < 0.001 else f"{value:.3f}"


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
