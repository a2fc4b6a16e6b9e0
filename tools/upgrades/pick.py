"""The merge in the project itself, which survives being killed, and its abort and end."""

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import Git
from tools.upgrades.merge import NOBODY
from tools.upgrades.project import Project

ROOT = Path(__file__).resolve().parents[2]
STATE = "template-upgrade"
MARKERS = (b"<<<<<<< ", b">>>>>>> ")


class Underway:
    """The note beside git's own state that an upgrade leaves while it is not finished."""

    def __init__(self, project: Project) -> None:
        """Find the folder of the note; it need not be there."""
        self.git = Git(Path(project.git("rev-parse", "--show-toplevel")))
        self.folder = project.git.path(STATE)

    def read(self) -> dict[str, Any] | None:
        """Return the note, or None where no upgrade is under way."""
        try:
            note: dict[str, Any] = json.loads((self.folder / "note.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return note

    def write(self, note: dict[str, Any]) -> None:
        """Leave the note, and this very program to end or abort with."""
        self.drop()
        (self.folder / "tools").mkdir(parents=True)
        shutil.copy2(ROOT / "tools" / "upgrade.py", self.folder / "tools")
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(
            ROOT / "tools" / "upgrades", self.folder / "tools" / "upgrades", ignore=ignored
        )
        part = self.folder / "note.part"
        part.write_text(json.dumps({**note, "pid": os.getpid()}), "utf-8")
        part.replace(self.folder / "note.json")

    def drop(self) -> None:
        """Remove the note."""
        (self.folder / "note.json").unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def picking(self) -> bool:
        """Whether git is in the middle of the cherry-pick."""
        note = self.read()
        head = self.git.run("rev-parse", "--verify", "--quiet", "CHERRY_PICK_HEAD").stdout
        return note is not None and head.decode().strip() == str(note["picked"])

    def moved(self, note: dict[str, Any]) -> bool:
        """Whether HEAD is no longer what it was at the upgrade's beginning."""
        return self.git("rev-parse", "HEAD") != str(note["head"])

    def left(self, note: dict[str, Any]) -> list[str]:
        """Return the files that the upgrade has written and that git doesn't know."""
        tracked = set(self.git.lines("ls-files", "-z"))
        files = [path for path in note["created"] if path not in tracked]
        return [path for path in files if os.path.lexists(self.git.folder / path)]


def identity(git: Git) -> Git:
    """Return git with a name to commit under, where the user has given none."""
    if (
        git.run("var", "GIT_COMMITTER_IDENT").returncode
        or git.run("var", "GIT_AUTHOR_IDENT").returncode
    ):
        return Git(git.folder, {**dict(git.environment), **NOBODY})
    return git


def demand_none(project: Project) -> None:
    """Refuse a second upgrade, and any other operation that git is in the middle of.

    Raises:
        UpgradeError: There is one.
    """
    underway = Underway(project)
    if note := underway.read():
        if underway.picking or (not underway.moved(note) and underway.left(note)):
            raise UpgradeError(
                "An upgrade is under way. Resolve its conflicts and `make upgrade-continue`, or "
                "`make upgrade-abort`."
            )
        underway.drop()
    for name, what in (
        ("MERGE_HEAD", "merge"),
        ("CHERRY_PICK_HEAD", "cherry-pick"),
        ("REVERT_HEAD", "revert"),
        ("rebase-merge", "rebase"),
        ("rebase-apply", "rebase"),
    ):
        if project.git.path(name).exists():
            raise UpgradeError(f"A {what} is under way. End or abort it first (`git status`).")


def demand_room(git: Git, created: list[str]) -> None:
    """Refuse to write where a file is that git doesn't know, ignored ones included.

    Raises:
        UpgradeError: There are some.
    """
    blocked = set()
    for path in created:
        place = git.folder / path
        if os.path.lexists(place):
            blocked.add(path)
        for parent in list(Path(path).parents)[:-1]:
            if (git.folder / parent).is_symlink() or (git.folder / parent).is_file():
                blocked.add(str(parent))
    tracked = set(git.lines("ls-files", "-z"))
    if blocked := {path for path in blocked if path not in tracked}:
        raise UpgradeError(
            "The new version has files where yours are that git doesn't know: "
            f"{', '.join(sorted(blocked)[:10])}. Commit or move them, and try again."
        )


def pick(project: Project, commit: str, note: dict[str, Any]) -> bool:
    """Cherry-pick the rendered change onto the project; say whether it went without conflicts.

    Raises:
        UpgradeError: Git refused for another reason than conflicts.
    """
    underway = Underway(project)
    demand_room(underway.git, note["created"])
    head = underway.git("rev-parse", "HEAD")
    underway.write({**note, "head": head, "picked": commit})
    done = identity(underway.git).run("cherry-pick", "--allow-empty", commit)
    if done.returncode == 0:
        underway.drop()
        return True
    if underway.git.lines("diff", "--name-only", "--diff-filter=U", "-z"):
        return False
    said = (done.stderr or done.stdout).decode(errors="replace").strip()
    if underway.picking:
        raise UpgradeError(
            f"The files are merged, but git did not commit them:\n{said}\n"
            "Mend that and `make upgrade-continue`, or `make upgrade-abort`."
        )
    if not underway.moved(underway.read() or {"head": head}) and not underway.left(note):
        underway.drop()
    raise UpgradeError(f"git cherry-pick refused, and nothing was changed:\n{said}")


def abort(project: Project) -> str:
    """Put files, index and HEAD back to what they were, and return a sentence about it.

    Raises:
        UpgradeError: No upgrade is under way, or one is running.
    """
    underway = Underway(project)
    note = underway.read()
    if note is None:
        raise UpgradeError("No upgrade is under way, so there is nothing to abort.")
    if underway.moved(note):
        underway.drop()
        raise UpgradeError(
            "The upgrade is committed already, so there is nothing to abort. "
            "`git revert HEAD` takes it back, if it is the last commit."
        )
    _wait_for_dead(underway, note)
    git = underway.git
    if underway.picking:
        git("cherry-pick", "--abort")
    git("reset", "--quiet")
    if note["touched"]:
        names = "".join(f"{path}\0" for path in note["touched"])
        given = names.encode(errors="surrogateescape")
        git("checkout-index", "--force", "-z", "--stdin", given=given)
    for path in underway.left(note):
        place = git.folder / path
        if not place.is_dir() or place.is_symlink():
            place.unlink()
        for parent in list(Path(path).parents)[:-1]:
            if not any((git.folder / parent).iterdir()):
                (git.folder / parent).rmdir()
    git.run("update-index", "--refresh", "--quiet")
    underway.drop()
    return "The upgrade is taken back: files and HEAD are what they were."


def _wait_for_dead(underway: Underway, note: dict[str, Any]) -> None:
    """Remove the lock that a killed git has left, never one of a living process."""
    if note["pid"] != os.getpid() and _upgrading(note["pid"]) and not underway.picking:
        raise UpgradeError("The upgrade is running at this moment. Wait for it, or end it first.")
    lock = underway.git.path("index.lock")
    for _ in range(30):
        if not lock.exists():
            return
        time.sleep(0.1)
    lock.unlink(missing_ok=True)


def _upgrading(pid: int) -> bool:
    """Say whether a process is still an upgrade; another may have its number by now."""
    try:
        return b"upgrade" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def finish(project: Project) -> dict[str, Any]:
    """Commit an upgrade whose conflicts are resolved, and return its note.

    Raises:
        UpgradeError: There are conflicts left, or no upgrade.
    """
    underway = Underway(project)
    note = underway.read()
    if note is None:
        raise UpgradeError("No upgrade is under way, so there is nothing to continue.")
    if underway.moved(note) and not underway.picking:
        underway.drop()
        return note
    if not underway.picking:
        raise UpgradeError("The upgrade was interrupted early. `make upgrade-abort`, and again.")
    git = underway.git
    if unmerged := sorted(set(git.lines("diff", "--name-only", "--diff-filter=U", "-z"))):
        raise UpgradeError(
            f"These conflicts are not resolved yet: {', '.join(unmerged)}. Edit each file and "
            "`git add` it (`git rm` where it shall go), or use `git mergetool`."
        )
    for path in note["conflicted"]:
        place = git.folder / path
        if place.is_file() and not place.is_symlink():
            lines = place.read_bytes().splitlines()
            if any(line.startswith(MARKERS) for line in lines):
                raise UpgradeError(f"{path} still has the marks of a conflict in it.")
    alone = identity(Git(git.folder, {"GIT_EDITOR": "true"}))
    alone("cherry-pick", "--continue")
    underway.drop()
    return note
