"""The rows of a project that training has held out, to be asked about again."""

import json
from collections.abc import Sized
from pathlib import Path

from .commands import run

_PROGRAM = """
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


def hold_out(project: Path) -> str:
    """Return Titanic's rows as JSON, with their IDs, and write `outcomes.csv`."""
    return run(".venv/bin/python", "-c", _PROGRAM, cwd=project)


def assert_as_in_training(project: Path, rows: Sized) -> None:
    """Hold the last report of performance against training's: the same rows, to the digit."""
    measured = json.loads((project / "reports-performance/metrics.json").read_text("utf-8"))
    reported = json.loads((project / "reports/metrics.json").read_text("utf-8"))
    assert measured["whole"]["metrics"]["accuracy"] == reported["hold_out"]["accuracy"]
    assert measured["counts"]["joined"] == measured["whole"]["rows"] == len(rows) == 262
