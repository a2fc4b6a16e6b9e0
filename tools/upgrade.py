# /// script
# requires-python = ">=3.11"
# dependencies = ["cookiecutter>=2.6,<3"]
# ///
"""Bring a project to another version of the template, or compare it with its own.

In a project, `make upgrade` fetches the template and runs this; by hand, in a copy of the template:

python -m tools.upgrade upgrade --project DIR --repository TEMPLATE.git
"""

import argparse
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.upgrades import compare, pick, report
from tools.upgrades.adopt import adopt
from tools.upgrades.answers import ask, settle
from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import Git, Tree
from tools.upgrades.merge import (
    Outcome,
    commits,
    lay_over,
    rehearse,
    same_line_ends,
    whole,
)
from tools.upgrades.project import RECORD, Project, Record
from tools.upgrades.render import render
from tools.upgrades.sources import Repository


@dataclass(frozen=True)
class Wish:
    """What an upgrade is asked to do."""

    repository: Repository
    """Has the version that the project was made from."""
    template: Path | None = None
    """A folder that is the new version; None where the repository has it."""
    to: str | None = None
    address: str | None = None
    """To be recorded from now on; None keeps what is recorded."""
    changed: dict[str, str] = field(default_factory=dict)
    no_input: bool = True
    dry_run: bool = False


def say(text: str) -> None:
    """Say something to whoever runs the upgrade."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@dataclass(frozen=True)
class Sides:
    """Both renderings, ready to be merged, with the records in them."""

    old: Tree
    new: Tree
    before: Record
    after: Record
    template: Path


def render_both(project: Project, wish: Wish, scratch: Path) -> Sides:
    """Render the recorded version and the new one, each in a process of its own."""
    before = project.record()
    base = wish.repository.extract(wish.repository.recorded(before), scratch / "old")
    target = wish.template or wish.repository.extract(
        wish.to or wish.repository.newest(), scratch / "new"
    )
    known = {"_template_address": before.template or ""}
    first = render(base, {**before.answers, **known}, scratch / "old-render")
    settled = settle(before.answers, target, wish.changed)
    for note in settled.notes:
        say(note)
    known = {"_template_address": wish.address or before.template or ""}
    second = render(target, {**settled.answers, **known}, scratch / "new-render")
    after = Record.parse((second / RECORD).read_text("utf-8"))
    if settled.missing:
        given = {name: after.answers[name] for name in settled.missing}
        if not wish.no_input and sys.stdin.isatty():
            given = ask(settled, after.answers)
            shutil.rmtree(scratch / "new-render")
            answers = {**settled.answers, **given, **known}
            second = render(target, answers, scratch / "new-render")
            after = Record.parse((second / RECORD).read_text("utf-8"))
        for name, answer in given.items():
            say(f"{name}: {answer!r} (a new question)")
    renders = (project.git.store_folder(first), project.git.store_folder(second))
    head = project.files()
    old, new = lay_over(head, renders, (before, after), lambda path: _there(project.root / path))
    return Sides(*same_line_ends(project.git, head, (old, new)), before, after, target)


def _there(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def name(record: Record) -> str:
    """Return how people call a version."""
    return f"{record.version} ({record.commit[:8]})" if record.commit else record.version


def upgrade(project: Project, wish: Wish) -> int:
    """Upgrade a project; return 0, or 1 where conflicts are to be resolved.

    Raises:
        UpgradeError: Something is in the way; nothing was changed.
    """
    prefix = project.prefix
    record = project.record()
    pick.demand_none(project)
    project.demand_clean()
    if wish.template is None and not wish.changed and _same(wish, record):
        say(f"There is nothing to do: the project is at the template's {name(record)}.")
        return 0
    with tempfile.TemporaryDirectory(prefix="template-upgrade-") as scratch:
        sides = render_both(project, wish, Path(scratch))
        head = project.files()
        outcome = rehearse(project.git, head, sides.old, sides.new)
        if not outcome.touched:
            say(f"There is nothing to do: the project is at the template's {name(record)}.")
            return 0
        notes = report.upgrading(sides.template, record.version, sides.after.version)
        title = f"Upgrade the template from {name(sides.before)} to {name(sides.after)}"
        say(f"{title}\n{report.summary(outcome)}")
        if wish.dry_run:
            _say_notes(notes)
            say("\nThis was a dry run: nothing was changed.")
            return 0
        done = _pick(project, prefix, sides, outcome, title)
    _say_notes(notes)
    _say_next(outcome, done)
    return 0 if done else 1


def _same(wish: Wish, record: Record) -> bool:
    """Say whether a project has the version already; unless it is named, or a newer one."""
    repository = wish.repository
    commit = repository.commit(wish.to or repository.newest())
    if commit == record.commit:
        return True
    if wish.to or not record.revision:
        return False
    return repository.git.has(record.revision) and repository.precedes(commit, record.revision)


def _pick(project: Project, prefix: str, sides: Sides, outcome: Outcome, title: str) -> bool:
    git: Git = pick.identity(project.git)
    old, new = (whole(git, prefix, tree) for tree in (sides.old, sides.new))
    head = project.files()
    note = {
        "title": title,
        "touched": [prefix + path for path in outcome.touched if path in head],
        "created": [prefix + path for path in outcome.touched if path not in head],
        "conflicted": [prefix + path for path in outcome.conflicted],
    }
    return pick.pick(project, commits(git, old, new, title), note)


def _say_notes(notes: str) -> None:
    if notes:
        say(f"\nUpgrading:\n{notes}")


def _say_next(outcome: Outcome, done: bool) -> None:
    if done:
        say("\nThe upgrade is committed (`git revert HEAD` undoes it). Next: `make setup test`.")
        return
    for line in outcome.conflicts:
        say(f"  {line}")
    say(
        "\nThere are conflicts. Resolve them (`git status`, `git mergetool`), `git add` each file,"
        "\nthen `make upgrade-continue`; or `make upgrade-abort` and all is as before."
    )


def pairs(texts: list[str]) -> dict[str, str]:
    """Return `name=value` texts as a dictionary."""
    for text in texts:
        if "=" not in text:
            raise UpgradeError(f"An answer is written name=value; {text!r} has no equals sign.")
    return dict(text.split("=", 1) for text in texts)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = ("upgrade", "abort", "continue", "check", "diff", "adopt")
    parser.add_argument("command", choices=commands)
    parser.add_argument("--project", type=Path, default=Path(), help="its folder")
    parser.add_argument("--repository", type=Path, help="the template's repository")
    parser.add_argument("--template", type=Path, help="a folder that is the new version")
    parser.add_argument("--address", help="where the template is, to be recorded")
    parser.add_argument("--to", metavar="vX.Y.Z", help="a tag, branch or commit; the newest tag")
    parser.add_argument("--answer", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--no-input", action="store_true", help="new questions take defaults")
    parser.add_argument("--dry-run", action="store_true", help="show it, change nothing")
    given = parser.parse_args(arguments)
    try:
        return run(given)
    except UpgradeError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def run(given: argparse.Namespace) -> int:
    """Run a parsed command."""
    project = Project(given.project.resolve())
    if given.command == "abort":
        say(pick.abort(project))
        return 0
    if given.command == "continue":
        note = pick.finish(project)
        say(f"{note['title']}: committed. Next: `make setup train test`.")
        return 0
    here = Path(__file__).resolve().parent.parent
    repository = Repository(Git(given.repository or here))
    if given.command == "adopt":
        return adopt(project, repository, pairs(given.answer), given.address)
    if given.command == "check":
        return compare.check(project, repository)
    if given.command == "diff":
        return compare.retrofit(project, repository)
    wish = Wish(
        repository=repository,
        template=given.template,
        to=given.to,
        address=given.address,
        changed=pairs(given.answer),
        no_input=given.no_input,
        dry_run=given.dry_run,
    )
    return upgrade(project, wish)


if __name__ == "__main__":
    sys.exit(main())
