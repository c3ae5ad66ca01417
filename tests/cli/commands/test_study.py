"""`dlwhy study` as a user meets it: what it prints, writes, refuses, and how it ends."""

import dataclasses
import json
import os

import pytest

from dlwhy.data import make
from dlwhy.data.stored import storage
from dlwhy.studies.bench import workers
from dlwhy.studies.claims import registry
from dlwhy.studies.plan.study import Outcome, Run
from tests.studies import tiny

SMALL = ("study", "tiny", "--seeds", "6")
pytestmark = pytest.mark.usefixtures("tiny_claim")


def test_a_study_prints_effects_verdicts_and_the_noise_floor(tmp_path, dlwhy_in_process):
    done = dlwhy_in_process(*SMALL, "--details")
    assert done.code == 0, done.err
    assert "noise floor (A/A" in done.out
    assert "svm - logistic" in done.out.replace("\n", " ")
    assert "verdict on tiny:" in done.out
    assert "66/66 runs" in done.err
    assert "runs/s" in done.err
    folder = tmp_path / "study" / "tiny"
    assert {path.name for path in folder.iterdir()} == {
        ".lock", "design.json", "figure.png", "runs", "runs.jsonl", "study.json", "summary.csv",
    }  # fmt: skip
    assert (folder / "figure.png").read_bytes().startswith(b"\x89PNG")


def test_json_is_one_object_for_one_study_and_an_array_for_several(dlwhy_in_process, monkeypatch):
    monkeypatch.setitem(registry.CLAIMS, "small", dataclasses.replace(tiny.CLAIM, name="small"))
    only = ("--seeds", "6", "--only", "moons", "--json", "--quiet")
    one = dlwhy_in_process("study", "tiny", *only)
    assert one.code == 0, one.err
    report = json.loads(one.out)
    assert report["schema"] == "dlwhy.study/1"
    assert report["study"] == "tiny"
    assert {"budget", "base_seed", "smallest_effect", "alpha", "verdict", "controls_ok", "a_a", "predictions", "arms",
            "failures", "seconds", "trainings", "command", "versions"} <= set(report)  # fmt: skip
    two = dlwhy_in_process("study", "tiny", "small", "tiny", *only)
    assert two.code == 0, two.err
    assert [each["study"] for each in json.loads(two.out)] == ["tiny", "small"]
    assert not two.err
    shown = dlwhy_in_process("study", "show", "study", "--json")
    assert {each["study"] for each in json.loads(shown.out)} == {"tiny", "small"}


def test_list_names_every_study(dlwhy_in_process):
    done = dlwhy_in_process("study", "--list")
    assert done.code == 0
    assert all(name in done.out for name in (*registry.CLAIMS, "compare"))
    assert json.loads(dlwhy_in_process("study", "--list", "--json").out)[0]["study"] == "depth"


def test_help_has_examples(dlwhy_in_process):
    done = dlwhy_in_process("study", "--help")
    assert done.code == 0
    for example in ("dlwhy study depth --budget quick", "dlwhy study show study/depth", "--dry-run"):
        assert example in done.out


def test_a_dry_run_says_what_would_be_run_and_runs_nothing(tmp_path, dlwhy_in_process):
    done = dlwhy_in_process("study", "depth", "--budget", "quick", "--dry-run")
    assert done.code == 0
    assert "depth 3" in done.out
    assert "parameters" in done.out
    assert "12 seeds" in done.err
    assert "about" in done.err
    plan = json.loads(dlwhy_in_process("study", "depth", "--budget", "quick", "--dry-run", "--json").out)
    assert plan["runs"] == 12 * len(plan["arms"])
    assert plan["seconds"] > 0
    assert {"arm", "task", "role", "runs", "trainings", "parameters", "seconds"} <= set(plan["arms"][0])
    plans = json.loads(dlwhy_in_process("study", "depth", "data", "--dry-run", "--json").out)
    assert [each["study"] for each in plans] == ["depth", "data"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nothing",),
        ("depth", "nothing"),
        ("tiny", "--budget", "nonsense"),
        ("tiny", "--seeds", "0"),
        ("tiny", "--seeds", "-3"),
        ("tiny", "--seeds", "1000000"),
        ("tiny", "--seed", "-1"),
        ("tiny", "--seed", "4294967296"),
        ("tiny", "--epochs", "0"),
        ("tiny", "--alpha", "0"),
        ("tiny", "--alpha", "1"),
        ("tiny", "--alpha", "nan"),
        ("tiny", "--smallest-effect", "-1"),
        ("tiny", "--smallest-effect", "inf"),
        ("tiny", "--only", "nothing"),
        ("tiny", "--only", ""),
        ("tiny", "--jobs", "0"),
        ("tiny", "--jobs", "-1"),
        ("tiny", "--cluster", ""),
        ("tiny", "--fail-unless", "perfect"),
        ("tiny", "--arm", "layers=3"),
        ("tiny", "--match", "parameters"),
        ("tiny", "--source", "m.keras"),
        ("show",),
        ("show", "a", "--jobs", "0"),
    ],
    ids=" ".join,
)
def test_case_61_what_can_not_be_is_refused_in_one_line(tmp_path, dlwhy_in_process, arguments):
    done = dlwhy_in_process("study", *arguments)
    assert done.code == 2, done.err
    assert done.error
    assert not list(tmp_path.glob("study/*/runs/*"))


def test_only_may_name_what_one_of_several_studies_has(dlwhy_in_process):
    asked = ("study", "depth", "data", "versatility", "--dry-run", "--json")
    plans = json.loads(dlwhy_in_process(*asked, "--only", "moons", "--only", "linear-noise: logistic").out)
    assert {plan["study"]: {arm["task"] for arm in plan["arms"]} for plan in plans} == {
        "data": {"moons"},
        "versatility": {"moons", "linear-noise"},
    }
    assert json.loads(dlwhy_in_process(*asked, "--only", "tent-4").out)["study"] == "depth"
    refused = dlwhy_in_process(*asked, "--only", "moons", "--only", "nothing", "--only", "nil")
    assert refused.code == 2
    assert refused.error == "--only nil, nothing: no such task or arm in depth, data, versatility"


def test_bad_data_are_refused_before_anything_runs(tmp_path, dlwhy_in_process, monkeypatch):
    monkeypatch.setattr(workers, "run_arm", None)
    (tmp_path / "bad.csv").write_text("x,y\n1,a\n2\n")
    (tmp_path / "bad.npz").write_bytes(b"no")
    for name, code in (("bad.csv", 65), ("bad.npz", 65), ("missing.csv", 66), (".", 66)):
        done = dlwhy_in_process(*SMALL, "--data", name)
        assert done.code == code
        assert done.error
    assert not (tmp_path / "study").exists()


def test_own_data_come_from_a_file_or_from_stdin(tmp_path, dlwhy_in_process):
    storage.write(make("moons", samples=60), tmp_path / "mine.csv")
    arguments = ("study", "depth", "--budget", "quick", "--dry-run", "--json")
    by_name = json.loads(dlwhy_in_process(*arguments, "-d", "mine.csv").out)
    piped = json.loads(dlwhy_in_process(*arguments, "-d", "-", stdin=(tmp_path / "mine.csv").read_bytes()).out)
    for plan in (by_name, piped):
        mine = [arm for arm in plan["arms"] if arm["role"] == "own"]
        assert mine
        assert all(arm["parameters"] for arm in mine if arm["arm"].startswith("depth"))
    assert len(by_name["arms"]) == len(piped["arms"])
    empty = dlwhy_in_process(*arguments, "-d", "-")
    assert empty.code == 65
    assert empty.error


def test_a_file_in_the_place_of_the_folder_exits_73(tmp_path, dlwhy_in_process):
    (tmp_path / "file").write_text("x")
    done = dlwhy_in_process(*SMALL, "--dir", "file")
    assert done.code == 73
    assert "file" in done.error
    assert (tmp_path / "file").read_text() == "x"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_can_not_be_written_exits_73(tmp_path, dlwhy_in_process):
    (tmp_path / "closed").mkdir(mode=0o500)
    assert dlwhy_in_process(*SMALL, "--dir", "closed").code == 73


def test_the_gate_holds_or_exits_4(tmp_path, dlwhy_in_process):
    done = dlwhy_in_process(*SMALL, "--json")
    verdict = json.loads(done.out)["verdict"]
    for wanted in ("supported", "not supported"):
        gated = dlwhy_in_process(*SMALL, "--fail-unless", wanted, "--quiet")
        assert gated.code == (0 if wanted == verdict else 4)
        if gated.code:
            assert gated.error == f"verdict on tiny: {verdict}"
            assert "verdict on tiny" in gated.out
    by_show = dlwhy_in_process("study", "show", "study", "--fail-unless", "supported", "--quiet")
    assert by_show.code == (0 if verdict == "supported" else 4)


def test_fault_4_a_report_that_was_touched_passes_no_gate_and_no_picture_stays_torn(tmp_path, dlwhy_in_process):
    asked = (*SMALL, "--only", "moons: logistic", "--only", "moons: majority")
    first = dlwhy_in_process(*asked, "--json")
    folder, verdict = tmp_path / "study" / "tiny", json.loads(first.out)["verdict"]
    wanted = "not supported" if verdict == "supported" else "supported"
    picture = (folder / "figure.png").read_bytes()
    for edited in (wanted, f"{wanted}\x1b[2J"):
        (folder / "study.json").write_text(json.dumps({**json.loads(first.out), "verdict": edited}))
        assert dlwhy_in_process(*asked, "--fail-unless", wanted, "--quiet").code == 4
        assert json.loads((folder / "study.json").read_text())["verdict"] == verdict
    (folder / "figure.png").write_bytes(picture[:1000])
    assert dlwhy_in_process(*asked).code == 0
    assert (folder / "figure.png").read_bytes() == picture


def test_fault_4_foreign_text_reaches_no_terminal_raw(tmp_path, dlwhy_in_process):
    (tmp_path / "data").mkdir()
    assert dlwhy_in_process("study", "compare", "-d", "moons.npz", "--arm", "baseline:majority").code == 66
    storage.write(dataclasses.replace(make("moons", samples=60), name="a\x1b[2Jb"), tmp_path / "mine.npz")
    arms = ("--arm", "baseline:majority", "--arm", "baseline:logistic", "--seeds", "2")
    done = dlwhy_in_process("study", "compare", "-d", "mine.npz", *arms)
    assert done.code == 0, done.err
    assert "\x1b" not in done.out + done.err
    design = tmp_path / "study" / "compare" / "design.json"
    design.write_text(design.read_text().replace("a\\\\x1b[2Jb", "a\\u001b[2Jb"))
    assert "\\u001b[2J" in design.read_text()
    shown = dlwhy_in_process("study", "show", "study")
    assert "\x1b" not in shown.out + shown.err


@pytest.fixture(scope="module")
def on_blobs(tmp_path_factory):
    """A folder with a table on which the claim does not hold, though it holds on the controls."""
    folder = tmp_path_factory.mktemp("own")
    storage.write(make("blobs", samples=400), folder / "blobs.npz")
    return folder


@pytest.fixture
def mine(on_blobs, tmp_path, dlwhy_in_process):
    """Run the small study on that table; its rows are there already but for the first time."""
    asked = ("study", "tiny", "--seeds", "8", "-d", on_blobs / "blobs.npz", "--dir", on_blobs / "study")
    return lambda *more: dlwhy_in_process(*asked, *more)


def test_own_data_come_first_and_the_controls_are_the_second_line(mine):
    done = mine("--quiet")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == "tiny on blobs (yours): does the claim hold?"
    assert lines[1:3] == [
        "verdict on your data (blobs (yours)): not supported",
        "the lab works: the claim holds on moons, where it should, and is not seen on linear",
    ]
    details = mine("--quiet", "--details").out
    assert "P1 yours" in next(line for line in details.splitlines() if "P1" in line)
    assert details.splitlines()[-2:] == lines[1:3]
    assert "alpha 0.05" in details


def test_several_studies_are_shown_as_they_end_and_then_in_one_table(mine, dlwhy_in_process, monkeypatch):
    monkeypatch.setitem(registry.CLAIMS, "small", dataclasses.replace(tiny.CLAIM, name="small"))
    done = dlwhy_in_process("study", "tiny", "small", "--seeds", "6", "--only", "moons", "--quiet")
    assert done.code == 0, done.err
    each, table = done.out.split("\n\n")[:2], done.out.split("\n\n")[2]
    assert [part.splitlines()[0].partition(":")[0] for part in each] == ["tiny", "small"]
    for part in each:
        name = part.partition(":")[0]
        assert f"picture       study/{name}/figure.png" in part
        assert f"all results   study/{name}/study.json" in part
    assert "picture in study" in table
    assert [line.split()[0] for line in table.splitlines()[2:]] == ["tiny", "small"]
    assert "points [" in table
    assert dlwhy_in_process("study", "show", "study", "--quiet").out.split()[0] == "study"
    assert dlwhy_in_process("study", "show", "study/small", "study/tiny", "--quiet").out.count("figure.png") == 2


def test_json_has_own_data_first_and_says_whose_verdict_it_is(mine):
    report = json.loads(mine("--json").out)
    assert (report["verdict"], report["verdict_about"]) == ("not supported", "own")
    assert report["verdict_tasks"] == ["blobs (yours)"]
    assert (report["controls_verdict"], report["controls_ok"]) == ("supported", True)
    assert report["predictions"][0]["role"] == report["arms"][0]["role"] == "own"
    assert report["headline"]["title"] == "tiny on blobs (yours): does the claim hold?"


def test_the_gate_is_on_own_data_where_there_are_any(mine):
    gated = mine("--fail-unless", "supported", "--quiet")
    assert (gated.code, gated.error) == (4, "tiny: verdict on your data (blobs (yours)): not supported")
    assert mine("--fail-unless", "not supported", "--quiet").code == 0


def test_a_gate_without_a_prediction_on_own_data_does_not_hold(mine):
    gated = mine("--only", "moons", "--fail-unless", "supported", "--quiet")
    assert (gated.code, gated.error) == (4, "no verdict on your data in tiny")


def test_only_changes_what_the_verdict_is_on_and_says_so(mine, dlwhy_in_process):
    own = mine("--only", "blobs (yours)", "--quiet").out.splitlines()
    assert own[0] == "tiny on blobs (yours): does the claim hold? (only blobs (yours))"
    assert own[1:3] == [
        "verdict on your data (blobs (yours)): not supported",
        "the lab: no positive control was run, so nothing shows that it works",
    ]
    moons = dlwhy_in_process(*SMALL, "--only", "moons", "--quiet").out
    assert "verdict on tiny, only moons: supported" in moons
    linear = json.loads(dlwhy_in_process(*SMALL, "--only", "linear", "--json").out)
    assert (linear["verdict"], linear["verdict_about"]) == ("withheld", "nothing")
    assert linear["only"] == ["linear"]


@pytest.mark.parametrize(("seeds", "said"), [("6", False), ("5", True), ("2", True)])
def test_too_few_seeds_are_said_before_anything_runs(seeds, said, dlwhy_in_process, monkeypatch):
    asked = ("study", "tiny", "--seeds", seeds, "--only", "moons")
    plan = dlwhy_in_process(*asked, "--dry-run")
    assert "a verdict takes 6 seeds at least (1 prediction, alpha 0.05)" in plan.err
    assert json.loads(dlwhy_in_process(*asked, "--dry-run", "--json").out)["needs"]["can_be_supported"] is not said
    done = dlwhy_in_process(*asked)
    assert (f"dlwhy: warning: tiny: {seeds} seeds: effects with intervals, but no verdict" in done.err) is said
    assert ("; too few seeds for a verdict." in done.out) is said
    assert "svm is better, by" in done.out  # with its size, whatever the verdict


def test_case_89_failures_exit_3_with_their_cause(tmp_path, dlwhy_in_process, monkeypatch):
    real = workers.run_arm

    def run_arm(arm, seeds, own):
        if arm.name != "svm":
            return real(arm, seeds, own)
        reason = "no luck\x1b[2J"
        return Outcome(runs=tuple(Run(seed=seed, metrics={}, status="failed", reason=reason) for seed in seeds.report))

    monkeypatch.setattr(workers, "run_arm", run_arm)
    done = dlwhy_in_process(*SMALL, "--quiet")
    assert done.code == 3
    assert "12 runs failed or diverged; study/tiny/summary.csv says which and why" in done.error
    assert "verdict on tiny" in done.out
    assert "\x1b[2J" not in done.out + done.err
    assert "no luck" in (tmp_path / "study/tiny/summary.csv").read_text()
    monkeypatch.setattr(workers, "run_arm", real)
    assert dlwhy_in_process(*SMALL, "--quiet").code == 3
    assert dlwhy_in_process(*SMALL, "--quiet", "--retry-failed").code == 0


def test_tables_go_with_versatility_and_are_read_before_anything_runs(tmp_path, dlwhy_in_process):
    assert "--tables goes with dlwhy study versatility" in dlwhy_in_process("study", "tiny", "--tables", "mine").err
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "torn.joblib").write_bytes(b"torn")
    refused = dlwhy_in_process("study", "versatility", "--tables", "mine")
    assert refused.code == 65
    assert "torn.joblib" in refused.error
    assert not (tmp_path / "study").exists()
