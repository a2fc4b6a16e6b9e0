"""Projects that were made from a small template, and the commands that a user has for them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools import upgrade
from tools.examples import ROOT
from tools.upgrades import render
from tools.upgrades.git import Git
from tools.upgrades.project import Project
from tools.upgrades.sources import Repository

from .files import SKELETON
from .versions import ASKED, SLUG, lay, prompts, record

ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
    },
}
BOOTSTRAP = SKELETON / ".template.py"


class Made:
    """A project in a repository, and the commands that a user has for it."""

    def __init__(self, folder: Path, versions: Path) -> None:
        self.folder = folder
        self.versions = versions
        self.git = Git(folder)

    def run(self, command: str, *arguments: str) -> int:
        """Run `tools/upgrade.py` in this process, and return its exit code."""
        given = [command, "--project", str(self.folder), "--repository", str(self.versions)]
        return upgrade.main([*given, "--no-input", *arguments])

    def upgrade(self, to: str = "v2.0.0", *arguments: str) -> int:
        return self.run("upgrade", "--to", to, *arguments)

    def write(self, name: str, content: bytes | str) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def replace(self, name: str, old: str, new: str) -> None:
        content = self.read(name)
        assert old.encode() in content
        self.write(name, content.replace(old.encode(), new.encode(), 1))

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def has(self, name: str) -> bool:
        return os.path.lexists(self.folder / name)

    def commit(self) -> str:
        self.git("add", "--all", ".")
        self.git("commit", "--quiet", "--allow-empty", "-m", "mine")
        return self.git("rev-parse", "HEAD")

    @property
    def version(self) -> str:
        return Project(self.folder).record().version

    @property
    def conflicted(self) -> list[str]:
        return self.git.lines("diff", "--name-only", "--diff-filter=U", "-z")

    def state(self) -> tuple[str, str, dict[str, tuple[int, bytes]]]:
        """Return HEAD, git's status and all files, to be compared."""
        files = {}
        for path in sorted(self.folder.rglob("*")):
            inside = path.relative_to(self.folder)
            if inside.parts[0] == ".git" or (path.is_dir() and not path.is_symlink()):
                continue
            link = path.is_symlink()
            content = os.fsencode(path.readlink()) if link else path.read_bytes()
            # Of a mode, git knows whether the owner may execute the file, and no more.
            files[inside.as_posix()] = (path.lstat().st_mode & ~0o077, content)
        status = self.git("status", "--porcelain", "--ignored", "--untracked-files=all")
        return self.git("rev-parse", "HEAD"), status, files


def make(versions: Path, folder: Path, tag: str = "v1.0.0", **answers: str) -> Made:
    """Make a project from a version, in a repository of its own."""
    scratch = folder.with_name(f"{folder.name}-made")
    template = Repository(Git(versions)).extract(tag, scratch / "template")
    folder.parent.mkdir(exist_ok=True, parents=True)
    shutil.move(render.render(template, answers, scratch / "render"), folder)
    shutil.rmtree(scratch)
    made = Made(folder, versions)
    if made.git.run("rev-parse", "--git-dir").returncode:
        made.git("init", "--quiet", "--initial-branch=main")
    made.commit()
    return made


def two_versions(
    folder: Path,
    *versions: dict[str, bytes],
    user: Sequence[str] = (),
    upgrade: Mapping[str, object] | None = None,
) -> Path:
    """Make a template of files without variables, in two versions.

    Args:
        folder: Where the repository goes.
        versions: The skeleton's files in each version.
        user: The pattern that is the user's, in each version; `data/` where none is named.
        upgrade: The table `_upgrade`, in each version.
    """
    git = Git(folder)
    folder.mkdir()
    git("init", "--quiet")
    for number, files in enumerate(versions, 1):
        shutil.rmtree(folder / SLUG, ignore_errors=True)
        users = user[number - 1] if user else "data/"
        skeleton = {f"{SLUG}/{name}": content for name, content in files.items()}
        skeleton[f"{SLUG}/.template.json"] = record(*ASKED, user=[users])
        skeleton[".gitattributes"] = b"cookiecutter.json export-subst\n"
        lay(
            {**skeleton, "cookiecutter.json": prompts(f"{number}.0.0", _upgrade=upgrade or {})},
            folder,
        )
        git("add", "--all")
        git("commit", "--quiet", "-m", f"{number}")
        git("tag", f"v{number}.0.0")
    return folder


def bootstrap(
    folder: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the project's own `.template.py`."""
    return subprocess.run(
        [sys.executable, str(BOOTSTRAP), *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def conflict(project: Made) -> str:
    """Edit a line beside one that the next version adds."""
    project.write("config.yaml", project.read("config.yaml") + b"mine: 1\n")
    project.write("src/demo/use_case/model.py", "MINE = 1\n")
    return project.commit()


def start(project: Made, versions: Path, **environment: str) -> subprocess.Popen[bytes]:
    """Begin an upgrade in a process group of its own."""
    command = [sys.executable, str(ROOT / "tools" / "upgrade.py"), "upgrade", "--no-input"]
    command += ["--project", str(project.folder), "--repository", str(versions), "--to", "v2.0.0"]
    return subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
