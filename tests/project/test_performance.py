"""The predictions that a project's service logs, held against training's report."""

import json
from pathlib import Path

from tests.support.commands import make
from tests.support.hold_out import assert_as_in_training, hold_out
from tests.support.projects import Trained
from tests.support.services import free_port, get, serving


def test_titanics_logged_hold_out_has_the_accuracy_of_trainings_report_to_the_digit(
    trained: Trained, tmp_path: Path
) -> None:
    project = trained.lend("titanic", tmp_path)
    rows = hold_out(project)
    port = free_port()
    with serving("make", "serve", f"PORT={port}", cwd=project, port=port) as url:
        assert get(f"{url}/api/predictions", rows)[0] == 200
    log = f"FROM=service-{port}.log"
    shown = make(project, "performance", "OUTCOMES=outcomes.csv", log, "THRESHOLDS=accuracy > 0.7")
    assert "measured     262 predictions" in shown
    assert_as_in_training(project, json.loads(rows))
    make(project, "drift", log)
