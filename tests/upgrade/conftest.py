"""A template's repository in three versions, and projects that were made from them."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.upgrade.versions import ASKED, SLUG, VERSIONS, lay, prompts, record
from tools import upgrade
from tools.examples import ROOT, SKELETON
from tools.upgrades import compare, render, sides
from tools.upgrades.git import Git
from tools.upgrades.project import Project
from tools.upgrades.sources import Repository

ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
    },
}
BOOTSTRAP = ROOT / SKELETON / ".template.py"


@pytest.fixture(scope="session", autouse=True)
def plain_git() -> Iterator[None]:
    """Git without the settings of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            patch.delenv(name)
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def versions(plain_git: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small template's repository, with a tag for each version."""
    folder = tmp_path_factory.mktemp("versions")
    git = Git(folder)
    git("init", "--quiet", "--initial-branch=main")
    for tag, files in VERSIONS.items():
        lay(files, folder)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "tools", folder / "tools", ignore=ignored, dirs_exist_ok=True)
        git("add", "--all")
        git("commit", "--quiet", "-m", tag)
        git("tag", tag)
    return folder


@pytest.fixture(scope="session", autouse=True)
def rendered_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Render each version once for the same answers: the tests do it hundreds of times."""
    store = tmp_path_factory.mktemp("renders")

    def cached(template: Path, answers: dict[str, str], output: Path) -> Path:
        content = [path for path in sorted(template.rglob("*")) if path.is_file()]
        parts = [path.relative_to(template).as_posix().encode() for path in content]
        parts += [path.read_bytes() for path in content if "tools" not in path.parts]
        key = hashlib.sha256(b"\0".join([*parts, repr(sorted(answers.items())).encode()]))
        kept = store / key.hexdigest()
        if not kept.exists():
            actual(template, answers, kept)
        slug = next((kept / "project").iterdir()).name
        shutil.copytree(kept / "project" / slug, output / slug)
        return output / slug

    actual = render.render
    with pytest.MonkeyPatch.context() as patch:
        for module in (sides, compare):
            patch.setattr(module, "render", cached)
        patch.setattr(render, "render", cached)
        yield


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


@pytest.fixture
def project(versions: Path, tmp_path: Path) -> Made:
    """A project made from the first version."""
    return make(versions, tmp_path / "project")


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
