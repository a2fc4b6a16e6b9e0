"""The chart's generated files, as `make chart` writes them, and the command without Helm."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.files import texts
from tests.support.projects import Baked


def test_what_is_generated_is_current(baked: Baked, tmp_path: Path) -> None:
    project = shutil.copytree(baked(), tmp_path / "project")
    before = texts(project)
    command = [sys.executable, "-m", "model_runtime", "chart"]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    for name, text in texts(project).items():
        assert before.get(name) == text, f"{name} does not fit what it is made from: `make chart`"


def test_without_helm_it_says_so(baked: Baked, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "model_runtime", "deploy", "--tag", "1"]
    environment = os.environ | {"PATH": str(tmp_path)}
    done = subprocess.run(command, cwd=baked(), env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "helm is not installed here" in done.stderr
