# /// script
# requires-python = ">=3.11"
# dependencies = ["cookiecutter>=2.6,<3"]
# ///
"""Bring a project to another version of the template, or compare it with its own.

In a project, `make upgrade` fetches the template and runs this; by hand, in a copy of the template:

python -m tools.upgrade upgrade --project DIR --repository TEMPLATE.git
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.upgrades import compare, ending, pick, report
from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import Git, identity
from tools.upgrades.merge import Outcome, commits, rehearse, whole
from tools.upgrades.project import RECORD, Project, Record
from tools.upgrades.sides import Sides, Wish, render_both
from tools.upgrades.sources import Repository, opened
from tools.upgrades.underway import Note

ROOT = Path(__file__).resolve().parent.parent


def say(text: str) -> None:
    """Tell the user something."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def upgrade(project: Project, wish: Wish) -> int:
    """Upgrade a project; return 0, or 1 where conflicts are to be resolved.

    Raises:
        UpgradeError: Something is in the way; nothing was changed.
    """
    prefix = project.prefix
    record = project.record()
    pick.demand_none(project)
    project.demand_clean()
    nothing = f"There is nothing to do: the project is at the template's {record.name}."
    if wish.template is None and not wish.changed and _same(wish, record):
        say(nothing)
        return 0
    with tempfile.TemporaryDirectory(prefix="template-upgrade-") as scratch:
        sides = render_both(project, wish, Path(scratch), say)
        outcome = rehearse(project.git, sides.head, sides.old, sides.new)
        if not outcome.touched:
            say(nothing)
            return 0
        title = f"Upgrade the template from {sides.old_name} to {sides.new_name}"
        say(f"{title}\n{report.summary(outcome, shorten=not wish.dry_run)}")
        versions = (sides.before.version, sides.after.version)
        other = sides.old_name != sides.new_name  # and not the answers alone
        notes = report.upgrading(sides.template, *versions) if other else ""
        if wish.dry_run:
            say("\n".join([notes, *(f"  {line}\n" for line in outcome.conflicts)]).rstrip("\n"))
            say("\nThis was a dry run: nothing was changed.")
            return 0
        conflicts = pick.pick(project, _note(project, prefix, sides, outcome, title))
    say(notes)
    for path in project.mentions(sides.before, sides.after):
        say(f"{path} still says {sides.before.answers['package_name']!r}; it is yours to change.")
    if not conflicts:
        following = _next(project, outcome.touched)
        say(f"The upgrade is committed (`git revert HEAD` undoes it). {following}")
        return 0
    say("\n".join(f"  {line}" for line in conflicts))
    say(
        "\nThere are conflicts. Resolve them (`git status`, `git mergetool`), `git add` each file,"
        "\nthen `make upgrade-continue`; or `make upgrade-abort` and all is as before."
    )
    return 1


def _same(wish: Wish, record: Record) -> bool:
    commit = wish.repository.commit(wish.to or wish.repository.goal(record))
    return commit == (record.commit if wish.to else record.revision)


def _note(project: Project, prefix: str, sides: Sides, outcome: Outcome, title: str) -> Note:
    """Make the commit that is to be picked, and the note about it."""
    git = identity(project.git)
    old, new = outcome.trees
    if prefix:
        old, new = (whole(git, prefix, tree) for tree in (sides.old, sides.new))
    head = sides.head
    return Note(
        title=title,
        head=git("rev-parse", "HEAD"),
        picked=commits(git, old, new, title),
        record=prefix + RECORD,
        touched=[prefix + path for path in outcome.touched if path in head],
        created=[prefix + path for path in outcome.touched if path not in head],
        conflicted=[prefix + path for path in outcome.conflicted],
    )


def _next(project: Project, touched: list[str]) -> str:
    lock = "pyproject.toml" in touched and (project.root / "uv.lock").exists()
    return f"Next: {'`make lock`, ' if lock else ''}`make setup train test`."


def pairs(texts: list[str]) -> dict[str, str]:
    """Return `name=value` texts as a dictionary."""
    for text in texts:
        if "=" not in text:
            raise UpgradeError(f"An answer is written name=value; {text!r} has no equals sign.")
    return dict(text.split("=", 1) for text in texts)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = ("upgrade", "abort", "continue", "check", "diff")
    parser.add_argument("command", choices=commands)
    parser.add_argument("--project", type=Path, default=Path(), help="its folder")
    parser.add_argument("--repository", type=Path, help="the template's repository")
    parser.add_argument("--template", type=Path, help="a folder that is the new version")
    parser.add_argument("--origin", type=Path, help="a repository or folder with the recorded one")
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
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted. `git status` says if `make upgrade-abort` is needed.\n")
        return 130


def run(given: argparse.Namespace) -> int:
    """Run a parsed command."""
    project = Project(given.project.resolve())
    if not project.root.is_dir():
        raise UpgradeError(f"There is no folder {project.root}.")
    if given.command == "abort":
        say(ending.abort(project))
        return 0
    if given.command == "continue":
        note = ending.finish(project)
        touched = [path.removeprefix(project.prefix) for path in note.touched]
        say(f"{note.title}: committed. {_next(project, touched)}")
        return 0
    repository = Repository(Git(given.repository or given.origin or ROOT))
    with tempfile.TemporaryDirectory(prefix="template-origin-") as scratch:
        origin = opened(given.origin, Path(scratch)) if given.origin else None
        if given.command == "check":
            return compare.check(project, origin or repository)
        if given.command == "diff":
            return compare.retrofit(project, origin or repository)
        wish = Wish(
            repository=repository if given.repository else origin or repository,
            origin=origin,
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
