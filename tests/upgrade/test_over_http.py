"""A project of a released version, made and upgraded from a git server over HTTP."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import run
from tests.support.git_server import served
from tests.support.made import Made
from tests.support.releases import commit, copied, passed, version
from tests.support.story import commit as commit_project
from tests.support.story import replace
from tools.examples import SKELETON
from tools.releases import places
from tools.upgrades.git import Git

TAG = f"v{version()}"
MAJOR, MINOR, PATCH = map(int, version().split("."))
NEXT = f"{MAJOR}.{MINOR}.{PATCH + 1}"


def release(git: Git, number: str) -> str:
    """Release by the template's own `make`, with this environment's Python."""
    passed(git)
    own = (f"BIN={Path(sys.executable).parent}", "READY=")
    return run("make", "release", f"VERSION={number}", *own, cwd=git.folder)


@pytest.fixture(scope="module")
def template(plain_git: None, tmp_path_factory: pytest.TempPathFactory) -> Git:
    """A bare copy of this template with a release, and one after it with two other lines."""
    folder = tmp_path_factory.mktemp("template")
    git = copied(folder / "work")
    assert f"git push --atomic origin main {TAG}" in release(git, version())
    own = (f"BIN={Path(sys.executable).parent}", "READY=")
    run("make", "next-version", f"VERSION={NEXT}", *own, cwd=git.folder)
    replace(git.folder / places.CHANGELOG, "### Upgrading\n", "### Upgrading\n\n- Look at it.\n")
    skeleton = git.folder / SKELETON
    replace(skeleton / "config.yaml", "max_rows: 1000 ", "max_rows: 2000 ")
    with (skeleton / "runtime/src/model_runtime/errors.py").open("a", encoding="utf-8") as file:
        file.write("# A line of the next version.\n")
    commit(git, "A change")
    release(git, NEXT)
    bare = folder / "served" / "template.git"
    git("clone", "--quiet", "--bare", ".", str(bare))
    return Git(bare)


@pytest.fixture
def server(template: Git) -> Iterator[tuple[str, list[str]]]:
    with served(template.folder.parent) as (address, asked):
        yield f"{address}/{template.folder.name}", asked


def made(address: str, folder: Path, *arguments: str) -> Path:
    """Make a project by the README's command, for which nothing is cloned or installed before."""
    config = folder.with_suffix(".yaml")
    kept = f"cookiecutters_dir: {folder.parent}/cloned\nreplay_dir: {folder.parent}/replay\n"
    config.write_text(kept, "utf-8")
    folder.mkdir()
    command = ("uvx", "cookiecutter", address, *arguments, "--no-input", "--config-file", config)
    shown = run(*command, cwd=folder)
    assert "make setup train serve" in shown
    (project,) = folder.iterdir()
    return project


def test_a_project_of_a_tag_is_upgraded_to_a_later_one_by_the_address_it_remembers(
    server: tuple[str, list[str]], template: Git, tmp_path: Path
) -> None:
    address, asked = server
    project = made(address, tmp_path / "made", "--checkout", TAG)
    record = json.loads((project / ".template.json").read_text("utf-8"))
    assert record["template"] == address
    assert (record["version"], record["commit"]) == (
        version(),
        template("rev-parse", f"{TAG}^{{}}"),
    )
    assert any(each.startswith("POST") and each.endswith("/git-upload-pack") for each in asked)
    commit_project(project)
    hook = next(project.glob("src/*/use_case/model.py"))
    hook.write_text(f"{hook.read_text('utf-8')}\n\nMINE = 1\n", "utf-8")
    replace(project / "README.md", "# Iris Classifier\n", "# Iris Classifier, by Ada\n")
    commit_project(project)
    mine = hook.read_bytes()
    asked.clear()
    shown = run("make", "upgrade", f"TO=v{NEXT}", cwd=project)
    assert f"{NEXT}: Look at it." in shown
    assert any(each.startswith("POST") for each in asked)
    assert "max_rows: 2000 " in (project / "config.yaml").read_text("utf-8")
    changed = (project / "runtime/src/model_runtime/errors.py").read_text("utf-8")
    assert changed.endswith("# A line of the next version.\n")
    assert hook.read_bytes() == mine
    assert "# Iris Classifier, by Ada\n" in (project / "README.md").read_text("utf-8")
    upgraded = json.loads((project / ".template.json").read_text("utf-8"))
    newest = template("rev-parse", f"v{NEXT}^{{}}")
    assert (upgraded["version"], upgraded["commit"]) == (NEXT, newest)
    assert not Made(project, project).git("status", "--porcelain")
    assert "nothing to do" in run("make", "upgrade", cwd=project)
