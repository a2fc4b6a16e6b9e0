"""The two ends of an upgrade that has stopped: taken back, or committed."""

import re
import time
from pathlib import Path

from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import Git, identity
from tools.upgrades.project import Project
from tools.upgrades.restore import put_back
from tools.upgrades.underway import Note, Underway

PATIENCE = 3
"""Seconds to wait for a lock of git's, or for git to finish."""


def abort(project: Project) -> str:
    """Put files, index and HEAD back to what they were, and return a sentence about it.

    `git cherry-pick --abort` would not do: it deletes what was untracked and then added, and
    can't undo what a killed git has half written.

    Raises:
        UpgradeError: No upgrade is under way, or one is running, or it was ended by hand.
    """
    underway = Underway(project)
    note = underway.read()
    if note is None:
        raise UpgradeError("No upgrade is under way, so there is nothing to abort.")
    end = time.monotonic() + PATIENCE
    while (running := underway.running(note)) and time.monotonic() < end:
        time.sleep(0.1)  # one that was killed takes a moment to be gone
    if running:
        raise UpgradeError("The upgrade is running at this moment. Wait for it, or end it first.")
    _demand_not_ended(underway, note)
    git = underway.git
    _demand_no_file_in_the_way(git, note)
    _unlock(git)
    head = git.tree("HEAD")
    aside = [path for path in (*underway.unmerged(), *note.conflicted) if path not in head]
    git.run("cherry-pick", "--quit")
    git("reset", "--quiet")
    kept = "" if note.returned else _keep(git, underway.left(note))
    for path in {*underway.left(note), *aside}:
        _remove(git.folder, path)
    put_back(git, note.touched, underway.folder / "before")
    underway.drop()
    done = "The upgrade is taken back: files and HEAD are what they were."
    # The whole name: the short one is all digits now and then, which git takes for stash@{n}.
    return f"{done} What was in them: `git stash apply {kept}`." if kept else done


def _keep(git: Git, created: list[str]) -> str:
    """Return a commit, as of `git stash`, of what a kill has left or was written since."""
    if created:
        git("add", "--force", "--", *created)
    kept = identity(git)("stash", "create", "Before upgrade-abort")
    git("reset", "--quiet")
    return kept


def _demand_no_file_in_the_way(git: Git, note: Note) -> None:
    """Refuse to put back a file where there is a folder now with other files in it."""
    folders = [git.folder / path for path in note.touched]
    folders = [place for place in folders if place.is_dir() and not place.is_symlink()]
    files = [file for place in folders for file in place.rglob("*") if not file.is_dir()]
    names = [file.relative_to(git.folder).as_posix() for file in files]
    if others := [name for name in names if name not in {*note.created, *note.conflicted}]:
        raise UpgradeError(f"Move {', '.join(others)} elsewhere: a file has to go back there.")


def _demand_not_ended(underway: Underway, note: Note) -> None:
    """Leave all as it is where the cherry-pick was ended by git's own commands."""
    moved = underway.git("rev-parse", "HEAD") != note.head
    if underway.picking(note) or not (note.returned or moved):
        return
    landed = underway.landed(note)
    underway.drop()
    if landed:
        raise UpgradeError(
            "The upgrade is committed already, so there is nothing to abort. "
            "`git revert HEAD` takes it back, if it is the last commit."
        )
    raise UpgradeError("Git's cherry-pick was ended by hand, so there is nothing to abort.")


def _remove(root: Path, path: str) -> None:
    place = root / path
    if place.is_symlink() or place.is_file():
        place.unlink()
    for parent in list(Path(path).parents)[:-1]:
        if (root / parent).is_dir() and not any((root / parent).iterdir()):
            (root / parent).rmdir()


def _unlock(git: Git) -> None:
    """Remove the lock that a killed git has left."""
    lock = git.path("index.lock")
    end = time.monotonic() + PATIENCE
    while lock.exists() and time.monotonic() < end:
        time.sleep(0.1)
    lock.unlink(missing_ok=True)


def finish(project: Project) -> Note:
    """Commit an upgrade whose conflicts are resolved, and return its note.

    Raises:
        UpgradeError: There are conflicts left, or no upgrade.
    """
    underway = Underway(project)
    note = underway.read()
    if note is None:
        raise UpgradeError("No upgrade is under way, so there is nothing to continue.")
    if not underway.picking(note):
        if underway.half_done(note):
            raise UpgradeError("The upgrade broke off early. `make upgrade-abort`, and again.")
        landed = underway.landed(note)
        underway.drop()
        if not landed:
            raise UpgradeError("Git's cherry-pick was ended by hand. `make upgrade`, again.")
        return note
    _demand_resolved(underway, note)
    alone = identity(Git(underway.git.folder, {"GIT_EDITOR": "true"}))
    done = alone.run("cherry-pick", "--continue")
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise UpgradeError(f"Git did not commit it:\n{said or '(it said nothing; maybe a hook)'}")
    underway.drop()
    return note


def _demand_resolved(underway: Underway, note: Note) -> None:
    if unmerged := underway.unmerged():
        raise UpgradeError(
            f"These conflicts are not resolved yet: {', '.join(unmerged)}. Edit each file and "
            "`git add` it (`git rm` where it shall go), or use `git mergetool`."
        )
    for path in note.conflicted:
        # What is committed is what was added, whatever was edited since.
        if _marker(underway.git, path).search(
            underway.git.run("cat-file", "blob", f":{path}").stdout
        ):
            raise UpgradeError(
                f"{path}, as it was added to git, still has the marks of a conflict in it. "
                "Edit it, and `git add` it again."
            )


def _marker(git: Git, path: str) -> re.Pattern[bytes]:
    """Return what begins and ends a conflict, by the length that the user's attributes give it."""
    said = git("check-attr", "-z", "conflict-marker-size", "--", path).split("\0")[2]
    length = int(said) if said.isdecimal() and int(said) else 7
    return re.compile(rb"(?m)^(<{%d,}|>{%d,}) " % (length, length))
