"""A project: its folder in a repository, its record, and what of it is whose."""

import json
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from tools.upgrades.answers import demand_texts
from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import Git, Tree

RECORD = ".template.json"


@dataclass(frozen=True)
class Record:
    """A project's record of its template: `.template.json`."""

    template: str | None
    version: str
    commit: str | None
    answers: dict[str, str]
    user: tuple[str, ...]
    shared: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Record":
        """Read the file's content.

        Raises:
            UpgradeError: It is no record.
        """
        try:
            fields: dict[str, Any] = json.loads(text, object_pairs_hook=_unique)
            ownership = fields.get("ownership", {})
            if not all(_has_texts(items) for items in ownership.values()):
                raise TypeError('ownership has lists: ["a file", "a folder/"]')
            for name in ("template", "version", "commit"):
                if not isinstance(fields.get(name, ""), str | None):
                    raise TypeError(f"{name} is a text")
            demand_texts(fields["answers"], f"The answers in {RECORD}")
            return cls(
                template=fields.get("template"),
                version=fields["version"],
                commit=fields.get("commit"),
                answers=dict(fields["answers"]),
                user=tuple(ownership.get("user", ())),
                shared=tuple(ownership.get("shared", ())),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise UpgradeError(
                f"{RECORD} can't be read ({error!r}). Take it back from git "
                f"(`git log -- {RECORD}`)."
            ) from None

    @classmethod
    def read(cls, folder: Path) -> "Record":
        """Read a project's or a rendering's record.

        Raises:
            UpgradeError: There is none, or it can't be read.
        """
        try:
            return cls.parse((folder / RECORD).read_text("utf-8"))
        except FileNotFoundError:
            raise UpgradeError(f"There is no {RECORD} in {folder.name}.") from None

    @property
    def name(self) -> str:
        """The name of the version, for people."""
        return f"{self.version} ({self.commit[:8]})" if self.commit else self.version

    @property
    def revision(self) -> str | None:
        """The template's commit without git's mark for a changed work tree."""
        return self.commit.removesuffix("-dirty") if self.commit else None


def _has_texts(items: object) -> bool:
    return isinstance(items, list) and all(isinstance(item, str) for item in items)


def covers(patterns: tuple[str, ...], path: str) -> bool:
    """Say whether one of the patterns, a folder with a slash at the end or a name, is this path."""
    return any(
        path.startswith(pattern) if pattern.endswith("/") else fnmatchcase(path, pattern)
        for pattern in patterns
    )


@dataclass(frozen=True)
class Project:
    """A project's folder, which is the work tree's root or a folder in it."""

    root: Path

    @property
    def git(self) -> Git:
        """Git at the project's folder."""
        return Git(self.root)

    @cached_property
    def prefix(self) -> str:
        """Return the folder's path in its repository, with a slash at the end; empty at its root.

        Raises:
            UpgradeError: The project is not in git, git refuses it, or it has no commit yet.
        """
        inside = self.git.run("rev-parse", "--is-inside-work-tree", "--show-prefix")
        if inside.returncode and b"not a git repository" not in inside.stderr:
            said = inside.stderr.decode(errors="replace").strip()
            raise UpgradeError(f"git does not read the repository of {self.root}: {said}")
        answer, _, prefix = inside.stdout.decode(errors="surrogateescape").partition("\n")
        if answer != "true":
            raise UpgradeError(
                f"{self.root} is not in a git repository, and git does the merging. Make it one: "
                "`git init`, `git add .`, `git commit`; and try again."
            )
        if not self.git.has("HEAD"):
            raise UpgradeError(
                "The repository has no commit yet. Commit the project as it is, and try again."
            )
        return prefix.removesuffix("\n")

    def record(self) -> Record:
        """Return the record in the work tree.

        Raises:
            UpgradeError: There is none.
        """
        file = self.root / RECORD
        if not file.is_file():
            raise UpgradeError(
                f"There is no {RECORD} here, so nothing says which template and version this is. "
                f"Take it back from git (`git log -- {RECORD}`)."
            )
        return Record.parse(file.read_text("utf-8"))

    def files(self) -> Tree:
        """Return the committed files."""
        prefix = self.prefix
        if not prefix:
            return self.git.tree("HEAD")
        revision = f"HEAD:{prefix.rstrip('/')}"
        if self.git.run("rev-parse", "--verify", "--quiet", revision).returncode:
            raise UpgradeError(f"{prefix} is not committed yet. Commit it, and try again.")
        return self.git.tree(revision)

    def demand_clean(self) -> None:
        """Refuse changes that are not committed.

        Raises:
            UpgradeError: There are some.
        """
        changed = self.git.lines("status", "--porcelain", "-z", "--untracked-files=no")
        if changed:
            shown = "\n".join(f"  {line}" for line in changed[:10])
            raise UpgradeError(
                "There are changes that are not committed:\n"
                f"{shown}\nCommit or stash them, so that the upgrade can be undone as a whole."
            )

    def declared(self) -> tuple[str, ...]:
        """Return the template's files that the project says it edited on purpose.

        Raises:
            UpgradeError: The list is no list of texts.
        """
        try:
            found = tomllib.loads((self.root / "pyproject.toml").read_text("utf-8"))
        except (OSError, ValueError):
            return ()
        table = found.get("tool", {}).get("template", {})
        edited = table.get("edited", []) if isinstance(table, dict) else None
        if not isinstance(edited, list) or not all(isinstance(path, str) for path in edited):
            raise UpgradeError('pyproject.toml: tool.template.edited is a list: ["a file", …].')
        return tuple(edited)

    def mentions(self, before: Record, after: Record) -> list[str]:
        """Return the user's files that still have the package's former name in them."""
        former = before.answers.get("package_name")
        if not former or former == after.answers.get("package_name"):
            return []
        files = self.git.run("grep", "-l", "-z", "-w", "-F", "-e", former).stdout
        paths = files.decode(errors="surrogateescape").split("\0")
        return [path for path in paths if path and covers(after.user, path)]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's keys and values, of which none stands twice."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise ValueError(f"{name!r} stands twice")
        fields[name] = value
    return fields
