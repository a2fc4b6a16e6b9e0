"""Abort gives back every byte, whatever git would make of the files today."""

import os
from pathlib import Path

import pytest

from tests.support.made import Made, conflict, make, two_versions
from tests.support.versions import lines, text


def is_exact(project: Made, code: int = 1) -> None:
    before = project.state()
    assert project.upgrade() == code
    assert project.run("abort") == 0
    after = project.state()
    assert after == before
    assert project.upgrade("v2.0.0", "--dry-run") == 0


@pytest.mark.parametrize(("then", "now"), [("false", "true"), ("true", "false"), ("true", "input")])
def test_where_autocrlf_has_changed_since_the_checkout(
    project: Made, versions: Path, tmp_path: Path, then: str, now: str
) -> None:
    conflict(project)
    setting = f"core.autocrlf={then}"
    options = ("-c", setting, "clone", "--quiet", "--config", setting)
    project.git(*options, str(project.folder), str(tmp_path / "clone"))
    clone = Made(tmp_path / "clone", versions)
    for name in clone.git.lines("ls-files", "-z"):  # long ago, so that git trusts its notes
        os.utime(clone.folder / name, (1e9, 1e9))
    clone.git("update-index", "--refresh")
    clone.git("config", "core.autocrlf", now)
    is_exact(clone)


def test_where_a_filter_has_changed_since_the_checkout(project: Made) -> None:
    project.write(".gitattributes", "config.yaml filter=own\n")
    conflict(project)
    project.git("config", "filter.own.smudge", "sed 's/^mine/MINE/'")
    project.git("config", "filter.own.clean", "sed 's/^MINE/mine/'")
    is_exact(project)


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_what_git_was_told_not_to_look_at(project: Made, flag: str) -> None:
    conflict(project)
    project.git("update-index", flag, "config.yaml")
    project.write("config.yaml", project.read("config.yaml") + b"secret: 1\n")
    before = project.state()
    assert project.upgrade() == 2
    assert project.state() == before


def with_submodule(tmp_path: Path, place: str) -> Made:
    """Make a project with a submodule where the template has files, which the next one changes."""
    first = {"a": b"a\n", "docs/page": text(lines("a")), "docs/deep/page": text(lines("b"))}
    second = {
        **first,
        "docs/page": text(lines("a"), "more"),
        "docs/deep/new": b"new\n",
        "docs/deep/page": text(lines("b"), "more"),
        "a": b"b\n",
    }
    versions = two_versions(tmp_path / "t", first, second)
    project = make(versions, tmp_path / "project")
    other = make(versions, tmp_path / "other")
    project.git("rm", "-r", "--quiet", place)
    project.commit()
    add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    project.git(*add, str(other.folder), place)
    project.write(f"{place}/mine.txt", "not in the submodule\n")
    project.git("commit", "--quiet", "-m", "a submodule")
    return project


@pytest.mark.parametrize("place", ["docs", "docs/deep", "docs/page"])
def test_a_submodule_in_the_templates_place(
    tmp_path: Path, place: str, capfd: pytest.CaptureFixture[str]
) -> None:
    project = with_submodule(tmp_path, place)
    project.write("a", "mine\n")
    project.git("add", "a")
    project.git("commit", "--quiet", "-m", "mine")
    is_exact(project)
    said = capfd.readouterr().out
    assert "Left out, for a submodule of yours is in their place: docs/" in said
    project.git("reset", "--hard", "--quiet", "HEAD~1")
    left = Made(project.folder / place, project.versions).state()
    assert project.upgrade() == 0
    assert project.git("status", "--porcelain", "--ignore-submodules") == ""
    assert Made(project.folder / place, project.versions).state() == left


def test_a_submodule_below_a_new_file_of_the_template(tmp_path: Path) -> None:
    versions = two_versions(tmp_path / "t", {"a": b"a\n"}, {"a": b"b\n", "own": b"new\n"})
    project = make(versions, tmp_path / "project")
    other = make(versions, tmp_path / "other")
    add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    project.git(*add, str(other.folder), "own/sub")
    project.git("commit", "--quiet", "-m", "a submodule")
    is_exact(project)
