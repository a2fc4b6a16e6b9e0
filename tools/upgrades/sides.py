"""Both sides of an upgrade: the recorded version and the new one, rendered and ready to merge."""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from tools.upgrades.answers import Settled, ask, settle
from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import Tree
from tools.upgrades.merge import beside_submodules, lay_over, same_line_ends
from tools.upgrades.moves import Moves, moves
from tools.upgrades.project import RECORD, Project, Record
from tools.upgrades.render import render
from tools.upgrades.sources import Repository

COMMIT = re.compile(r"[0-9a-f]{40,64}")


@dataclass(frozen=True)
class Wish:
    """The options of an upgrade."""

    repository: Repository
    """Has the version that the project was made from, unless there is an origin; and the new one,
    unless there is a template."""
    origin: Repository | None = None
    """Has the version that the project was made from."""
    template: Path | None = None
    """A folder that is the new version; None where the repository has it."""
    to: str | None = None
    """A revision; None for the newest version."""
    address: str | None = None
    """To be recorded from now on; None keeps what is recorded."""
    changed: dict[str, str] = field(default_factory=dict)
    """Answers that are given anew."""
    no_input: bool = True
    dry_run: bool = False


@dataclass(frozen=True)
class Sides:
    """The project's files as each version has them, the user's laid over."""

    head: Tree
    """Those that are committed."""
    old: Tree
    new: Tree
    before: Record
    after: Record
    template: Path
    old_name: str
    """The name of the recorded version, for people."""
    new_name: str


def render_both(project: Project, wish: Wish, scratch: Path, say: Callable[[str], None]) -> Sides:
    """Render the recorded version and the new one, each in a process of its own.

    Raises:
        UpgradeError: A version is missing, or refuses the answers.
    """
    before = project.record()
    earlier = wish.origin or wish.repository
    address = before.template or wish.repository.address()
    base, origin = _recorded(earlier, before, scratch / "old")
    known = {"_template_address": address, "_template_commit": origin}
    first = render(base, {**before.answers, **known}, scratch / "old-render")
    target, known = _target(wish, before, scratch / "new")
    known = {"_template_address": wish.address or address, **known}
    settled = settle(before.answers, target, wish.changed)
    for note in settled.notes:
        say(note)
    second = _render_new(settled, known, wish, target, scratch / "new-render", say)
    made = Record.read(first) if (first / RECORD).exists() else replace(before, user=(), shared=())
    moved = moves(target, (first, second), (before, Record.read(second)))
    carry_ownership(before, made, second / RECORD, moved)
    after = Record.read(second)
    renders = (project.git.store_folder(first), project.git.store_folder(second))
    head = project.files()
    old, new = lay_over(head, renders, (before, after), moved, partial(_there, project.root))
    old, new, left_out = beside_submodules(head, (old, new))
    if left_out:
        say(f"Left out, for a submodule of yours is in their place: {', '.join(left_out)}")
    old, new = same_line_ends(project.git, head, (old, new))
    names = _names(wish, (before, after), (origin, known.get("_template_commit")))
    return Sides(head, old, new, before, after, target, *names)


def _recorded(repository: Repository, record: Record, folder: Path) -> tuple[Path, str]:
    """Put the version that a project was made from into a folder; return it and its commit.

    Raises:
        UpgradeError: It isn't there, or what stands for it says that it is another commit.
    """
    origin = repository.recorded(record)
    base = repository.extract(origin, folder)
    if not repository.made:
        return base, origin
    says = str(json.loads((base / "cookiecutter.json").read_text("utf-8")).get("_template_commit"))
    if record.revision and COMMIT.fullmatch(says) and not says.startswith(record.revision):
        raise UpgradeError(
            f"FROM names the template's commit {says[:8]}, and this project was made from "
            f"{record.revision[:8]}. Name a place that has that one."
        )
    return base, record.revision or ""


def _target(wish: Wish, record: Record, folder: Path) -> tuple[Path, dict[str, str]]:
    """Return the new version's folder, and its commit as a variable, where that is known."""
    if wish.template:
        return wish.template, {}
    commit = wish.repository.commit(wish.to or wish.repository.goal(record))
    return wish.repository.extract(commit, folder), {"_template_commit": commit}


def _names(
    wish: Wish, records: tuple[Record, Record], commits: tuple[str, str | None]
) -> tuple[str, str]:
    """Return what to call both versions, so that people can tell them apart."""
    (before, after), (origin, goal) = records, commits
    earlier = wish.origin or wish.repository
    old = before.name if earlier.made else earlier.name(origin, before.version)
    new = wish.repository.name(goal, after.version) if goal else after.name
    apart = wish.template and old == new and before.answers == after.answers
    return old, f"{new} (of {wish.template})" if apart else new


def _render_new(
    settled: Settled,
    known: dict[str, str],
    wish: Wish,
    target: Path,
    output: Path,
    say: Callable[[str], None],
) -> Path:
    rendered = render(target, {**settled.answers, **known}, output)
    if settled.missing:
        defaults = Record.read(rendered).answers
        given = {name: defaults[name] for name in settled.missing if name in defaults}
        if not wish.no_input and sys.stdin.isatty():
            given = ask(settled, defaults)
            shutil.rmtree(output)
            rendered = render(target, {**settled.answers, **given, **known}, output)
        for name, answer in given.items():
            say(f"{name}: {answer!r} (a new question)")
    return rendered


def _there(root: Path, path: str) -> bool:
    """Say whether a place is taken, also by a link, a file or a submodule in its way."""
    folders = [root / parent for parent in list(Path(path).parents)[:-1]]
    return os.path.lexists(root / path) or any(
        folder.is_symlink() or folder.is_file() or os.path.lexists(folder / ".git")
        for folder in folders
    )


def carry_ownership(mine: Record, old: Record, file: Path, moved: Moves) -> None:
    """Carry what the project's people changed in the table of ownership into a new record.

    Args:
        mine: The project's record.
        old: What the recorded version renders.
        file: The new record.
        moved: Where the upgrade puts files.
    """
    text = file.read_text("utf-8")
    fields = json.loads(text)
    table = fields.setdefault("ownership", {})
    for name, ours, theirs in (("user", mine.user, old.user), ("shared", mine.shared, old.shared)):
        new = table.get(name, [])
        have, had = ([moved.follow(item) for item in items] for items in (ours, theirs))
        kept = [item for item in new if item in have or item not in had]
        table[name] = kept + [item for item in have if item not in had and item not in kept]
        if table[name] != new:
            text = json.dumps(fields, indent=2, ensure_ascii=False) + "\n"
            file.write_text(text, "utf-8")
