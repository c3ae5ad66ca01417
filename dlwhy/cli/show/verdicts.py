"""How studies are shown: the list, the plan of a dry run, and the table of predictions with their verdicts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dlwhy.cli.show.console import Output
from dlwhy.text import display

# what a verdict leaves unsaid
_MORE = {
    ("not supported", "hurts"): "worse",
    ("not supported", "makes no difference"): "no difference",
    ("inconclusive", "probably helps"): "probably yes",
}
_LONGEST = 600
# whose report has the answer in it
_JUDGE = "versatility"


def list_claims(out: Output) -> None:
    """Print the studies there are."""
    from dlwhy.studies.claims import registry

    rows = [(each.name, each.in_short) for each in (*registry.CLAIMS.values(), registry.claim(registry.COMPARE))]
    for name, whole in registry.ON_OWN.items():
        rows.append((name, f"with --data: what {whole} asks of your own table, {registry.claim(whole).question}"))
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
        if plan["split"]:
            out.note(f"{plan['study']}: your data are {plan['split']}")
        out.note(f"{plan['study']}: {plan['needs']['says']}")
    if len(plans) > 1:
        arms, runs, trainings, seconds = (
            sum(len(plan[name]) if name == "arms" else plan[name] for plan in plans)
            for name in ("arms", "runs", "trainings", "seconds")
        )
        out.note(f"all {len(plans)} studies: {arms} arms, {runs} runs, {trainings} trainings, about {_time(seconds)}")


def warn_of_few_seeds(plans: Sequence[Mapping[str, Any]], out: Output) -> None:
    """Say before anything runs where no prediction can end in supported."""
    for plan in plans:
        if not plan["needs"]["can_be_supported"]:
            out.note(f"dlwhy: warning: {plan['study']}: {plan['needs']['says']}")


def show_json(reports: Sequence[Mapping[str, Any]], out: Output, answer: Mapping[str, Any] | None) -> None:
    """Print reports, as in ``study.json``; that of the study that judges has the answer in it."""
    told = [{**report, "answer": answer} if report["study"] == _JUDGE else report for report in reports]
    out.json(told[0] if len(told) == 1 else told)


def show_one(report: Mapping[str, Any], out: Output) -> None:
    """Print all that one study found: a table of its predictions, their cautions, and a sentence each."""
    headline, on_own = report["headline"], report["verdict_about"] == "own" and report["own"] is not None
    _show_title(report, out)
    if report["own"] is not None and not on_own:
        out.paragraph(nothing_on_own(report))
    if report["a_a"] and not on_own:
        floor = report["a_a"]
        out.paragraph(
            f"noise floor (A/A, {floor['arm']} on {display(floor['task'])}): {_effect(floor)},"
            f" {floor['n_seeds']} seeds; smallest detectable effect {floor['detectable']:.3f}"
        )
    out.text("")
    columns = ("prediction", ">effect [interval]", ">n", f">p\nalpha {report['alpha']:g}", "verdict")
    out.table(columns, [_row(each, on_own=on_own) for each in report["predictions"]])
    if not all(each["primary"] for each in report["predictions"]):
        out.paragraph("* secondary: not corrected for their number, and no part of the verdict")
    for each in report["predictions"]:
        for caution in each["cautions"]:
            out.paragraph(f"caution on {name(each)}: {display(caution, 200)}")
    for sentence in dict.fromkeys(sentences(report, on_own=on_own)):
        out.item(display(sentence, _LONGEST))
    out.paragraph(display(headline["verdict"], _LONGEST))
    if headline["lab"]:
        out.paragraph(display(headline["lab"], _LONGEST))
    for caution in of_the_whole(report):
        out.note(f"caution: {caution}")


def of_the_whole(report: Mapping[str, Any]) -> list[str]:
    """Return the cautions that are of no one prediction."""
    cautions = list(report["a_a"]["cautions"]) if report["a_a"] else []
    return cautions if report.get("complete", True) else [*cautions, "not all arms have run yet"]


def nothing_on_own(report: Mapping[str, Any]) -> str:
    """Say that a study asked nothing of the user's own data."""
    how = ": name a model to carry over with --source" if report["study"] == "transfer" else ""
    return f"nothing here is on your data{how}"


def _show_title(report: Mapping[str, Any], out: Output) -> None:
    out.paragraph(display(report["headline"]["title"], _LONGEST))
    for caution in report["cautions"]:
        out.paragraph(f"caution: {display(caution, _LONGEST)}")


def _on_tables(report: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Give what is said of other tables of the user's, each for itself and all together."""
    descriptive = report.get("descriptive", {})
    tables = {table["task"] for table in descriptive.get("tables", ())}
    yield from (each["sentence"] for each in told if each["task"] in tables or "tables of yours" in each["task"])
    yield from descriptive.get("on_tables", ())


def sentences(report: Mapping[str, Any], *, on_own: bool) -> Iterator[str]:
    """Give what is said of the predictions, the caveats, and the descriptive lines; with own data, of these alone."""
    from dlwhy.studies.headline import own_lines

    lines = report.get("descriptive", {}).get("lines", ())
    told = [each for each in report["predictions"] if each["sentence"] and each["told"]]
    if not on_own:
        yield from (each["sentence"] for each in told)
        yield from (*report["caveats"], *lines)
        return
    yield from (each["sentence"] for each in told if each["role"] == "own")
    yield from own_lines(report)
    yield from _on_tables(report, told)
    # those on a control say where
    yield from (caveat for caveat in report["caveats"] if not caveat.startswith("On "))
    if report["study"] == "compare":
        yield from lines


def _row(finding: Mapping[str, Any], *, on_own: bool) -> tuple[str, ...]:
    more = _MORE.get((finding["verdict"], finding["outcome"]), "")
    return (
        f"{name(finding, on_own=on_own)}: {display(finding.get('part') or finding['contrast'], 60)}",
        _effect(finding),
        str(finding["n_seeds"]),
        _p(finding["p_holm"] if finding["p_holm"] is not None else finding["p"]),
        f"{finding['verdict']}{more and f': {more}'}",
    )


def name(finding: Mapping[str, Any], *, on_own: bool = False) -> str:
    """Name a prediction, shorter where a title names the user's own data."""
    place = "yours" if on_own and finding["role"] == "own" else f"{display(finding['task'], 30)} ({finding['role']})"
    return f"{finding['id']}{'' if finding['primary'] else '*'} {place}"


def _effect(finding: Mapping[str, Any]) -> str:
    from dlwhy.studies.findings.wording import signed

    if finding["effect"] is None:
        return ""
    low, high = finding["ci_low"], finding["ci_high"]
    interval = "" if low is None or high is None else f" [{signed(low)}, {signed(high)}]"
    return f"{signed(finding['effect'])}{interval}"


def _p(value: float | None) -> str:
    return "" if value is None else "< .001" if value < 0.001 else f"{value:.3f}"


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
