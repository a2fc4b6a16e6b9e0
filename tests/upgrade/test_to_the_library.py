"""A project whose machinery was a part of its own package gets it as a library, `runtime/`."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.support.commands import run
from tests.support.made import Made
from tests.support.projects import quick, set_up
from tests.support.services import free_port, get, serving
from tests.support.story import commit, copy_template, release
from tests.support.type_cache import type_cache
from tools.examples import ROOT, answers, fetching
from tools.upgrades import render
from tools.upgrades.git import Git
from tools.upgrades.sources import Repository

LAST = "e677d9b58e12fcd7b3e8d2e38ae66339ad2f515a"
"""The last commit of the template whose projects had the machinery in their package."""
USE_CASE = "src/titanic/use_case"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with that commit, and the work tree as the next version."""
    if not (ROOT / ".git").exists() or not Git(ROOT).has(LAST):
        pytest.skip(f"this copy of the template has no commit {LAST[:8]}: a shallow clone or a zip")
    folder = tmp_path_factory.mktemp("template") / "repository"
    Git(ROOT)("clone", "--quiet", str(ROOT), str(folder))
    copy_template(folder)
    release(folder, "1000.0.0", "Notes of 1000.0.0.")
    return folder


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Made:
    """A Titanic project of that commit, with the files of its example."""
    version = Repository(Git(template)).extract(LAST, tmp_path / "version")
    rendered = render.render(
        version, {**answers("titanic"), "_template_commit": LAST}, tmp_path / "made"
    )
    ignored = shutil.ignore_patterns("answers.json")
    shutil.copytree(version / "examples" / "titanic", rendered, dirs_exist_ok=True, ignore=ignored)
    commit(rendered)
    return Made(rendered, template)


def upgrade(project: Made, **environment: str) -> str:
    return run("make", "upgrade", cwd=project.folder, TEMPLATE=str(project.versions), **environment)


def test_a_project_keeps_what_its_owner_wrote_and_gets_the_library(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    project.write(f"{USE_CASE}/model.py", project.read(f"{USE_CASE}/model.py") + b"\n# Ada's.\n")
    project.write(f"{USE_CASE}/extra.py", "from ..training.fit import fit\n")
    project.write("tests/use_case/test_mine.py", "from ..service import Service, running\n")
    project.replace("client/index.html", "<html", "<!-- Ada's -->\n<html")
    project.replace("src/titanic/bundle/self_test.py", "serve.", "serve, says Ada.")
    project.git("rm", "--quiet", "client/theme.css", ".github/workflows/train-model.yml")
    project.commit()
    own = {path: content for path, content in project.state()[2].items() if is_own(path)}
    shown = upgrade(project)
    assert "Notes of 1000.0.0." in shown
    assert project.git("status", "--porcelain") == ""
    now = project.state()[2]
    assert {path: content for path, content in now.items() if path in own} == own
    assert {path for path in now if is_own(path)} == set(own)
    assert "tests/test_contract.py" in now
    # What a project had before there was a question about it is there.
    assert {"deploy/jenkins/controller/casc.yaml", "deploy/monitoring/fluent-bit.yaml"} <= set(now)
    # And what nobody had, is not.
    assert json.loads(project.read(".template.json"))["answers"]["azure"] == "no"
    assert not [path for path in now if path.startswith("deploy/azure/")]
    assert not {
        "tests/test_use_case.py",
        "client/theme.css",
        ".github/workflows/train-model.yml",
    } & set(now)
    assert b"<!-- Ada's -->" in project.read("client/index.html")
    # An edit of the machinery goes along into the library, and is named there.
    assert b"serve, says Ada." in project.read("runtime/src/model_runtime/bundle/self_test.py")
    assert project.run("check") == 1
    named = re.findall(r"(?m)^(\S+): (edited|removed)$", capfd.readouterr().out)
    assert named == [
        (".github/workflows/train-model.yml", "removed"),
        ("client/index.html", "edited"),
        ("runtime/src/model_runtime/bundle/self_test.py", "edited"),
    ]


def test_an_edit_of_machinery_that_is_gone_is_a_conflict(project: Made) -> None:
    project.replace("benchmarks/latency.py", "ROUNDS = 10", "ROUNDS = 11")
    project.commit()
    assert project.run("upgrade", "--to", "v1000.0.0") == 1
    assert project.conflicted == ["benchmarks/latency.py"]
    assert b"ROUNDS = 11" in project.read("benchmarks/latency.py")


def test_an_upgraded_titanic_project_trains_passes_its_tests_and_predicts(project: Made) -> None:
    hook = f"{USE_CASE}/model.py"
    project.write(hook, project.read(hook) + b"\n# Ada's.\n")
    project.replace("config.yaml", "Would you", "Tell me, would you")
    project.commit()
    upgrade(project)
    set_up(project.folder, *fetching(project.folder))
    shown = run("make", "imports", "format", cwd=project.folder)
    assert f"changed {USE_CASE}/data_loader.py" in shown
    assert (
        "class DataLoader(BaseDataLoader):" in project.read(f"{USE_CASE}/data_loader.py").decode()
    )
    assert project.read(hook).endswith(b"\n# Ada's.\n")
    folder, shortly = project.folder, quick(project.folder)
    run("make", "train", cwd=folder, **shortly)
    with type_cache("project") as cache:
        run("make", "lint", cwd=folder, MYPY_CACHE_DIR=str(cache))
    assert re.search(r"\d+ passed", run("make", "test", cwd=folder, **shortly))
    port = free_port()
    with serving("make", "serve", f"PORT={port}", cwd=folder, port=port) as url:
        assert "Tell me, would you" in get(f"{url}/openapi.json")[1]
        answer = json.loads(run("make", "predict", f"PORT={port}", cwd=folder).splitlines()[-1])
    assert answer["survived_proba"] > 0.5


def is_own(path: str) -> bool:
    """Say whether a file is of the folders that are the owner's."""
    return path.startswith((USE_CASE, "data/", "tests/use_case/"))
