"""Where versions of the template come from: a repository, or a folder with one of them."""

import io
import re
import tarfile
from dataclasses import dataclass
from pathlib import Path

from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import Git
from tools.upgrades.project import RECORD, Record

TAG = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


def number(version: str) -> tuple[int, ...]:
    """Return the numbers in a version or a title; one that has none is before all others."""
    found = re.match(r"\D*?(\d+)\.(\d+)\.(\d+)", version)
    return tuple(map(int, found.groups())) if found else ()


def unpack(content: bytes, folder: Path) -> None:
    """Put the files of a tar of git's own into a folder.

    Raises:
        UpgradeError: It has links that lead out of the folder.
    """
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        try:
            # Python 3.11.2, which Debian 12 has, knows no filters.
            if hasattr(tarfile, "data_filter"):
                archive.extractall(folder, filter="data")
            else:
                archive.extractall(folder)  # noqa: S202 - git keeps to the folder
        except tarfile.TarError as error:
            raise UpgradeError(f"The template can't be unpacked: {error}") from None


@dataclass(frozen=True)
class Repository:
    """A template's repository, with all of its versions."""

    git: Git

    def address(self) -> str:
        """Return where the repository was cloned from, if others can clone it from there, too."""
        origin = self.git.run("config", "--get", "remote.origin.url").stdout.decode().strip()
        return origin if re.match(r"(?!file:)[a-z+]+://|[\w.-]+@[\w.-]+:", origin) else ""

    def tags(self) -> list[str]:
        """Return the versions' tags, oldest first."""
        return sorted(filter(TAG.fullmatch, self.git("tag", "--list").split()), key=number)

    def newest(self) -> str:
        """Return the newest version's tag; where none is tagged, the default branch's commit."""
        return (self.tags() or ["HEAD"])[-1]

    def commit(self, revision: str) -> str:
        """Return a revision's commit.

        Raises:
            UpgradeError: There is no such revision.
        """
        if not self.git.has(revision):
            known = ", ".join(self.tags()) or "none"
            raise UpgradeError(
                f"The template has no version {revision!r}. Its tagged versions: {known}."
            )
        return self.git("rev-parse", f"{revision}^{{commit}}")

    def milestones(self, most: int = 20) -> list[str]:
        """Return versions all over the history, oldest first: its tags, and some commits."""
        commits = self.git("log", "--first-parent", "--reverse", "--format=%h").split()
        step = max(1, -(-len(commits) // most))
        return [*self.tags(), *commits[::-step][::-1]]

    def goal(self, record: Record) -> str:
        """Return the newest version; or the recorded one where that is ahead of all tags."""
        newest, mine = self.newest(), record.revision
        ahead = bool(number(newest)) and number(newest) < number(record.version)
        if mine and self.git.has(mine):
            ahead |= not self.git.run("merge-base", "--is-ancestor", newest, mine).returncode
        return self.recorded(record) if ahead else newest

    def extract(self, revision: str, folder: Path) -> Path:
        """Put a version's files into a folder and return it."""
        # Line ends as they are committed, whatever git's settings are here.
        plain = ("-c", "core.autocrlf=false", "-c", "core.eol=lf")
        done = self.git.run(*plain, "archive", "--format=tar", self.commit(revision))
        if done.returncode:
            raise UpgradeError(f"git archive failed: {done.stderr.decode(errors='replace')}")
        unpack(done.stdout, folder)
        return folder

    def recorded(self, record: Record) -> str:
        """Return the commit that a project was made from.

        Raises:
            UpgradeError: The repository doesn't have it.
        """
        for revision in (record.revision, f"v{record.version}"):
            if revision and self.git.has(revision):
                return self.commit(revision)
        if not record.revision:
            raise UpgradeError(
                f"The template at hand has no tag v{record.version}, and {RECORD} names no commit. "
                f"Give a repository that has it, or remove {RECORD}, commit, and let `adopt` find "
                "the nearest version."
            )
        raise UpgradeError(
            f"The template at hand has neither the commit {record.revision} nor the tag "
            f"v{record.version}, from which this project was made. Give a repository that has it: "
            "as TEMPLATE or, where the new version is in a zip or folder, as FROM."
        )
