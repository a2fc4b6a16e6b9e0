"""A release is a dated commit and a tag; or nothing, and all that is missing is said."""

import re
from collections.abc import Callable
from datetime import date

import pytest

from tests.support.releases import change, commit, passed, state, version
from tools import release
from tools.examples import ROOT
from tools.releases import changelog, checks, places
from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import Git

VERSION = version()
TAG = f"v{VERSION}"


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
