"""Pipelines through real pipes, beside those of the README; and readers and users that lose patience."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest


def test_a_table_from_a_data_base(bash, dlwhy_in_process, tmp_path):
    rows = "".join(f"{age},{['basic', 'full'][age % 2]},{['no', 'yes'][age % 3 == 0]}\n" for age in range(20, 80))
    (tmp_path / "customers.csv").write_text(f"age,plan,churned\n{rows}")

    result = bash(
        "psql() { cat customers.csv; }\nset -o pipefail\n"
        'psql -c "\\copy (select …) to stdout csv header" | dlwhy generate --from - --target churned -o churn.joblib'
    )

    assert result.code == 0, result.err
    described = dlwhy_in_process("info", "churn.joblib").out
    assert "churned" in described
    assert "plan" in described


@pytest.mark.slow  # the test of the README runs it, too
def test_a_loop_over_seeds(bash):
    result = bash(
        "dlwhy generate -q\n"
        "for s in 1 2 3; do dlwhy train --seed $s -o m$s.keras; done;"
        " dlwhy evaluate -m m1.keras -m m2.keras -m m3.keras --format csv"
    )

    assert result.code == 0, result.err
    header, *rows = result.out.splitlines()
    assert "accuracy" in header
    assert [name for row in rows for name in ("m1", "m2", "m3") if name in row] == ["m1", "m2", "m3"]


def test_cut_predict(bash, demo, tmp_path):
    for name in ("points.csv", "model.keras"):
        shutil.copy(demo / name, tmp_path)

    result = bash("set -o pipefail; cut -d, -f1,2 points.csv | dlwhy predict -m model.keras > labels.csv")

    assert result.code == 0, result.err
    truth = [line.split(",")[2] for line in (tmp_path / "points.csv").read_text().splitlines()[1:]]
    header, *labels = (tmp_path / "labels.csv").read_text().splitlines()
    assert header == "prediction"
    assert len(labels) == len(truth) == 1000
    assert sum(map(str.__eq__, labels, truth)) > 950


@pytest.mark.parametrize(
    "endless", ["(echo x0,x1; yes 0.5,0.25) | dlwhy predict -m model.keras", "dlwhy predict -m model.keras points.csv"]
)
def test_case_78_a_reader_of_predictions_that_closes_early(bash, demo, tmp_path, endless):
    for name in ("points.csv", "model.keras"):
        shutil.copy(demo / name, tmp_path)

    # a pipe takes 64 KiB before a write to it can fail, so the short table may well be done before
    result = bash(f"{endless} 2>err | head -3; echo ${{PIPESTATUS[@]}}; cat err >&2")

    *lines, codes = result.out.splitlines()
    assert lines[0] == "prediction"
    assert len(lines) == 3
    assert codes.split()[-2] in ("141", "0")
    assert result.err == ""


def test_an_interrupt_ends_the_whole_pipeline_and_saves_the_epochs_done(program, tmp_path, dlwhy_in_process):
    long = "--epochs 250000 --engine graph --checkpoint-every 100"
    script = f"dlwhy generate moons -o - | dlwhy train -d - -o model.keras {long}"
    process = _start(script, program, tmp_path)

    _wait_for((tmp_path / "model.checkpoint.keras").exists)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert process.returncode in (130, -signal.SIGINT)
    assert b"Traceback" not in err
    assert dlwhy_in_process("info", "model.keras").code == 0


def test_an_interrupt_leaves_no_part_of_predictions(program, demo, tmp_path):
    script = f"(echo x0,x1; yes 0.5,0.25) | dlwhy predict -m {demo}/model.keras -o labels.csv"
    process = _start(script, program, tmp_path)

    _wait_for(lambda: any(path.stat().st_size for path in tmp_path.glob(".labels.csv.*.tmp")))
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert process.returncode in (130, -signal.SIGINT)
    assert b"Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def _start(script: str, program: str, folder: Path) -> subprocess.Popen[bytes]:
    """Run a script as a terminal would: a process group of its own, that Ctrl-C reaches as a whole."""
    return subprocess.Popen(
        ["bash", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": f"{Path(program).parent}:{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _wait_for(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
