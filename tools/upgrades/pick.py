"""The merge in the project itself, which survives being killed."""

import os
from pathlib import Path

from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import Git, identity, merging
from tools.upgrades.project import Project
from tools.upgrades.underway import Note, Underway

OTHERS = (
    ("MERGE_HEAD", "merge"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("sequencer", "cherry-pick or revert of several commits"),
    ("rebase-merge", "rebase"),
    ("rebase-apply", "rebase"),
)


def demand_none(project: Project) -> None:
    """Refuse a second upgrade, and any other operation that git is in the middle of.

    Raises:
        UpgradeError: There is one.
    """
    underway = Underway(project)
    if note := underway.read():
        if underway.running(note) or underway.picking(note):
            raise UpgradeError(
                "An upgrade is under way. Resolve its conflicts and `make upgrade-continue`, or "
                "`make upgrade-abort`."
            )
        if underway.half_done(note):
            raise UpgradeError(
                "An upgrade broke off in the middle. `make upgrade-abort` restores the files."
            )
        underway.drop()
    places = project.git.paths(*(name for name, _ in OTHERS))
    for place, (_, what) in zip(places, OTHERS, strict=True):
        if place.exists():
            raise UpgradeError(f"A {what} is under way. End or abort it first (`git status`).")


def demand_room(git: Git, created: list[str]) -> None:
    """Refuse to write where a file is that git doesn't know, ignored ones included.

    Raises:
        UpgradeError: There are some.
    """
    blocked = set()
    for path in created:
        place = git.folder / path
        if place.is_dir() and not place.is_symlink():
            blocked.update(git.lines("ls-files", "--others", "-z", "--", path))
        elif os.path.lexists(place):
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


def pick(project: Project, note: Note) -> list[str]:
    """Cherry-pick the rendered change onto the project; return git's sentences about conflicts.

    Raises:
        UpgradeError: Git refused for another reason than conflicts.
    """
    underway = Underway(project)
    demand_room(underway.git, note.created)
    underway.begin(note)
    done = identity(merging(underway.git)).run("cherry-pick", "--allow-empty", note.picked)
    if done.returncode == 0:
        underway.drop()
        return []
    said = done.stderr.decode(errors="replace").strip() or "(it said nothing; maybe a hook did it)"
    told = done.stdout.decode(errors="replace").splitlines()
    conflicts = [line for line in told if line.startswith("CONFLICT")]
    if underway.picking(note):
        underway.note_end(note, underway.unmerged())
        if conflicts:  # of folders' names, there are some without a file that is unmerged
            return conflicts
        raise UpgradeError(
            f"The files are merged, but git did not commit them:\n{said}\n"
            "Correct that and `make upgrade-continue`, or `make upgrade-abort`."
        )
    if underway.half_done(note):
        raise UpgradeError(
            f"git cherry-pick broke off in the middle:\n{said}\n"
            "`make upgrade-abort` restores the files; correct that and try again."
        )
    underway.drop()
    raise UpgradeError(f"git cherry-pick refused, and nothing was changed:\n{said}")
