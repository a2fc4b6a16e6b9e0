"""Where versions of the template come from: a repository, or a folder with one of them."""

import io
import re
import tarfile
from dataclasses import dataclass
from pathlib import Path

from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import Git
from tools.upgrades.project import Record

TAG = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


def number(version: str) -> tuple[int, ...]:
    """Return a version's numbers, for comparison; a version that has none is before all others."""
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", version)
    return tuple(map(int, found.groups())) if found else ()


@dataclass(frozen=True)
class Repository:
    """A template's repository, with all of its versions."""

    git: Git

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

    def precedes(self, earlier: str, later: str) -> bool:
        """Say whether a commit is another's ancestor, or the same."""
        return not self.git.run("merge-base", "--is-ancestor", earlier, later).returncode

    def extract(self, revision: str, folder: Path) -> Path:
        """Put a version's files into a folder and return it."""
        # Line ends as they are committed, whatever git's settings are here.
        plain = ("-c", "core.autocrlf=false", "-c", "core.eol=lf")
        done = self.git.run(*plain, "archive", "--format=tar", self.commit(revision))
        if done.returncode:
            raise UpgradeError(f"git archive failed: {done.stderr.decode(errors='replace')}")
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(folder, filter="data")
        return folder

    def recorded(self, record: Record) -> str:
        """Return the commit that a project was made from.

        Raises:
            UpgradeError: The repository doesn't have it.
        """
        for revision in (record.revision, f"v{record.version}"):
            if revision and self.git.has(revision):
                return self.commit(revision)
        raise UpgradeError(
            f"The template at hand has neither the commit {record.revision} nor the tag "
            f"v{record.version}, from which this project was made. Give a repository that has it, "
            "as TEMPLATE or, beside a new version in a zip or folder, as FROM."
        )
