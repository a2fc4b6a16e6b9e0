"""A release is a dated commit and a tag; or nothing, and all that is missing is said."""

import os
import re
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.support.releases import commit, copied, passed, version
from tools import release
from tools.examples import ROOT
from tools.releases import changelog, checks, places
from tools.releases import commit as release_commit
from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import Git

VERSION = version()
TAG = f"v{VERSION}"


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """A repository of what a release changes, which another version stands in, and that passed."""
    git = copied(tmp_path / "repository", alone=True)
    for name, text in checks.read(git, "HEAD").items():
        for patterns in (places.DECLARED, places.NAMED):
            if name in patterns:
                older = places.written({name: patterns[name]}, {name: text}, "0.0.9")[name]
                (git.folder / name).write_text(older, "utf-8")
    commit(git, "Older")
    passed(git)
    return git


def state(git: Git) -> tuple[str, ...]:
    """Return all that a release may change."""
    asked = (("for-each-ref",), ("status", "--porcelain"), ("rev-parse", "HEAD"), ("diff", "HEAD"))
    return tuple(git(*words) for words in asked)


def change(git: Git, name: str, old: str, new: str) -> None:
    file = git.folder / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_the_changelog_begins_with_this_version() -> None:
    title, _ = changelog.newest((ROOT / places.CHANGELOG).read_text("utf-8"))
    assert re.fullmatch(rf"{re.escape(VERSION)}, (unreleased|\d{{4}}-\d\d-\d\d)", title)


def test_a_release_is_a_commit_and_a_tag_with_the_version_and_the_day_everywhere(git: Git) -> None:
    before, days = git("rev-parse", "HEAD"), [date.today()]
    said = release.release(git, VERSION)
    days.append(date.today())
    assert git("status", "--porcelain") == ""
    assert git("rev-parse", "main^", f"{TAG}^{{commit}}^", "HEAD^") == "\n".join([before] * 3)
    assert git("cat-file", "-t", TAG) == "tag"
    assert git("log", "-1", "--format=%s") == f"Release {VERSION}"
    files = checks.read(git, TAG)
    for patterns in (places.DECLARED, places.NAMED):
        for name, pattern in patterns.items():
            assert set(re.findall(pattern, files[name])) == {VERSION}, name
            assert files[name] == (git.folder / name).read_text("utf-8")
    title, section = changelog.newest(files[places.CHANGELOG])
    assert title in {f"{VERSION}, {day.isoformat()}" for day in days}
    assert section in git("tag", "--list", "--format=%(contents)", TAG)
    assert release.notes(git, VERSION).strip() == section
    assert f"git push --atomic origin main {TAG}" in said
    assert git.run("grep", "--fixed-strings", "0.0.9", TAG).returncode == 1, "named elsewhere"


MISSING: dict[str, tuple[Callable[[Git], object], str]] = {
    "a clean tree": (lambda git: (git.folder / "new").touch(), "?? new"),
    "the branch": (lambda git: git("switch", "--quiet", "-c", "work"), "This is branch work"),
    "a branch": (lambda git: git("switch", "--quiet", "--detach"), "a commit without a branch"),
    "the section": (
        lambda git: change(git, places.CHANGELOG, f"## {VERSION}, unreleased", "## 77.0.0"),
        "begins with '77.0.0' and not with the section",
    ),
    "a section that is undated": (
        lambda git: change(git, places.CHANGELOG, ", unreleased", ", 2026-01-02"),
        f"begins with '{VERSION}, 2026-01-02'",
    ),
    "what an upgrade asks": (
        lambda git: change(git, places.CHANGELOG, "### Upgrading", "### Notes"),
        "nothing under *Upgrading*",
    ),
    "a tag that is free": (lambda git: git("tag", TAG), "is tagged already"),
    "the order of versions": (lambda git: git("tag", "v999.0.0"), "v999.0.0 is released already"),
    "a place for the version": (
        lambda git: change(git, "pyproject.toml", "version = ", "Version = "),
        "pyproject.toml has 0 places",
    ),
    "a green CI": (lambda git: checks.stamp(git).unlink(), ".ci/run` has not passed"),
    "a green CI of this commit": (lambda git: commit(git, "Later"), ".ci/run` has not passed"),
}


def test_all_that_is_missing_is_said_at_once_and_nothing_is_changed(git: Git) -> None:
    wanted = [MISSING[name] for name in MISSING if not name.startswith("a ")]
    for spoil, _ in wanted:
        spoil(git)
    commit(git, "Spoilt")
    (git.folder / "new").touch()
    before = state(git)
    with pytest.raises(UpgradeError) as refused:
        release.release(git, VERSION)
    for _, said in [*wanted, ((), "The tree is not clean")]:
        assert said in str(refused.value), said
    assert state(git) == before


@pytest.mark.parametrize(("spoil", "said"), MISSING.values(), ids=MISSING)
def test_each_of_it_alone_is_enough(git: Git, spoil: Callable[[Git], object], said: str) -> None:
    # What is committed is what counts; the tests that would run are not here.
    (git.folder / ".ci" / "run").write_text("#!/bin/sh\nexit 1\n")
    commit(git, "CI fails")
    passed(git)
    spoil(git)
    if not said.startswith("??"):
        commit(git, "Spoilt")
    if "CI" not in said and ".ci" not in said:
        passed(git)
    before = state(git)
    with pytest.raises(UpgradeError, match=re.escape(said)):
        release.release(git, VERSION)
    assert state(git) == before


@pytest.mark.parametrize("wrong", ["1", "v0.1.0", "0.1.0-rc1", "\u0660.1.0", "0.1.0\n"])
def test_what_is_no_version_is_refused(git: Git, wrong: str) -> None:
    with pytest.raises(UpgradeError, match="is no version"):
        release.release(git, wrong)


WRITES = (
    "hash-object",
    "update-index",
    "write-tree",
    "commit-tree",
    "tag",
    "update-ref",
    "restore",
)


class Killed(BaseException):
    """The end of a process between two commands."""


def test_killed_before_any_command_it_left_nothing_or_the_same_command_completes_it(
    git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, actual, left = state(git), Git.run, 0

    def run(self: Git, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        nonlocal left
        left -= words[0] in WRITES
        if left < 0:
            raise Killed
        return actual(self, *words, given=given)

    completed = 0
    for commands in range(100):
        left = commands
        with monkeypatch.context() as patch:
            patch.setattr(Git, "run", run)
            try:
                release.release(git, VERSION)
                break
            except Killed:
                pass
        if not git.has(TAG):
            assert state(git) == before
            continue
        completed += 1
        release.release(git, VERSION)
        assert git("status", "--porcelain") == ""
        assert git("rev-parse", "HEAD^", "HEAD") == git("rev-parse", before[2], f"{TAG}^{{commit}}")
        git("tag", "--delete", TAG)
        git("reset", "--quiet", "--hard", before[2])
    assert commands > completed >= 2


def test_what_was_written_after_a_kill_is_not_lost(
    git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(release_commit, "bring", lambda *_: None)
        release.release(git, VERSION)
    change(git, "README.md", "# ", "# My ")
    with pytest.raises(UpgradeError, match=r"were changed since: README\.md\."):
        release.release(git, VERSION)
    assert (git.folder / "README.md").read_text("utf-8").startswith("# My ")


def stubbed(git: Git, test: str) -> str:
    """Have `.ci/run` make nothing but a `test` that is cheap; return the commit."""
    (git.folder / "Makefile").write_text(f"setup:\ntest test-fast:\n\t@{test}\n")
    commit(git, "Cheap")
    for name, code in ((".venv/bin/python", 0), (".venv/bin/apt-get", 1)):
        (git.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (git.folder / name).write_text(f"#!/bin/sh\nexit {code}\n")
        (git.folder / name).chmod(0o755)
    return git("rev-parse", "HEAD")


@pytest.fixture
def cheap(git: Git, monkeypatch: pytest.MonkeyPatch) -> Git:
    """The repository, whose `.ci/run` installs nothing and builds nothing."""
    checks.stamp(git).unlink()
    monkeypatch.setenv("PATH", f"{git.folder}/.venv/bin:{os.environ['PATH']}")
    return git


@pytest.mark.parametrize(
    ("level", "test", "notes"),
    [
        ("all", "true", True),
        ("all", "false", False),
        ("all", "touch new", False),
        ("all", "git commit --quiet --allow-empty -m other", False),
        ("fast", "true", False),
    ],
)
def test_ci_notes_the_commit_that_passed(cheap: Git, level: str, test: str, notes: bool) -> None:
    commit = stubbed(cheap, test)
    done = subprocess.run([cheap.folder / ".ci" / "run", level], capture_output=True, text=True)
    assert (done.returncode == 0) == (test != "false"), done.stderr
    assert checks.stamp(cheap).exists() == notes
    assert not notes or checks.stamp(cheap).read_text("utf-8") == f"{commit}\n"


def test_a_change_that_is_not_committed_is_not_noted_as_passed(cheap: Git) -> None:
    stubbed(cheap, "true")
    (cheap.folder / "new").touch()
    subprocess.run([cheap.folder / ".ci" / "run"], check=True, capture_output=True)
    assert not checks.stamp(cheap).exists()


@pytest.mark.parametrize("test", ["true", "false", "touch new"])
def test_a_release_runs_ci_where_that_alone_is_missing(cheap: Git, test: str) -> None:
    stubbed(cheap, test)
    if test == "true":
        release.release(cheap, VERSION)
        assert cheap.has(TAG)
        return
    said = "`.ci/run` failed" if test == "false" else "is not clean"
    with pytest.raises(UpgradeError, match=said):
        release.release(cheap, VERSION)
    assert not cheap.has(TAG)


def test_the_next_version_is_opened_once_and_released_as_the_first(git: Git) -> None:
    with pytest.raises(UpgradeError, match="has a section"):
        release.start(git, "999.0.0")
    release.release(git, VERSION)
    with pytest.raises(UpgradeError, match=f"no version after '{VERSION}, "):
        release.start(git, VERSION)
    release.start(git, "999.0.0")
    text = (git.folder / places.CHANGELOG).read_text("utf-8")
    assert changelog.newest(text)[0] == "999.0.0, unreleased"
    assert changelog.lacking(text, "999.0.0")[0].startswith("CHANGELOG.md says nothing under")
    change(git, places.CHANGELOG, "### Upgrading\n", "### Upgrading\n\nNothing.\n")
    commit(git, "A change")
    assert f"--checkout {TAG}" in checks.read(git, "HEAD")["README.md"]
    passed(git)
    release.release(git, "999.0.0")
    assert "--checkout v999.0.0" in checks.read(git, "HEAD")["README.md"]
    assert git("describe") == "v999.0.0"
