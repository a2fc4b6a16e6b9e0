"""The files of an unfinished upgrade, beside git's own state."""

import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import Git
from tools.upgrades.project import Project
from tools.upgrades.restore import keep

ROOT = Path(__file__).resolve().parents[2]
STATE = "template-upgrade"


@dataclass(frozen=True)
class Note:
    """The facts needed to abort or finish an upgrade, whatever has interrupted it."""

    title: str
    head: str
    """HEAD at the beginning."""
    picked: str
    """The commit that is picked."""
    record: str
    """The project's record, by its path in the repository."""
    touched: list[str]
    """Files of HEAD that may be written, by their paths in the repository."""
    created: list[str]
    """Files that were not there and may be written."""
    conflicted: list[str]
    returned: bool = False
    """True once git has finished, so that its result is no half-done work."""


class Underway:
    """The folder with the note, which need not be there."""

    def __init__(self, project: Project) -> None:
        """Find it, in linked work trees too."""
        self.git = Git(Path(project.git("rev-parse", "--show-toplevel")))
        self.folder = project.git.path(STATE)

    def read(self) -> Note | None:
        """Return the note, or None where no upgrade is under way."""
        try:
            return Note(**json.loads((self.folder / "note.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def begin(self, note: Note) -> None:
        """Leave the note, the files as they are, and this very program to end or abort with.

        Raises:
            UpgradeError: Another upgrade has started in the meantime.
        """
        if self.read() is None:
            self.drop()
        part = self.folder.with_name(f"{STATE}.part-{os.getpid()}")
        (part / "tools").mkdir(parents=True)
        shutil.copy2(ROOT / "tools" / "upgrade.py", part / "tools")
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "tools" / "upgrades", part / "tools" / "upgrades", ignore=ignored)
        keep(self.git.folder, note.touched, part / "before")
        (part / "note.json").write_text(json.dumps(asdict(note)), "utf-8")
        try:
            part.rename(self.folder)  # fails where there is one, so that only one begins
        except OSError:
            shutil.rmtree(part)
            raise UpgradeError("Another upgrade of this project has just started.") from None

    def note_end(self, note: Note, conflicted: list[str]) -> None:
        """Note that git has finished, and where it found conflicts."""
        ended = replace(note, returned=True, conflicted=conflicted)
        part = self.folder / "note.part"
        part.write_text(json.dumps(asdict(ended)), "utf-8")
        part.replace(self.folder / "note.json")

    def drop(self) -> None:
        """Remove the note, and the folder after it."""
        (self.folder / "note.json").unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def unmerged(self) -> list[str]:
        """Return the files whose conflicts are not resolved."""
        return sorted(set(self.git.lines("diff", "--name-only", "--diff-filter=U", "-z")))

    def picking(self, note: Note) -> bool:
        """Say whether git is in the middle of the cherry-pick."""
        head = self.git.run("rev-parse", "--verify", "--quiet", "CHERRY_PICK_HEAD").stdout
        return head.decode().strip() == note.picked

    def running(self, note: Note) -> bool:
        """Say whether a process of git is at the cherry-pick at this moment."""
        processes = list(Path("/proc").glob("[0-9]*"))
        if not processes and shutil.which("ps"):
            shown = subprocess.run(["ps", "-axo", "command="], capture_output=True).stdout
            return note.picked.encode() in shown
        return any(_is_at(process, self.git.folder, note.picked) for process in processes)

    def left(self, note: Note) -> list[str]:
        """Return the files that the upgrade has written and that git doesn't know."""
        tracked = set(self.git.lines("ls-files", "-z"))
        files = [path for path in note.created if path not in tracked]
        return [path for path in files if os.path.lexists(self.git.folder / path)]

    def half_done(self, note: Note) -> bool:
        """Say whether an upgrade died, or git gave up, with some of the files written."""
        if note.returned or self.git("rev-parse", "HEAD") != note.head:
            return False
        changed = self.git.lines("status", "--porcelain", "-z", "--untracked-files=no")
        return bool(changed or self.left(note))

    def landed(self, note: Note) -> bool:
        """Say whether HEAD has the record that the upgrade writes."""
        found = [
            self.git.run("rev-parse", "--verify", "--quiet", f"{commit}:{note.record}").stdout
            for commit in ("HEAD", note.picked)
        ]
        return bool(found[0]) and found[0] == found[1]


def _is_at(process: Path, folder: Path, commit: str) -> bool:
    """Say whether a process works in a folder on a commit; one that has ended doesn't."""
    try:
        named = commit.encode() in (process / "cmdline").read_bytes()
        return named and (process / "cwd").readlink() == folder.resolve()
    except OSError:
        return False
