"""The three trees of an upgrade: the project's, and both renderings with what is the user's."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import NOBODY, Git, Tree, merging
from tools.upgrades.moves import Moves
from tools.upgrades.project import RECORD, Record, covers

FILES = {"100644", "100755"}
"""Git's modes of files, which links and submodules have none of."""

APART = """
[core]
    autocrlf = false
    hooksPath = /dev/null
[commit]
    gpgSign = false
"""
"""Settings of the repository in which a merge is rehearsed."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a merge for a project's files."""

    changes: list[tuple[str, str, str]]
    """Git's letter for the change, the path, and the former path of what was renamed."""
    conflicted: list[str]
    conflicts: list[str]
    """Git's sentences about the conflicts."""
    touched: list[str]
    untouched: int
    trees: tuple[str, str]
    """Git's names of both renderings."""


def lay_over(
    head: Tree,
    renders: tuple[Tree, Tree],
    records: tuple[Record, Record],
    moves: Moves,
    there: Callable[[str], bool],
) -> tuple[Tree, Tree]:
    """Put the user's files into both renderings, so that they can't conflict.

    What the new version adds to the user's folders is added where nothing is in its place; what
    the user deleted there stays deleted; what the new version no longer has stays. What the user
    added to a folder that moves goes along.
    """
    old, new = (dict(tree) for tree in renders)
    before, after = records

    def is_users(path: str) -> bool:
        """Say whether a path is the user's in both versions, or was never the template's."""
        owned = covers(after.user, path) or covers(after.user, moves.follow(path))
        return owned and (covers(before.user, path) or path not in renders[0])

    def goes_along(path: str) -> bool:
        """Say whether a path of the project's own is in a folder that moves."""
        place = moves.follow(path)
        return path not in renders[0] and place != path and place not in renders[1]

    mine = [path for path in head if is_users(path) or goes_along(path)]
    for path in mine:
        place = moves.follow(path)
        if place != path and place in head:
            raise UpgradeError(
                f"{path} would move to {place}, where another file of yours is. "
                "Move one of them, commit, and try again."
            )
    for path in [path for path in old if is_users(path)]:
        del old[path]
        if path not in head:
            new.pop(moves.follow(path), None)
    samples = {path for path in moves.samples if path not in renders[0]}
    for path in [path for path in new if is_users(path) and (there(path) or path in samples)]:
        del new[path]
    for path in mine:
        old[path] = head[path]
        new[moves.follow(path)] = head[path]
    if RECORD in head:
        old[RECORD] = head[RECORD]
    return old, new


def beside_submodules(head: Tree, renders: tuple[Tree, Tree]) -> tuple[Tree, Tree, list[str]]:
    """Leave out the template's files where the project has a submodule in their place.

    Git would write into the submodule, which is another repository.

    Returns:
        Both renderings, and those of the files left out that a version changes.
    """
    links = [path for path, (mode, _) in head.items() if mode == "160000"]
    folders = tuple(f"{path}/" for path in links)
    old, new = renders
    out = {path for path in {**old, **new} if path in links or path.startswith(folders)}
    mine, theirs = ({path: tree[path] for path in tree if path not in out} for tree in renders)
    return mine, theirs, sorted(path for path in out if old.get(path) != new.get(path))


def same_line_ends(git: Git, head: Tree, renders: tuple[Tree, Tree]) -> tuple[Tree, Tree]:
    """Give both renderings CRLF in the files that the project has with CRLF, renamed ones too."""
    old, new = (dict(tree) for tree in renders)
    former = {path: path for path in old} | _renamed(git, old, new)
    changed = []
    for tree, names in ((new, former), (old, {path: path for path in old})):
        for path, (mode, blob) in tree.items():
            mine = head.get(names.get(path, path))
            if mine and mine != (mode, blob) and {mode, mine[0]} <= FILES:
                changed.append((tree, path, mode, blob, mine[1]))
    contents = git.blobs(blob for *_, theirs, ours in changed for blob in (theirs, ours))
    for tree, path, mode, blob, ours in changed:
        text = contents[blob]
        if b"\r\n" not in text and _has_crlf(contents[ours]):
            tree[path] = (mode, git.store(text.replace(b"\n", b"\r\n")))
    return old, new


def _renamed(git: Git, old: Tree, new: Tree) -> dict[str, str]:
    """Return the former paths of the files that a version renames."""
    if old.keys() <= new.keys() or new.keys() <= old.keys():
        return {}
    trees = (git.write_tree(old), git.write_tree(new))
    parts = git.lines("diff-tree", "-r", "-M", "-z", "--name-status", "--diff-filter=R", *trees)
    return dict(zip(parts[2::3], parts[1::3], strict=True))


def _has_crlf(content: bytes) -> bool:
    ends = content.count(b"\n")
    return ends > 0 and b"\0" not in content and content.count(b"\r\n") == ends


def whole(git: Git, prefix: str, tree: Tree) -> str:
    """Write a project's tree within all else that its repository holds, and return its name."""
    rest = {path: entry for path, entry in git.tree("HEAD").items() if not path.startswith(prefix)}
    return git.write_tree(rest | {prefix + path: entry for path, entry in tree.items()})


def commits(git: Git, old: str, new: str, message: str) -> str:
    """Make two commits of these trees, the second upon the first, and return the second."""
    base = git("commit-tree", old, "-m", "The template before the upgrade")
    return git("commit-tree", new, "-p", base, "-m", message)


def rehearse(git: Git, head: Tree, old: Tree, new: Tree) -> Outcome:
    """Merge in a repository of its own that borrows the project's objects.

    The project's files, index and references stay as they are.
    """
    store, attributes = git.paths("objects", "info/attributes")
    trees = [git.write_tree(tree) for tree in (head, old, new)]
    with tempfile.TemporaryDirectory(prefix="template-upgrade-") as folder:
        apart = Git(Path(folder), {**NOBODY, "GIT_LFS_SKIP_SMUDGE": "1"})
        apart(
            "init",
            "--quiet",
            "--template=",
            f"--object-format={git('rev-parse', '--show-object-format')}",
        )
        (Path(folder) / ".git/objects/info/alternates").write_text(f"{store}\n", "utf-8")
        with (Path(folder) / ".git/config").open("a", encoding="utf-8") as file:
            file.write(
                "[core]\nautocrlf = false\nhooksPath = /dev/null\n[commit]\ngpgSign = false\n"
            )
        if attributes.is_file():
            (Path(folder) / ".git/info").mkdir(exist_ok=True)
            shutil.copy(attributes, Path(folder) / ".git/info/attributes")
        ours = apart("commit-tree", trees[0], "-m", "The project")
        base = apart("commit-tree", trees[1], "-m", "Before")
        theirs = apart("commit-tree", trees[2], "-p", base, "-m", "After")
        apart("checkout", "--quiet", "--detach", ours)
        done = merging(apart).run(
            "cherry-pick", "--allow-empty", "--keep-redundant-commits", theirs
        )
        told = done.stdout.decode(errors="replace").splitlines()
        said = [line for line in told if line.startswith("CONFLICT")]
        if done.returncode and not said:
            raise UpgradeError(f"Git can't merge it: {done.stderr.decode(errors='replace')}")
        if said:
            short = apart("rev-parse", "--short", theirs)
            said = [line.replace(f"{short} (After)", "the new version") for line in said]
        return _outcome(apart, ours, head, said, (trees[1], trees[2]))


def _outcome(apart: Git, ours: str, head: Tree, said: list[str], trees: tuple[str, str]) -> Outcome:
    after: Tree = {}
    unmerged = set()
    for line in apart.lines("ls-files", "--stage", "-z"):
        about, path = line.split("\t", 1)
        mode, blob, stage = about.split(" ")
        after[path] = (mode, blob)
        if stage != "0":
            unmerged.add(path)
    conflicted = sorted(unmerged)
    others = apart.lines("ls-files", "--others", "-z")
    touched = {path for path in set(head) | set(after) if head.get(path) != after.get(path)}
    touched |= {*conflicted, *others}
    parts = iter(apart.lines("diff", "--cached", "--name-status", "-M", "-z", ours))
    changes = []
    for letter in parts:
        path = next(parts)
        former = ""
        if letter[0] == "R":
            former, path = path, next(parts)
        if path not in conflicted:
            changes.append((letter[0], path, former))
    return Outcome(
        changes=changes,
        conflicted=conflicted,
        conflicts=said,
        touched=sorted(touched),
        untouched=len(set(head) - touched),
        trees=trees,
    )
