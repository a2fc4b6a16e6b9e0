"""Release the template: a commit with a version and its day, and a tag; here, and nowhere else.

python -m tools.release 0.1.0
"""

import argparse
import subprocess
import sys
from datetime import date
from pathlib import Path

from tools.releases import changelog, checks, commit, places
from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import Git
from tools.upgrades.report import parts
from tools.upgrades.sources import number

ROOT = Path(__file__).resolve().parent.parent

UNTESTED = (
    "`.ci/run` has not passed on this very commit; it is run when the rest is as it should be."
)


def release(git: Git, version: str) -> str:
    """Write and tag a version, and return what to do next.

    Raises:
        UpgradeError: Something is missing, and nothing was changed.
    """
    if not commit.is_underway(git, version):
        demand(git, version)
        files = checks.read(git, "HEAD")
        made = places.written(places.DECLARED, files, version)
        made |= places.written(places.NAMED, files, version)
        made[places.CHANGELOG] = changelog.dated(files[places.CHANGELOG], version, date.today())
        notes = changelog.newest(files[places.CHANGELOG])[1]
        commit.write(git, version, made, notes)
    commit.bring(git, version)
    return (
        f"{version} is committed and tagged here; nothing was pushed. Next:\n\n"
        f"  git push --atomic origin {checks.BRANCH} v{version}\n\n"
        "The first change after it opens the next version: `make next-version VERSION=X.Y.Z`.\n"
    )


def demand(git: Git, version: str) -> None:
    """Refuse a release that something is missing for; run `.ci/run` if that is all.

    Raises:
        UpgradeError: Something is missing.
    """
    missing = checks.lacking(git, version)
    if not missing and not checks.has_passed(git):
        sys.stdout.write("`.ci/run` has not passed on this commit yet, and runs now.\n")
        sys.stdout.flush()
        done = subprocess.run([str(git.folder / ".ci" / "run")], cwd=git.folder, check=False)
        # The tree is another, where somebody went on working meanwhile.
        missing = ["`.ci/run` failed."] if done.returncode else checks.lacking(git, version)
    if not checks.has_passed(git):
        missing = [*missing, UNTESTED]
    if missing:
        listed = "\n".join(f"  - {sentence}" for sentence in missing)
        raise UpgradeError(f"Nothing was released, and nothing changed:\n{listed}")


def start(git: Git, version: str) -> str:
    """Open a version in the work tree, and return what to do next.

    Raises:
        UpgradeError: The version before it is not released yet.
    """
    files = {
        name: (git.folder / name).read_text("utf-8")
        for name in (*places.DECLARED, places.CHANGELOG)
    }
    title, _ = changelog.newest(files[places.CHANGELOG])
    if title.endswith("unreleased"):
        raise UpgradeError(f"CHANGELOG.md has a section {title!r} already; write into that.")
    if not checks.is_version(version) or number(version) <= number(title):
        raise UpgradeError(
            f"{version!r} is no version after {title!r}: three numbers, as in 0.2.0."
        )
    made = places.written(places.DECLARED, files, version)
    made[places.CHANGELOG] = changelog.opened(files[places.CHANGELOG], version)
    for name, text in made.items():
        (git.folder / name).write_text(text, "utf-8")
    return f"{version} is open: say in CHANGELOG.md what changes, and what an upgrade asks.\n"


def notes(git: Git, version: str) -> str:
    """Return what the changelog says of a version.

    Raises:
        UpgradeError: It says nothing.
    """
    text = (git.folder / places.CHANGELOG).read_text("utf-8")
    for title, section in parts(text, changelog.HEADING):
        if title.startswith(f"{version}, "):
            return f"{section}\n"
    raise UpgradeError(f"CHANGELOG.md has no section {version}.")


def main() -> int:
    """Release a version, open the next, or print the notes of one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("version", help="three numbers, as in 0.2.0")
    instead = parser.add_mutually_exclusive_group()
    for name, does, said in (
        ("--open", start, "open it, for changes to come"),
        ("--notes", notes, "print what the changelog says of it"),
    ):
        instead.add_argument(name, dest="does", action="store_const", const=does, help=said)
    given = parser.parse_args()
    try:
        sys.stdout.write((given.does or release)(Git(ROOT), given.version))
    except UpgradeError as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
