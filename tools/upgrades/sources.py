"""The source of the template's versions: a repository, or a folder with one of them."""

import io
import json
import re
import shutil
import tarfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import NEUTRAL, NOBODY, Git
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

    @cached_property
    def made(self) -> bool:
        """True if it was made of a folder with one version, which the user has named."""
        author = self.git.run("log", "-1", "--format=%ae", "HEAD").stdout.decode().strip()
        return author.endswith("@template.invalid")  # of `opened`, and of older projects' own

    def address(self) -> str:
        """Return where the repository was cloned from, if others can clone it from there, too."""
        origin = self.git.run("config", "--get", "remote.origin.url").stdout.decode().strip()
        return origin if re.match(r"(?!file:)[a-z][a-z0-9+-]*://|[\w.-]+@[\w.-]+:", origin) else ""

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
        if found := self.git.commit(revision):
            return found
        known = ", ".join(self.tags()) or "none"
        raise UpgradeError(
            f"The template has no version {revision!r}. Its tagged versions: {known}."
        )

    def goal(self, record: Record) -> str:
        """Return the newest version; or the recorded one where that is ahead of all tags."""
        newest, mine = self.newest(), record.revision
        ahead = bool(number(newest)) and number(newest) < number(record.version)
        if mine and self.git.has(mine):
            ahead |= not self.git.run("merge-base", "--is-ancestor", newest, mine).returncode
        return self.recorded(record) if ahead else newest

    def extract(self, revision: str, folder: Path) -> Path:
        """Put a version's files into a folder and return it."""
        plain = (*NEUTRAL, "-c", "core.eol=lf", "-c", "tar.umask=0022")
        alone = Git(self.git.folder, {**self.git.environment, "GIT_ATTR_NOSYSTEM": "1"})
        done = alone.run(*plain, "archive", "--format=tar", self.commit(revision))
        if done.returncode:
            raise UpgradeError(f"git archive failed: {done.stderr.decode(errors='replace')}")
        unpack(done.stdout, folder)
        return folder

    def name(self, commit: str, version: str) -> str:
        """Return what people call a commit: by its newest version's tag, if it has one."""
        tags = filter(TAG.fullmatch, self.git("tag", "--points-at", commit).split())
        called = (sorted(tags, key=number) or [version])[-1]
        return f"{called.removeprefix('v')} ({commit[:8]})"

    def recorded(self, record: Record) -> str:
        """Return the commit that a project was made from.

        The tag of its version stands for it only where no commit is recorded, or where the
        repository is made of a folder that the user named: tags can be moved, and both sides of an
        upgrade would then be the same.

        Raises:
            UpgradeError: The repository doesn't have it.
        """
        tag = f"v{record.version}"
        if record.revision and (found := self.git.commit(record.revision)):
            return found
        if (not record.revision or self.made) and (found := self.git.commit(tag)):
            return found
        if not record.revision:
            raise UpgradeError(
                f"The template at hand has no tag {tag}, and {RECORD} names no commit. "
                f"Give a repository that has the tag, or write the commit into {RECORD}."
            )
        raise UpgradeError(self._gone(record, tag))

    def _gone(self, record: Record, tag: str) -> str:
        found = f"The template at hand has neither the commit {record.revision} nor the tag {tag}"
        if self.git.has(tag):
            found = (
                f"The template at hand no longer has the commit {record.revision}; its tag {tag} "
                f"is {self.commit(tag)[:8]} and may be another tree"
            )
        shallow = self.git("rev-parse", "--is-shallow-repository") == "true"
        deepen = " It is a shallow clone: `git fetch --unshallow` there may bring it." * shallow
        return (
            f"{found}, so nothing says what this project was made from.{deepen} Name a place that "
            "has it, FROM=address-or-path: a repository with that commit, or a zip or folder of "
            f"{record.version} as it was then."
        )


def opened(place: Path, scratch: Path) -> Repository:
    """Return a template's repository; of a folder with one version, make one with its tag."""
    if (place / ".git").exists() or (place / "objects").is_dir():
        return Repository(Git(place))
    folder = Path(shutil.copytree(place, scratch / "made", symlinks=True))
    declared = json.loads((folder / "cookiecutter.json").read_text("utf-8"))
    git = Git(folder, {**NOBODY, "GIT_ATTR_NOSYSTEM": "1"})
    alone = (*NEUTRAL, "-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false")
    git("init", "--quiet", "--template=")
    git(*alone, "add", "--all", "--force")
    git(*alone, "commit", "--quiet", "-m", "One version")
    git("tag", f"v{declared.get('_template_version', '0.0.0')}")
    return Repository(git)
