"""The needs of a release: all that is missing is said at once."""

import re
from pathlib import Path

from tools.releases import changelog, places
from tools.upgrades.git import Git
from tools.upgrades.sources import Repository, number

BRANCH = "main"
SHOWN = 10


def read(git: Git, revision: str) -> dict[str, str]:
    """Return the texts of a revision that a release changes."""
    tree = git.tree(revision)
    blobs = {name: tree[name][1] for name in (*places.DECLARED, *places.NAMED, places.CHANGELOG)}
    contents = git.blobs(blobs.values())
    return {name: contents[blob].decode() for name, blob in blobs.items()}


def is_version(text: str) -> bool:
    """Tell whether a text is a version's number."""
    return bool(re.fullmatch(r"\d+\.\d+\.\d+", text, re.ASCII))


def lacking(git: Git, version: str) -> list[str]:
    """Say in a sentence each what has to be done before a version can be released."""
    if not is_version(version):
        return [f"{version!r} is no version: three numbers are, as in 0.2.0."]
    files = read(git, "HEAD")
    found = [*_tags(git, version), *_branch(git), *_changes(git), *_name(git)]
    found += [*changelog.lacking(files[places.CHANGELOG], version), *places.lacking(files)]
    return found


def _tags(git: Git, version: str) -> list[str]:
    tags = Repository(git).tags()
    if f"v{version}" in tags:
        return [f"v{version} is tagged already; a version is released once."]
    if tags and number(tags[-1]) > number(version):
        return [f"{tags[-1]} is released already, which is after {version}."]
    return []


def _branch(git: Git) -> list[str]:
    branch = git.run("symbolic-ref", "--short", "--quiet", "HEAD").stdout.decode().strip()
    if branch != BRANCH:
        at = f"branch {branch}" if branch else "a commit without a branch"
        return [f"This is {at}, and releases are made on {BRANCH}: `git switch {BRANCH}`."]
    behind = git.run("rev-list", "--count", "HEAD..@{upstream}").stdout.decode().strip()
    if behind not in {"", "0"}:
        return [f"{BRANCH} lacks {behind} commits of its upstream: `git pull`."]
    return []


def _changes(git: Git) -> list[str]:
    changed = git("status", "--porcelain").splitlines()
    if not changed:
        return []
    more = [f"and {len(changed) - SHOWN} more"] if len(changed) > SHOWN else []
    shown = "\n".join(f"      {line}" for line in [*changed[:SHOWN], *more])
    return [f"The tree is not clean; commit these, or take them back:\n{shown}"]


def _name(git: Git) -> list[str]:
    if git.run("var", "GIT_COMMITTER_IDENT").returncode == 0:
        return []
    return ["git has no name for you: `git config user.name` and `user.email`."]


def stamp(git: Git) -> Path:
    """Return the file in which `.ci/run` notes the commit that has passed."""
    return git.path("ci-passed")


def has_passed(git: Git) -> bool:
    """Tell whether `.ci/run` has passed on this very commit, without other changes."""
    file = stamp(git)
    return file.is_file() and file.read_text("utf-8").strip() == git("rev-parse", "HEAD")
