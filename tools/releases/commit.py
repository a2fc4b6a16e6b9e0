"""The commit and the tag of a release: a kill at any moment leaves none of it, or all.

Commit and tag are written beside branch and work tree. The tag is what makes the release: before
it there is nothing to be seen, after it the same command brings the branch and the files to it.
"""

from collections.abc import Mapping

from tools.releases.checks import BRANCH
from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import Git


def title(version: str) -> str:
    """Return the first line of a release's commit."""
    return f"Release {version}"


def write(git: Git, version: str, files: Mapping[str, str], notes: str) -> None:
    """Write a commit with these files after the newest one, and an annotated tag with notes."""
    head = git("rev-parse", "HEAD")
    tree = git.tree(head)
    for name, content in files.items():
        tree[name] = (tree[name][0], git.store(content.encode()))
    commit = git("commit-tree", git.write_tree(tree), "-p", head, "-m", title(version))
    given = f"{title(version)}\n\n{notes}\n".encode()
    git("tag", "--annotate", "--cleanup=verbatim", "--file=-", f"v{version}", commit, given=given)


def is_underway(git: Git, version: str) -> bool:
    """Tell whether a version is tagged here, and branch or files are not there yet."""
    tag = f"v{version}"
    if not git.has(tag) or git("log", "-1", "--format=%s", tag) != title(version):
        return False
    commit, head = git("rev-parse", f"{tag}^{{commit}}"), git("rev-parse", "HEAD")
    if git.run("symbolic-ref", "--short", "HEAD").stdout.decode().strip() != BRANCH:
        return False
    before = git("rev-parse", f"{commit}^")
    return head == before or (head == commit and bool(_at(git, before, commit)))


def bring(git: Git, version: str) -> None:
    """Bring the branch and the files to a version's tag.

    Raises:
        UpgradeError: A file that the release changes was changed otherwise since.
    """
    commit = git("rev-parse", f"v{version}^{{commit}}")
    before = git("rev-parse", f"{commit}^")
    names = git.lines("diff-tree", "--name-only", "-r", "-z", before, commit)
    others = set(names) - _at(git, before, commit) - _at(git, commit, before)
    if others:
        raise UpgradeError(
            f"v{version} is tagged, and its files are not here yet, for these were changed since: "
            f"{', '.join(sorted(others))}. Take the changes back, and release again."
        )
    if git("rev-parse", "HEAD") != commit:
        git("update-ref", "-m", title(version), f"refs/heads/{BRANCH}", commit, before)
    git("restore", f"--source={commit}", "--staged", "--worktree", "--", *names)


def _at(git: Git, one: str, other: str) -> set[str]:
    """Return the files, of those that differ between two commits, that are as in the first."""
    names = git.lines("diff-tree", "--name-only", "-r", "-z", one, other)
    blobs = git("hash-object", "--stdin-paths", given="\n".join(names).encode()).split()
    tree = git.tree(one)
    return {name for name, blob in zip(names, blobs, strict=True) if tree[name][1] == blob}
