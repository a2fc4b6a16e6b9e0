"""The log of a release's pods: the command of Kubernetes' own program."""

import os
import sys
from pathlib import Path

from tests.support.commands import run
from tests.support.projects import Baked


def test_the_pods_of_a_release_are_followed(baked: Baked, tmp_path: Path) -> None:
    kubectl = tmp_path / "kubectl"
    kubectl.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    kubectl.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    command = (sys.executable, "-m", "model_runtime", "logs", "--namespace", "models")
    words = run(*command, cwd=baked.example("titanic"), PATH=path).splitlines()
    assert words[:3] == ["logs", "--namespace", "models"]
    (selector,) = [word for word in words if "=" in word]
    versions = "app.kubernetes.io/component in (service, canary)"
    assert selector == f"app.kubernetes.io/instance=titanic,{versions}"
    assert "--follow" in words
