"""The notebook to begin with runs from its first cell to its last."""

import json
import subprocess
import sys
from pathlib import Path

import matplotlib
import pandas as pd
import pytest
from rich.console import Console

from model_runtime.drafting.run import Asked, draft
from model_runtime.notebook.write import FILE, write_notebook
from model_runtime.training.hooks import own_use_case
from model_runtime.training.run import train

from ..drafting.test_features import folder as folder
from ..drafting.test_features import passengers
from ..support.sample import RUNTIME
from ..support.settings import settings_in

RIDGE = """
from sklearn.linear_model import Ridge

def train_model(X, y, weight=None):
    return Ridge().fit(X, y)
"""


@pytest.mark.parametrize("target", ["survived", "fare"])
def test_each_cell_runs_on_the_projects_data_and_bundle(
    folder: Path, tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    passengers().to_csv("table.csv", index=False)
    list(draft(Asked("table.csv", target)))
    if target == "fare":
        (folder / "model.py").write_text(RIDGE, "utf-8")
    train(own_use_case(), settings_in(tmp_path), Console(quiet=True))
    assert write_notebook()
    monkeypatch.chdir(FILE.parent)
    matplotlib.use("Agg")
    names: dict[str, object] = {}
    for cell in json.loads(Path(FILE.name).read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec(cell["source"], names)
    answers = names["answers"]
    assert isinstance(answers, pd.DataFrame)
    assert len(answers) == 400
    assert Path.cwd() == tmp_path


def test_the_notebook_is_written_once_and_keeps_to_the_projects_style(folder: Path) -> None:
    passengers().to_csv("table.csv", index=False)
    list(draft(Asked("table.csv", "survived")))
    assert write_notebook()
    linted = [sys.executable, "-m", "ruff", "check", "--config", f"{RUNTIME / 'pyproject.toml'}"]
    done = subprocess.run([*linted, str(FILE)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    FILE.write_text("mine", "utf-8")
    assert not write_notebook()
    assert FILE.read_text("utf-8") == "mine"
