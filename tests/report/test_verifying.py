import dataclasses

import pytest

from dlwhy.data.stored import storage
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.report import html, proof, verifying
from dlwhy.studies.plan.study import Arm, Task
from tests.cli.commands.toys import dataset_of


@pytest.fixture(scope="module")
def claims(page, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "p.html"
    path.write_text(html.render(page, html.language("en")))
    return proof.read(path)


@pytest.fixture(scope="module")
def own(demo):
    return storage.read(demo / "dataset.joblib")


def test_a_run_that_is_run_again_comes_out_the_same(claims, own):
    chosen = verifying.choose(claims, 3, 7, own)

    found = list(verifying.rerun(chosen, own))

    assert [run.row for run in found] == [row for _, row in chosen]
    assert {run.found for run in found} == {"same"}


def test_a_score_that_was_changed_is_found(claims, own):
    chosen = verifying.choose(claims, 1, 7, own)
    forged = [(claimed, dataclasses.replace(row, value=row.value - 0.03)) for claimed, row in chosen]

    (run,) = verifying.rerun(forged, own)

    assert run.found == "other"
    assert run.as_json()["again"] == pytest.approx(run.as_json()["page"] + 0.03)


@pytest.mark.parametrize(
    ("page", "again", "status", "found"),
    [
        (0.9, 0.9, "ok", "same"),
        (0.9, 0.905, "ok", "close"),
        (0.9, 0.91, "ok", "close"),
        (0.9, 0.92, "ok", "other"),
        (0.9, None, "diverged", "other"),
        (0.9, 0.9, "unfinished", "close"),
    ],
)
def test_within_a_point_is_as_close_as_another_processor_comes(page, again, status, found):
    arm = Arm(name="a", task=Task(name="t", role="real", draw="moons"), recipe=None)
    row = proof.Row(arm="t: a", seed=1, value=page, status="ok")

    assert verifying.Rerun(study="depth", arm=arm, row=row, value=again, status=status).found == found


def test_the_draw_is_the_seeds_and_has_no_run_twice(claims, own):
    first, again, other = (verifying.choose(claims, 5, seed, own) for seed in (1, 1, 2))

    assert first == again
    assert [row for _, row in first] != [row for _, row in other]
    assert len({(row.arm, row.seed) for _, row in first}) == 5
    assert len(verifying.choose(claims, 999, 1, own)) == len(claims[0].rows)


def test_runs_on_the_users_table_need_that_table(claims, own):
    with pytest.raises(UsageError, match="--data"):
        verifying.choose(claims, 1, 1)
    with pytest.raises(InputRefusedError, match="not the table"):
        verifying.choose(claims, 1, 1, dataset_of())
    with pytest.raises(InputRefusedError, match="no runs"):
        verifying.choose([], 1, 1)
