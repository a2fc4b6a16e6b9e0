"""A project sets itself up in a workspace, and where another environment is active."""

import sys
from importlib import import_module
from pathlib import Path

from tests.support.commands import run
from tools.examples import ROOT, bake
from tools.taken_names import taken_names

sys.path.insert(0, str(ROOT / "hooks"))

names = import_module("names")

WORKSPACE = """[project]
name = "surrounding"
version = "1"
requires-python = ">=3.11"

[tool.uv.workspace]
members = ["*"]
"""


def test_make_setup_makes_the_projects_own_environment(tmp_path: Path) -> None:
    surrounding = tmp_path / "a workspace"
    surrounding.mkdir()
    (surrounding / "pyproject.toml").write_text(WORKSPACE)
    project = bake({"project_name": "Surrounded"}, surrounding)
    environment = {
        "UV_PROJECT_ENVIRONMENT": str(tmp_path / "elsewhere"),
        "UV_PROJECT": str(surrounding),
        "UV_FROZEN": "1",
        "UV_NO_DEV": "1",
        "VIRTUAL_ENV": sys.prefix,
        "PYTHONHOME": str(tmp_path),
        "BASH_ENV": str(tmp_path / "nowhere"),
    }
    run("make", "setup", cwd=project, **environment)
    assert {path.name for path in surrounding.iterdir()} == {"pyproject.toml", project.name}
    assert not (tmp_path / "elsewhere").exists()
    assert {"python", "pytest", "mlflow", "surrounded"} <= {
        path.name for path in (project / ".venv" / "bin").iterdir()
    }
    assert run(project / ".venv/bin/surrounded", "--help", cwd=project)
    missing = taken_names(project) - names.TAKEN
    assert not missing, f"projects may be called {missing}; see make taken-names"
