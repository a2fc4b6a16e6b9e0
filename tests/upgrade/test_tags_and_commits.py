"""The version that a project was made from: found for certain, or asked for; never supposed."""

import json
from pathlib import Path

import pytest

from tests.support.made import Made, bootstrap, make, two_versions
from tests.support.versions import prompts
from tools.upgrades.git import Git
from tools.upgrades.sources import Repository


@pytest.fixture
def rewritten(project: Made, versions: Path, tmp_path: Path) -> Path:
    """The template's repository, after the project's commit was rewritten and its tag moved."""
    Git(tmp_path)("clone", "--quiet", str(versions), str(tmp_path / "rewritten"))
    git = Git(tmp_path / "rewritten")
    git("checkout", "--quiet", "--orphan", "anew")
    git("commit", "--quiet", "-m", "all anew")
    anew = git("rev-parse", "HEAD")
    for tag in ("v1.0.0", "v2.0.0"):
        git("tag", "--force", tag, anew)
    git("tag", "--delete", "v1.1.0")
    for branch in ("main", "remotes/origin/main", "remotes/origin/HEAD"):
        git.run("update-ref", "-d", f"refs/{'heads/' if branch == 'main' else ''}{branch}")
    git("reflog", "expire", "--expire=now", "--all")
    git("-c", "gc.auto=1", "gc", "--quiet", "--prune=now")
    return tmp_path / "rewritten"


@pytest.mark.parametrize("command", ["upgrade", "check", "diff"])
def test_a_moved_tag_is_not_taken_for_the_commit_that_is_gone(
    project: Made, rewritten: Path, command: str
) -> None:
    before = project.state()
    done = bootstrap(project.folder, command, TEMPLATE=str(rewritten), NO_INPUT="1")
    assert done.returncode
    assert "no longer has the commit" in done.stderr
    assert "FROM=" in done.stderr
    assert project.state() == before


def test_from_names_where_the_old_version_is(
    project: Made, versions: Path, rewritten: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old.zip"
    Git(versions)("archive", "--format=zip", f"--output={old}", "v1.0.0")
    for number, place in enumerate((versions, old)):
        made = make(versions, tmp_path / f"made-{number}")
        named = {"TEMPLATE": str(rewritten), "FROM": str(place)}
        assert bootstrap(made.folder, "check", **named).returncode == 0
        done = bootstrap(made.folder, "upgrade", NO_INPUT="1", **named)
        assert done.returncode == 0, done.stderr
        assert made.version == "2.0.0"
        assert made.has("src/demo/added.py")
    other = tmp_path / "other.zip"
    git = Git(rewritten)
    git("archive", "--format=zip", f"--output={other}", "v1.0.0")
    refused = bootstrap(project.folder, "upgrade", TEMPLATE=str(rewritten), FROM=str(other))
    assert refused.returncode
    assert project.version == "1.0.0"


def test_a_folder_of_another_commit_of_that_version_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    versions = two_versions(tmp_path / "t", {"a": b"a\n"}, {"a": b"b\n"})
    project = make(versions, tmp_path / "project")
    git = Git(versions)
    (versions / "cookiecutter.json").write_bytes(prompts("1.0.0"))
    git("commit", "--quiet", "--all", "-m", "the first again")
    again = Repository(git).extract("HEAD", tmp_path / "again")
    assert project.upgrade("v2.0.0", "--origin", str(again)) == 2
    assert "and this project was made from" in capfd.readouterr().err


def test_a_shallow_clone_of_the_template_says_so(
    project: Made, versions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    clone = tmp_path / "shallow"
    Git(tmp_path)("clone", "--quiet", "--depth=1", versions.as_uri(), str(clone))
    made = Made(project.folder, clone)
    assert made.upgrade("HEAD") == 2
    assert "git fetch --unshallow" in capfd.readouterr().err


def test_two_versions_of_one_number_are_told_apart(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    versions = two_versions(tmp_path / "t", {"a": b"a\n"}, {"a": b"b\n"})
    (versions / ".gitattributes").unlink()
    (versions / "cookiecutter.json").write_bytes(prompts("2.0.0"))
    git = Git(versions)
    git("commit", "--quiet", "--all", "-m", "no commit in its archives")
    git("tag", "v2.0.1")
    project = make(versions, tmp_path / "project", "v2.0.0")
    assert project.upgrade("v2.0.1") == 0
    names = [f"2.0.{patch} ({git('rev-parse', f'v2.0.{patch}')[:8]})" for patch in (0, 1)]
    title = f"Upgrade the template from {names[0]} to {names[1]}"
    assert title in capfd.readouterr().out
    assert project.git("log", "-1", "--format=%s") == title
    assert json.loads(project.read(".template.json"))["commit"] == git("rev-parse", "v2.0.1")


def test_a_folder_is_told_from_the_version_of_its_number(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    versions = two_versions(tmp_path / "t", {"a": b"a\n"})
    (versions / "cookiecutter.json").write_bytes(prompts("1.0.0", author="x"))
    git = Git(versions)
    new = Repository(git).extract("v1.0.0", tmp_path / "new")
    (next(new.glob("<<*>>")) / "a").write_text("b\n")
    (new / "cookiecutter.json").write_bytes(prompts("1.0.0"))
    project = make(versions, tmp_path / "project")
    assert project.run("upgrade", "--template", str(new)) == 0
    assert "to 1.0.0 " in capfd.readouterr().out
