"""A version whose own test does not pass is taken back, on a real control plane."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from model_runtime.delivery import release
from model_runtime.delivery.helm import Helm
from model_runtime.delivery.release import Release
from model_runtime.errors import ProjectError
from model_runtime.terminal import console

from tests.support.commands import clean_environment, make
from tests.support.projects import Trained
from tests.support.services import PATIENCE

from .control_plane.cluster import Cluster, eventually
from .go_programs import helm_4_binary, helm_binary

LOG = "this is what the test says"
PYTHON = """#!/bin/sh
if [ "$1" = -c ]; then echo "{log}"; {test}; fi
exec {python} "$@"
"""
"""The interpreter of an image whose service is as it was, and whose test isn't."""

Broken = Callable[[str, str], None]


@pytest.fixture
def project(trained: Trained) -> Path:
    return trained("titanic")


@pytest.fixture
def broken(released: Cluster, project: Path, tmp_path: Path) -> Broken:
    """Let an image be one whose test runs other words of a shell."""

    def put(image: str, test: str) -> None:
        folder = tmp_path / image
        for entry in project.iterdir():
            if entry.name != ".venv":
                folder.mkdir(exist_ok=True)
                (folder / entry.name).symlink_to(entry)
        python = folder / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        own = project / ".venv" / "bin" / "python"
        python.write_text(PYTHON.format(log=LOG, test=test, python=own))
        python.chmod(0o755)
        released.runs(folder, image)

    return put


@pytest.fixture(params=["3", "4"])
def either_helm(
    released: Cluster, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both versions of Helm that are in use."""
    program = helm_binary() if request.param == "3" else helm_4_binary()
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


def image(there: Cluster) -> str:
    pod = there.get("Deployment", "titanic")["spec"]["template"]["spec"]
    return str(pod["containers"][0]["image"])


def deploying(project: Path, tag: str) -> "subprocess.Popen[str]":
    """Begin to deploy an image, as from a terminal of its own."""
    return subprocess.Popen(
        ["make", "deploy", f"TAG={tag}"],
        cwd=project,
        env=clean_environment(),
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def failed(project: Path, tag: str) -> str:
    """Return what a deployment says that fails."""
    process = deploying(project, tag)
    said = process.communicate(timeout=2 * PATIENCE)[0]
    assert process.returncode != 0, said
    return said


@pytest.mark.usefixtures("either_helm")
def test_what_ran_before_a_failed_test_runs_again(
    project: Path, released: Cluster, broken: Broken
) -> None:
    broken("titanic:1", "exit 1")
    said = failed(project, "1")
    assert LOG in said
    assert "helm test failed; above is why. The release titanic is removed again" in said
    assert not released.named("Deployment")
    eventually(lambda: "titanic-predict" not in released.named("Pod"))

    make(project, "deploy", "TAG=2")
    broken("titanic:3", "exit 1")
    said = failed(project, "3")
    assert LOG in said
    assert "The release titanic runs again what it ran before, revision 1." in said
    assert image(released) == "titanic:2"
    eventually(lambda: released.ready("titanic") == 2)

    # Others may have changed meanwhile what the chart says; the chart wins.
    path = f"/apis/apps/v1/namespaces/{released.namespace}/deployments/titanic"
    surge = {"strategy": {"rollingUpdate": {"maxSurge": 2}}}
    released.api.patch(path, {"spec": surge}, fieldManager="somebody")
    make(project, "deploy", "TAG=4")
    make(project, "rollback-release")
    assert image(released) == "titanic:2"


def under_test(project: Path, there: Cluster, broken: Broken) -> subprocess.Popen[str]:
    """Deploy a version whose own test goes on without end, and return that when it runs."""
    broken("titanic:2", "exec sleep 1000")
    process = deploying(project, "2")
    eventually(lambda: there.get("Pod", "titanic-predict")["status"]["phase"] == "Running")
    return process


def test_ctrl_c_takes_back_what_is_not_proven(
    project: Path, released: Cluster, broken: Broken
) -> None:
    make(project, "deploy", "TAG=1")
    process = under_test(project, released, broken)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=2 * PATIENCE)[0]
    assert "helm test was interrupted. The release titanic runs again what it ran before" in said
    assert image(released) == "titanic:1"


def test_a_terminal_that_is_closed_takes_an_upgrade_back(project: Path, released: Cluster) -> None:
    make(project, "deploy", "TAG=1")
    released.images.refuse(released.namespace, "titanic:2")
    process = deploying(project, "2")
    eventually(lambda: image(released) == "titanic:2")
    os.killpg(process.pid, signal.SIGHUP)
    said = process.communicate(timeout=2 * PATIENCE)[0]
    assert "interrupted. The release titanic runs what it ran before." in said
    assert image(released) == "titanic:1"
    assert "deployed" in _status(released)


def test_what_another_deployment_has_made_meanwhile_is_not_taken_back(
    project: Path, released: Cluster, broken: Broken
) -> None:
    for tag in ("0", "1"):
        make(project, "deploy", f"TAG={tag}")
    process = under_test(project, released, broken)
    make(project, "rollback-release", "REVISION=1")
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=2 * PATIENCE)[0]
    assert "has made of the release titanic its revision 4 (deployed); this one was" in said
    assert image(released) == "titanic:0"


def _status(there: Cluster) -> str:
    words = [str(helm_binary()), "status", "titanic", "--namespace", there.namespace]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def test_a_release_that_can_not_be_taken_back_says_what_is_left(
    project: Path, released: Cluster, broken: Broken
) -> None:
    make(project, "deploy", "TAG=1")
    process = under_test(project, released, broken)
    released.delete("Secret", "sh.helm.release.v1.titanic.v1")
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=2 * PATIENCE)[0]
    assert "The release titanic is neither what it was nor what it should be" in said
    assert "`make rollback-release REVISION=1` takes it back" in said


def test_a_test_that_does_not_end_has_failed(
    project: Path, released: Cluster, broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    monkeypatch.setattr(release, "_TEST_PATIENCE", ("--timeout", "2s"))
    broken("titanic:1", "exec sleep 1000")
    there = Release("titanic", Helm(released.namespace, console), (Path("config.yaml"),))
    with pytest.raises(ProjectError, match="is removed again: nothing ran before it"):
        there.deploy({"image.tag": "1"})
    assert not released.named("Deployment")
