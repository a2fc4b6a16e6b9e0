"""The chart's generated files, as `make chart-values` writes them, and the command without Helm."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from model_runtime.delivery.chart import defaults

from tests.support.files import texts
from tests.support.projects import Baked

from .test_chart_settings import leaves


def test_what_is_generated_is_current(baked: Baked, tmp_path: Path) -> None:
    project = shutil.copytree(baked(), tmp_path / "project")
    before = texts(project)
    command = [sys.executable, "-m", "model_runtime", "chart-values"]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    for name, text in texts(project).items():
        assert before.get(name) == text, (
            f"{name} does not fit what it is made from: `make chart-values`"
        )


def test_without_helm_it_says_so(baked: Baked, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "model_runtime", "deploy", "--tag", "1"]
    environment = os.environ | {"PATH": str(tmp_path)}
    done = subprocess.run(command, cwd=baked(), env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "helm is not installed here" in done.stderr


def test_each_value_is_on_the_page_and_the_rare_ones_are_explained(baked: Baked) -> None:
    (page,) = baked().glob("deploy/helm/*/README.md")
    rows = dict(re.findall(r"^\| `(.+?)` \| .*? \| (.*) \|$", page.read_text("utf-8"), re.M))
    values = {path for path, _ in leaves(defaults())}
    assert values <= set(rows)
    own = yaml.safe_load((baked() / "config.yaml").read_text("utf-8"))
    rare = values - {path for path, _ in leaves(own)}
    assert {"deployment.service_type", "deployment.retrain.allow_to"} <= rare
    assert [path for path in rare if not rows[path]] == []
    assert not {"serving.admin_token", "log.hash_key", "log.shared_key"} & set(rows)
