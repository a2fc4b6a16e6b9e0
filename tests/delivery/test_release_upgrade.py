"""From the release of the template before this one to this one, under load, and back."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import make, run
from tests.support.projects import Trained, quick, set_up
from tools.examples import ROOT
from tools.upgrades.sources import unpack

from .control_plane.cluster import Cluster
from .test_release_pods import unharmed, written

UNRELEASED = "8262da4a0b2aac84d1f988596b275c2900a40b16"
"""The commit that stands for the release before the first one."""


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Titanic project of the release before, trained."""
    template = tmp_path_factory.mktemp("before")
    commit = git("describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^") or UNRELEASED
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True)
    if archive.returncode:
        pytest.skip(f"{commit}, the release before, is not in this copy's history")
    unpack(archive.stdout, template)
    run(sys.executable, "tools/examples.py", "titanic", "--output", "made", cwd=template)
    project = template / "made" / "titanic"
    set_up(project)
    run("make", "train", cwd=project, **quick(project))
    return project


def git(*words: str) -> str:
    """Return what git says of this repository, empty if nothing."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip()


def test_from_the_release_before_and_back_no_request_fails(
    before: Path, trained: Trained, released: Cluster, tmp_path: Path
) -> None:
    project = trained("titanic")
    values = written(tmp_path, {"serving": {"drain_seconds": 2}})
    for image, folder in (("titanic:before", before), ("titanic:after", project)):
        released.runs(folder, image)
    make(before, "deploy", "TAG=before", values)
    with unharmed(released):
        make(project, "deploy", "TAG=after", values)
        make(project, "rollback-release")
