"""One name for one build: what names an image names the commit, and so a release gets the build."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import run
from tests.support.projects import ENVIRONMENT, Trained

from .control_plane.cluster import Cluster


@pytest.fixture
def project(trained: Trained, tmp_path: Path) -> Path:
    """A copy of the Titanic project, in a repository of its own."""
    copy = shutil.copytree(trained("titanic"), tmp_path / "titanic", ignore=ENVIRONMENT)
    subprocess.run(["git", "init", "--quiet", copy], check=True)
    return copy


def commit(project: Path) -> str:
    """Commit all that is there, and return the commit as tags have it."""
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (("add", "--all"), (*who, "commit", "--quiet", "--message", "a")):
        subprocess.run(["git", *words], cwd=project, check=True)
    return run("git", "rev-parse", "--short=12", "HEAD", cwd=project).strip()


def cli(project: Path, *words: str) -> str:
    own = {"PYTHONPATH": str(project / "src")}
    return run(sys.executable, "-m", "model_runtime", *words, cwd=project, **own)


def names(project: Path) -> list[str]:
    return [cli(project, "image", *ci, "--name-only").strip() for ci in ((), ("--ci",))]


def test_an_image_is_named_by_version_and_commit(project: Path) -> None:
    assert names(project) == ["titanic:1", "titanic-ci:latest"], "nothing is committed"
    first = commit(project)
    assert names(project) == [f"titanic:1-{first}", f"titanic-ci:{first}"]
    wanted = [cli(project, "wanted-image", *tag).strip() for tag in ((), ("--tag", "7"))]
    assert wanted == [f"titanic:1-{first}", "titanic:7"]
    (project / "client" / "theme.css").write_text("body { color: red }")
    assert names(project) == [f"titanic:1-{first}-dirty", f"titanic-ci:{first}-dirty"]
    second = commit(project)
    assert first != second
    assert names(project) == [f"titanic:1-{second}", f"titanic-ci:{second}"]


def test_another_build_of_the_same_version_is_rolled_out(
    project: Path, released: Cluster, tmp_path: Path
) -> None:
    (tmp_path / "small.yaml").write_text("deployment: {replicas: 1}")
    where = ("--namespace", released.namespace, "--values", str(tmp_path / "small.yaml"))
    images = []
    for colour in ("red", "blue"):
        (project / "client" / "theme.css").write_text(f"body {{ color: {colour} }}")
        made = commit(project)
        shown = cli(project, "deploy", *where)
        assert f"Image titanic:1-{made}: version and commit" in shown
        deployment = released.get("Deployment", "titanic")
        assert deployment["metadata"]["labels"]["app.kubernetes.io/version"] == f"1-{made}"
        images.append(deployment["spec"]["template"]["spec"]["containers"][0]["image"])
        assert images[-1] == f"titanic:1-{made}"
    assert len(released.named("ReplicaSet")) == 2
