"""A release that was killed left nothing, or the same command completes it."""

import subprocess

import pytest

from tests.support.releases import change, state, version
from tools import release
from tools.releases import commit as release_commit
from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import Git

VERSION = version()
TAG = f"v{VERSION}"

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
