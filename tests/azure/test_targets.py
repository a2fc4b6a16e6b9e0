"""`make azure-…` hands what it is told to the command."""

from pathlib import Path

import pytest

from tests.support.commands import run

TARGETS = [
    ("azure-data", "data"),
    ("azure-train", "train"),
    ("azure-train DATA=3", 'train --data "$DATA"'),
    ("azure-job JOB=blue_moon", 'job -- "${JOB:-}"'),
    ("azure-job JOB=blue_moon CANCEL=1", 'job --cancel -- "${JOB:-}"'),
    ("azure-pipeline", "pipeline"),
    ("azure-pipeline DATA=latest", 'pipeline --data "$DATA"'),
    ("azure-pipeline-run", "pipeline-run"),
    ("azure-pipeline-run DATA=2", 'pipeline-run --data "$DATA"'),
    ("azure-pipeline-status", "pipeline-status"),
    ("azure-pipeline-status RUN=7", 'pipeline-status --run "$RUN"'),
]


@pytest.mark.parametrize(("target", "command"), TARGETS)
def test_a_target_is_a_command(project: Path, target: str, command: str) -> None:
    (project / ".venv").mkdir()
    (project / "uv.lock").touch()
    (project / ".venv" / ".ready").touch()
    said = run("make", "--dry-run", *target.split(), cwd=project)
    (line,) = (line for line in said.splitlines() if "model_azure" in line)
    program = "PYTHONPATH=deploy/azure/commands .venv/bin/python -m model_azure "
    assert " ".join(line.split()) == program + command
