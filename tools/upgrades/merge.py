"""The three trees of an upgrade: the project's, and both renderings with what is the user's."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.upgrades.git import Git, Tree
from tools.upgrades.project import RECORD, Record, covers

NOBODY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Template upgrade"), ("EMAIL", "upgrade@template.invalid"))
}


@dataclass(frozen=True)
class Outcome:
    """What a merge makes of a project's files."""

    changes: list[tuple[str, str, str]]
    """Git's letter for the change, the path, and the former path of what was renamed."""
    conflicted: list[str]
    conflicts: list[str]
    """Git's sentences about the conflicts."""
    touched: list[str]
    untouched: int


def follow(path: str, before: Record, after: Record) -> str:
    """Return where a path is after an upgrade that changes the package's or project's name."""
    names = {
        before.answers[name]: after.answers[name]
        for name in ("package_name", "project_slug")
        if name in before.answers and name in after.answers
    }
    head, _, rest = path.partition("/")
    folder, _, file = rest.partition("/")
    if head == "src" and file and folder in names:
        return f"{head}/{names[folder]}/{file}"
    return path


def lay_over(
    head: Tree,
    renders: tuple[Tree, Tree],
    records: tuple[Record, Record],
    there: Callable[[str], bool],
) -> tuple[Tree, Tree]:
    """Put the user's files into both renderings, so that they can't conflict.

    What the new version adds to the user's folders is added where nothing is in its place; what
    the user deleted there stays deleted; what the new version no longer has stays.
    """
    old, new = (dict(tree) for tree in renders)
    before, after = records
    user = before.user + after.user
    for path in [path for path in old if covers(user, path)]:
        del old[path]
        if path not in head:
            new.pop(follow(path, before, after), None)
    for path in [path for path in new if covers(user, path) and there(path)]:
        del new[path]
    for path in head:
        if covers(user, path):
            old[path] = head[path]
            new[follow(path, before, after)] = head[path]
    if RECORD in head:
        old[RECORD] = head[RECORD]
    return old, new


def same_line_ends(git: Git, head: Tree, renders: tuple[Tree, Tree]) -> tuple[Tree, Tree]:
    """Give both renderings CRLF in the files that the project has with CRLF."""
    old, new = (dict(tree) for tree in renders)
    for path in set(head) & (set(old) | set(new)):
        if head[path] in (old.get(path), new.get(path)) or head[path][0] == "120000":
            continue
        content = git.blob(head[path][1])
        ends = content.count(b"\n")
        if not ends or b"\0" in content or content.count(b"\r\n") != ends:
            continue
        for tree in (old, new):
            if path in tree and b"\r\n" not in (text := git.blob(tree[path][1])):
                tree[path] = (tree[path][0], git.store(text.replace(b"\n", b"\r\n")))
    return old, new


def whole(git: Git, prefix: str, tree: Tree) -> Tree:
    """Return a project's tree within all else that its repository holds."""
    if not prefix:
        return tree
    rest = {path: entry for path, entry in git.tree("HEAD").items() if not path.startswith(prefix)}
    return rest | {prefix + path: entry for path, entry in tree.items()}


def commits(git: Git, old: Tree, new: Tree, message: str) -> str:
    """Make two commits of the renderings, the second upon the first, and return the second."""
    base = git("commit-tree", git.write_tree(old), "-m", "The template before the upgrade")
    return git("commit-tree", git.write_tree(new), "-p", base, "-m", message)


def rehearse(git: Git, head: Tree, old: Tree, new: Tree) -> Outcome:
    """Merge in a repository of its own that borrows the project's objects.

    The project's files, index and references stay as they are.
    """
    store = git.path("objects")
    trees = [git.write_tree(tree) for tree in (head, old, new)]
    with tempfile.TemporaryDirectory(prefix="template-upgrade-") as folder:
        apart = Git(Path(folder), {**NOBODY, "GIT_LFS_SKIP_SMUDGE": "1"})
        apart("init", "--quiet", f"--object-format={git('rev-parse', '--show-object-format')}")
        (Path(folder) / ".git/objects/info/alternates").write_text(f"{store}\n", "utf-8")
        settings = ("core.autocrlf=false", "core.hooksPath=/dev/null", "commit.gpgSign=false")
        for setting in settings:
            apart("config", *setting.split("="))
        ours = apart("commit-tree", trees[0], "-m", "The project")
        base = apart("commit-tree", trees[1], "-m", "Before")
        theirs = apart("commit-tree", trees[2], "-p", base, "-m", "After")
        apart("checkout", "--quiet", "--detach", ours)
        done = apart.run("cherry-pick", "--allow-empty", "--keep-redundant-commits", theirs)
        said = done.stdout.decode(errors="replace").splitlines()
        conflicted = sorted(set(apart.lines("diff", "--name-only", "--diff-filter=U", "-z")))
        if done.returncode and not conflicted:
            apart("cherry-pick", "--continue")  # fails, and says why
        return _outcome(apart, ours, head, conflicted, said)


def _outcome(apart: Git, ours: str, head: Tree, conflicted: list[str], said: list[str]) -> Outcome:
    after: Tree = {}
    for line in apart.lines("ls-files", "--stage", "-z"):
        about, path = line.split("\t", 1)
        mode, blob, _ = about.split(" ")
        after[path] = (mode, blob)
    others = apart.lines("ls-files", "--others", "-z")
    touched = {path for path in set(head) | set(after) if head.get(path) != after.get(path)}
    touched |= {*conflicted, *others}
    parts = iter(apart.lines("diff", "--cached", "--name-status", "-M", "-z", ours))
    changes = []
    for letter in parts:
        path = next(parts)
        former = ""
        if letter[0] in "RC":
            former, path = path, next(parts)
        if path not in conflicted:
            changes.append((letter[0], path, former))
    return Outcome(
        changes=changes,
        conflicted=conflicted,
        conflicts=[line for line in said if line.startswith("CONFLICT")],
        touched=sorted(touched),
        untouched=len(set(head) - touched),
    )
