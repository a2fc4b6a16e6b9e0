"""This template's own examples, from its last versions to the work tree and beyond."""

import json
import shlex
from pathlib import Path

import pytest

from tests.support.commands import run
from tests.support.files import contents
from tests.support.made import Made, bootstrap
from tests.support.story import commit, copy_template, make_example, release, replace
from tools.examples import EXAMPLES, ROOT, SKELETON, answers, names
from tools.upgrades import render
from tools.upgrades.git import Git
from tools.upgrades.project import Record, covers
from tools.upgrades.sources import Repository

LIBRARY = "runtime/src/model_runtime"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with this one's versions and last commit, the work tree, and one more."""
    if not (ROOT / ".git").exists():
        pytest.skip("this copy of the template has no history")
    folder = tmp_path_factory.mktemp("template") / "repository"
    Git(ROOT)("clone", "--quiet", str(ROOT), str(folder))
    Git(folder)("tag", "committed")
    copy_template(folder)
    with (folder / SKELETON / "README.md").open("a", encoding="utf-8") as file:
        file.write("\nA line of the next version.\n")
    release(folder, "1000.0.0", "Notes of 1000.0.0.")
    with (folder / SKELETON / LIBRARY / "errors.py").open("a", encoding="utf-8") as file:
        file.write("# A line of the version after that.\n")
    jenkins = folder / SKELETON / "deploy" / "jenkins"
    (jenkins / "README.md").rename(jenkins / "pipelines.md")
    release(folder, "1001.0.0", "Notes of 1001.0.0.")
    return folder


def of_template(project: Path) -> dict[str, bytes]:
    """Return the files that are not the user's."""
    record = Record.parse((project / ".template.json").read_text("utf-8"))
    return {
        path: content
        for path, (_, content) in Made(project, project).state()[2].items()
        if not covers(record.user, path)
    }


def starts() -> list[str]:
    """Return this repository's own versions, of those that can be upgraded, and its last commit."""
    if not (ROOT / ".git").exists():
        return []
    repository = Repository(Git(ROOT))
    record = f"{SKELETON}/.template.json"
    known = [tag for tag in repository.tags() if record in repository.git.tree(tag)]
    return [*known, "committed"]


@pytest.mark.parametrize("start", starts())
@pytest.mark.parametrize("name", names())
def test_an_upgraded_example_is_what_the_new_version_makes(
    template: Path, tmp_path: Path, name: str, start: str
) -> None:
    project = make_example(template, start, name, tmp_path / "old")
    done = bootstrap(project, "upgrade", TEMPLATE=str(template))
    assert done.returncode == 0, done.stdout + done.stderr
    wanted = make_example(template, "v1001.0.0", name, tmp_path / "new")
    assert of_template(project) == of_template(wanted)
    assert contents(project / "runtime") == contents(
        tmp_path / "new/version" / SKELETON / "runtime"
    )
    for note in ("1000.0.0: Notes of 1000.0.0.", "1001.0.0: Notes of 1001.0.0."):
        assert note in done.stdout


def test_changed_answers_make_what_they_would_have_made_at_once(
    template: Path, tmp_path: Path
) -> None:
    changed = {"project_slug": "ice", "package_name": "frozen", "task": "regression"}
    changed |= {"project_name": "Price of Ice", "description": "How much?", "ansible": "yes"}
    changed |= {
        "github_actions": "yes",
        "azure": "yes",
        "author": "Ada O'Hara",
        "python_version": "3.12",
    }
    version = Repository(Git(template)).extract("v1001.0.0", tmp_path / "version")
    project = render.render(version, {}, tmp_path / "project")
    commit(project)
    wanted = render.render(version, changed, tmp_path / "wanted")
    commit(wanted)
    given = shlex.join(f"{name}={answer}" for name, answer in changed.items())
    done = bootstrap(project, "upgrade", TEMPLATE=str(template), ANSWERS=given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert of_template(project) == of_template(wanted)
    assert (project / "src" / "frozen" / "use_case" / "model.py").exists()
    assert not (project / "src" / "iris_classifier").exists()
    assert "tests/test_use_case.py still says 'iris_classifier'" in done.stdout


@pytest.mark.parametrize("name", names())
def test_what_an_example_brings_is_the_users(template: Path, tmp_path: Path, name: str) -> None:
    version = Repository(Git(template)).extract("HEAD", tmp_path / "version")
    rendered = render.render(version, answers(name), tmp_path / "render")
    record = Record.parse((rendered / ".template.json").read_text("utf-8"))
    files = {path for path in (EXAMPLES / name).rglob("*") if path.is_file()}
    brought = {path.relative_to(EXAMPLES / name).as_posix() for path in files}
    others = {path for path in brought if (rendered / path).exists()}
    assert {path for path in others if not covers(record.user, path)} <= {"config.yaml"}


def test_a_fix_in_a_project_goes_back_to_the_template(template: Path, tmp_path: Path) -> None:
    project = make_example(template, "v1001.0.0", "titanic", tmp_path)
    fixes = {
        "Makefile": ("CLI := $(BIN)/titanic", "CLI := $(BIN)/titanic --fixed"),
        f"{LIBRARY}/errors.py": ("the message says how.", "the message says how in titanic."),
        "client/index.html": ("<html", "<!-- Fixed. -->\n<html"),
    }
    for name, (old, new) in fixes.items():
        replace(project / name, old, new)
    done = bootstrap(project, "diff", TEMPLATE=str(template))
    assert done.returncode == 0, done.stderr
    copy = tmp_path / "copy"
    Git(tmp_path)("clone", "--quiet", str(template), str(copy))
    Git(copy)("apply", "--index", given=done.stdout.encode())
    Git(copy)("commit", "--quiet", "-m", "fixed")
    again = make_example(copy, "HEAD", "titanic", tmp_path / "again")
    for name in fixes:
        assert (again / name).read_text("utf-8") == (project / name).read_text("utf-8")


def test_an_upgraded_project_has_what_its_owner_wrote_in_the_new_version(
    template: Path, tmp_path: Path
) -> None:
    project = make_example(template, "committed", "titanic", tmp_path)
    config = project / "config.yaml"
    mine = config.read_text("utf-8").replace("Would you", "Tell me, would you", 1)
    config.write_text(mine, "utf-8")
    hook = project / "src" / "titanic" / "use_case" / "model.py"
    hook.write_text(f"{hook.read_text('utf-8')}\n\nMINE = 1\n", "utf-8")
    before = hook.read_bytes()
    commit(project)
    shown = run("make", "upgrade", cwd=project, TEMPLATE=str(template))
    assert "renamed     deploy/jenkins/README.md -> deploy/jenkins/pipelines.md" in shown
    assert hook.read_bytes() == before
    assert "Tell me, would you" in config.read_text("utf-8")
    assert (project / LIBRARY / "errors.py").read_text("utf-8").endswith("after that.\n")
    record = json.loads((project / ".template.json").read_text("utf-8"))
    assert record["commit"] == Git(template)("rev-parse", "HEAD")
    assert "nothing to do" in run("make", "upgrade", cwd=project, TEMPLATE=str(template))
    assert "are as in 1001.0.0" in run(
        "make", "check-template", cwd=project, TEMPLATE=str(template)
    )
    wanted = of_template(make_example(template, "v1001.0.0", "titanic", tmp_path / "new"))
    wanted["config.yaml"] = wanted["config.yaml"].replace(b"Would you", b"Tell me, would you", 1)
    assert of_template(project) == wanted
