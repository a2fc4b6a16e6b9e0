"""`make lint-chart` refuses what a deployment would, and tells it once."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from .charts import INGRESS
from .go_programs import helm_binary

VOLUME = {"name": "own", "emptyDir": {}, "mount_path": "/tmp"}
REFUSED: dict[str, dict[str, Any]] = {
    "deployment.canaries.next.tag is missing": {
        "deployment": {"canaries": {"next": {"weight": 1}}, "ingress": INGRESS}
    },
    "next can have no weight without a way in": {
        "deployment": {"canaries": {"next": {"tag": "8", "weight": 10}}}
    },
    "a certificate is for a host": {"deployment": {"ingress": {"host": "*", "issuer": "a"}}},
    "registry.uri is empty": {"serving": {"model": "latest"}},
    "own can't be mounted at /tmp": {"deployment": {"volumes": [VOLUME]}},
    "deployment.canaries.next.tga: is not a key": {
        "deployment": {"canaries": {"next": {"tga": 1}}}
    },
    "image.tag: Input should be a valid string, but it is 1.1": {"image": {"tag": 1.1}},
}


def linted(project: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "model_runtime", "lint-chart", *words]
    path = f"{helm_binary().parent}{os.pathsep}{os.environ['PATH']}"
    told = os.environ | {"PATH": path, "KUBECONFIG": "none"}
    return subprocess.run(command, cwd=project, env=told, capture_output=True, text=True)


@pytest.mark.parametrize("said", REFUSED)
def test_what_a_deployment_would_refuse_is_refused_once(
    titanic: Path, tmp_path: Path, said: str
) -> None:
    values = tmp_path / "values.yaml"
    values.write_text(yaml.safe_dump(REFUSED[said]), "utf-8")
    done = linted(titanic, "--values", str(values))
    assert done.returncode == 1
    told = " ".join((done.stdout + done.stderr).split())
    assert told.count(said) == 1, told


def test_a_fresh_project_is_sound(titanic: Path) -> None:
    done = linted(titanic)
    assert done.returncode == 0, done.stderr
    assert "1 chart(s) linted, 0 chart(s) failed" in done.stdout
