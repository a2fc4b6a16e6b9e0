"""The predictions that a project's service logs, held against training's report."""

import json
import shutil
from pathlib import Path

from tests.support.commands import make, run
from tests.support.projects import Trained
from tests.support.services import free_port, get, serving

HOLD_OUT = """
import json
from model_runtime.settings import read_settings
from model_runtime.training.hooks import own_use_case
from model_runtime.training.split import split
use_case, options = own_use_case(), read_settings().training
frame = use_case.load()
held = split(use_case.rows(frame), options.test_size, options.seed, use_case.features.task).test
rows = frame.loc[held.X.index]
rows[["passenger", "outcome"]].to_csv("outcomes.csv", index=False)
columns = [feature.name for feature in use_case.features.features]
print(rows[["passenger", *columns]].to_json(orient="records", double_precision=15))
"""


def test_titanics_logged_hold_out_has_the_accuracy_of_trainings_report_to_the_digit(
    trained: Trained, tmp_path: Path
) -> None:
    project = Path(shutil.copytree(trained("titanic"), tmp_path / "titanic", symlinks=True))
    rows = run(".venv/bin/python", "-c", HOLD_OUT, cwd=project)
    port = free_port()
    with serving("make", "serve", f"PORT={port}", cwd=project, port=port) as url:
        assert get(f"{url}/api/predictions", rows)[0] == 200
    log = f"FROM=service-{port}.log"
    shown = make(project, "performance", "OUTCOMES=outcomes.csv", log, "THRESHOLDS=accuracy > 0.7")
    assert "measured     262 predictions" in shown
    measured = json.loads((project / "reports-performance/metrics.json").read_text("utf-8"))
    reported = json.loads((project / "reports/metrics.json").read_text("utf-8"))
    assert measured["whole"]["metrics"]["accuracy"] == reported["hold_out"]["accuracy"]
    assert measured["counts"]["joined"] == measured["whole"]["rows"] == len(json.loads(rows)) == 262
    make(project, "drift", log)
