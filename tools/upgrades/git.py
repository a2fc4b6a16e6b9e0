"""Git, by its command line."""

import io
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.upgrades.errors import UpgradeError

Tree = dict[str, tuple[str, str]]
"""Mode and blob of each file, by its path."""

SETTINGS = {
    # Answers that are read here, as they are documented.
    "core.quotePath": "false",
    "advice.detachedHead": "false",
    "color.ui": "false",
    "column.ui": "never",
    "log.showSignature": "false",
    "diff.relative": "false",
    "diff.renameLimit": "20000",
    "grep.fullName": "false",
    "submodule.recurse": "false",
    "safe.bareRepository": "all",
    # A merge that is the same on every machine, with all of its conflicts shown.
    "merge.renames": "true",
    "merge.directoryRenames": "true",
    "merge.renameLimit": "20000",
    "merge.renormalize": "false",
    "merge.default": "text",
    "merge.verbosity": "2",
    "diff.algorithm": "histogram",
    "rerere.enabled": "false",
    "core.commentChar": "#",
    "commit.cleanup": "default",
    # Nothing beside it.
    "core.fsmonitor": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
}
"""The settings that the upgrade decides about, not the machine, the user or the repository."""

NEUTRAL = ("-c", f"core.attributesFile={os.devnull}", "-c", "core.autocrlf=false")
"""Options for files as they are committed, whatever a user's attributes and settings are."""

TEXT_DRIVER = (
    "git merge-file --marker-size=%L -L 'the project' -L 'the template before' "
    "-L 'the template after' %A %O %B; found=$?; test $found -lt 128 || exit 1; exit $found"
)
"""A merge driver that merges text, and shows what conflicts; of binary files, that they do."""

OTHERS = {
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE"),
    *("GIT_GRAFT_FILE", "GIT_SHALLOW_FILE", "GIT_INTERNAL_SUPER_PREFIX", "GIT_IMPLICIT_WORK_TREE"),
    *("GIT_ATTR_SOURCE", "GIT_CHERRY_PICK_HELP", "GIT_MERGE_VERBOSITY", "GIT_EXTERNAL_DIFF"),
    *("GIT_DIFF_OPTS", "GIT_DEFAULT_HASH", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS"),
    *("GIT_ICASE_PATHSPECS", "GIT_REFLOG_ACTION"),
}
"""Variables about another repository than the one in a folder, or about another command."""

NOBODY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Template upgrade"), ("EMAIL", "upgrade@template.invalid"))
}
"""The author of commits where the user has given no name."""


@dataclass(frozen=True)
class Git:
    """A work tree, or a bare repository, and the environment to ask it in."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run a command whatever it says."""
        inherited = {name: value for name, value in os.environ.items() if name not in OTHERS}
        # A path is a path, whatever stands in it.
        ours = {"LC_ALL": "C", "GIT_LITERAL_PATHSPECS": "1"}
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        return subprocess.run(
            ["git", *settings, *arguments],
            cwd=self.folder,
            env={**inherited, **ours, **self.environment},
            input=given,
            capture_output=True,
            check=False,
        )

    def __call__(self, *arguments: str, given: bytes = b"") -> str:
        """Run a command and return what it says.

        Raises:
            UpgradeError: It failed.
        """
        done = self.run(*arguments, given=given)
        if done.returncode:
            said = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise UpgradeError(f"git {arguments[0]} failed: {said}")
        return done.stdout.decode(errors="surrogateescape").rstrip("\n")

    def lines(self, *arguments: str) -> list[str]:
        """Return the NUL-terminated parts of an answer."""
        return [part for part in self(*arguments).split("\0") if part]

    def commit(self, revision: str) -> str:
        """Return the commit of a revision; nothing where there is none."""
        done = self.run("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        return "" if done.returncode else done.stdout.decode().strip()

    def has(self, revision: str) -> bool:
        """Say whether a commit or tag is there."""
        return bool(self.commit(revision))

    def path(self, name: str) -> Path:
        """Return where git keeps a file of its own, in linked work trees too."""
        return self.paths(name)[0]

    def paths(self, *names: str) -> list[Path]:
        """Return where git keeps files of its own."""
        asked = [part for name in names for part in ("--git-path", name)]
        found = self("rev-parse", *asked).split("\n")
        return [(self.folder / path).absolute() for path in found]

    def tree(self, revision: str) -> Tree:
        """Return the files of a commit or tree."""
        found = {}
        for line in self.lines("ls-tree", "-r", "-z", "--full-tree", revision):
            about, path = line.split("\t", 1)
            mode, _, blob = about.split(" ")
            found[path] = (mode, blob)
        return found

    def blobs(self, shas: Iterable[str]) -> dict[str, bytes]:
        """Return the content of files.

        Raises:
            UpgradeError: One is not there.
        """
        wanted = sorted(set(shas))
        done = self.run("cat-file", "--batch", given="".join(f"{sha}\n" for sha in wanted).encode())
        found, rest = {}, io.BytesIO(done.stdout)
        for sha in wanted:
            about = rest.readline().split()  # name, type and size
            if len(about) != 3:
                raise UpgradeError(f"git cat-file failed: {sha} is not in the repository.")
            found[sha] = rest.read(int(about[2]))
            rest.read(1)
        return found

    def store(self, content: bytes) -> str:
        """Store a file's content as it is and return its name."""
        return self("hash-object", "-w", "--stdin", given=content)

    def write_tree(self, tree: Tree) -> str:
        """Write a tree of these files and return its name."""
        with tempfile.TemporaryDirectory(prefix="template-upgrade-") as folder:
            beside = Git(self.folder, {**self.environment, "GIT_INDEX_FILE": f"{folder}/index"})
            lines = (f"{mode} {blob}\t{path}\0" for path, (mode, blob) in tree.items())
            given = "".join(lines).encode(errors="surrogateescape")
            beside("update-index", "-z", "--index-info", given=given)
            return beside("write-tree")

    def store_folder(self, folder: Path) -> Tree:
        """Store a folder's files as they are, whatever filters and ignore rules say."""
        files = sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
        plain = [path for path in files if not path.is_symlink()]
        names = "".join(f"{path}\n" for path in plain).encode(errors="surrogateescape")
        blobs = self("hash-object", "-w", "--no-filters", "--stdin-paths", given=names).split()
        shas = dict(zip(plain, blobs, strict=True))
        tree = {}
        for path in files:
            if path.is_symlink():
                entry = ("120000", self.store(os.fsencode(path.readlink())))
            else:
                executable = path.stat().st_mode & 0o100
                entry = ("100755" if executable else "100644", shas[path])
            tree[path.relative_to(folder).as_posix()] = entry
        return tree


def merging(git: Git) -> Git:
    """Return git whose every merge driver merges text and shows what conflicts.

    A user's attributes may name one that takes a side, or both sides (`union`), without a word.
    """
    keys = git.run("config", "--name-only", "-z", "--get-regexp", r"^merge\..*\.driver$")
    named = {key for key in keys.stdout.decode(errors="surrogateescape").split("\0") if key}
    variables = {**git.environment, "GIT_CONFIG_COUNT": str(_given(git.environment))}
    for key in sorted(named | {"merge.union.driver"}):
        number = variables["GIT_CONFIG_COUNT"]
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": TEXT_DRIVER}
        variables["GIT_CONFIG_COUNT"] = str(int(number) + 1)
    return Git(git.folder, variables)


def _given(environment: Mapping[str, str]) -> int:
    """Return how many settings the environment gives to git already."""
    return int({**os.environ, **environment}.get("GIT_CONFIG_COUNT") or 0)


def identity(git: Git) -> Git:
    """Return git with a name to commit under, where the user has given none."""
    if (
        git.run("var", "GIT_COMMITTER_IDENT").returncode
        or git.run("var", "GIT_AUTHOR_IDENT").returncode
    ):
        return Git(git.folder, {**git.environment, **NOBODY})
    return git
