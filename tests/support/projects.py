"""Projects, made and driven as their users do: by `make`, in environments of their own."""

import fcntl
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import pytest

from tools.examples import ROOT, UNTRACKED, bake, fetching, make_example, names

from . import bytecode
from .commands import clean_environment, make, run, variables

DEFAULTS: Mapping[str, str] = MappingProxyType({})
KINDS = ("classification", "regression", *names())
NODE_MODULES = Path("deploy/postman/node_modules")
_DATA = ROOT.parent / "shared" / "data"
REAL: Mapping[str, Path] = MappingProxyType(
    {
        "bank-marketing": _DATA / "bankmarketing_train.csv",
        "batcomputer": _DATA / "police-2018-10-to-11.zip",
    }
)
"""The real data of examples, where they are at hand; without them, theirs are made up."""
ENVIRONMENT = shutil.ignore_patterns(".venv", "node_modules", ".*_cache", "service-*.log")


def make_project(kind: str, folder: Path) -> Path:
    """Make an example, or what the template has for a task."""
    return make_example(kind, folder) if kind in names() else bake({"task": kind}, folder)


def set_up(project: Path, *data: str) -> None:
    """Make a project's environment and its data."""
    make(project, "setup", *data)
    bytecode.lend(project / ".venv")


def train(project: Path) -> str:
    """Set a project up and train it: on real data as documented, on others quickly.

    Returns:
        The output of `make train`.
    """
    real = REAL.get(project.name)
    if real and real.is_file():
        set_up(project, "data", f"FROM={real}")
        # Nothing looks at the folds.
        return run("make", "train", cwd=project, **variables(project, TRAINING__FOLDS="0"))
    set_up(project, *fetching(project))
    return run("make", "train", cwd=project, **quick(project))


def demonstrate(folder: Path) -> str:
    """Make and train the Titanic project in a folder by the README's first command.

    It is run as on a fresh machine: in a clean copy of the template, with an empty home. The copy's
    build/ leads to the folder. Only bytecode is there.

    Returns:
        Its output.
    """
    with TemporaryDirectory() as machine:
        copy, home = Path(machine, "template"), Path(machine, "home")
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*UNTRACKED))
        home.mkdir()
        (copy / "build").symlink_to(folder)
        cache = run("uv", "cache", "dir", cwd=copy).strip()
        environment = {
            "HOME": str(home),
            "UV_CACHE_DIR": cache,
            **lending(Path(machine, "programs")),
        }
        return run("make", "demo", "ONCE=1", cwd=copy, **environment)


_UV = """#!/bin/sh
"{uv}" "$@" || exit
if [ "$1" = sync ]; then exec "{python}" "{lend}" .venv; fi
"""


def lending(folder: Path) -> dict[str, str]:
    """Return an environment whose uv gives those that it makes this process' own bytecode.

    For commands that make an environment and use it at once; uv's stand-in goes into a new folder.
    """
    folder.mkdir()
    path = clean_environment()["PATH"]
    uv = shutil.which("uv", path=path)
    text = _UV.format(uv=uv, python=sys.executable, lend=bytecode.__file__)
    (folder / "uv").write_text(text, "utf-8")
    (folder / "uv").chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{path}"}


def quick(project: Path) -> dict[str, str]:
    """Return an environment by which a training is short, where its quality is no matter."""
    options = {"TRAINING__FOLDS": "0", "TRAINING__AS_SERVED": "no", "AUTOML__MAX_TRIALS": "6"}
    return variables(project, **options)


class Shared:
    """Folders that are made once for all workers of a test run; no test may change them."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        own = factory.getbasetemp()
        # Each worker of pytest-xdist has a folder of its own in that of the run.
        self.folder = own.parent if own.name.startswith("popen-") else own

    @contextmanager
    def once(self, name: str) -> Iterator[tuple[Path, bool]]:
        """Yield a folder for all workers and whether it is filled; others wait meanwhile.

        A block that fails leaves it to the next that asks, in an empty folder.
        """
        folder, done = self.folder / f"shared-{name}", self.folder / f"shared-{name}-is-done"
        with (self.folder / f"shared-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
            yield folder, done.exists()
            done.touch()


class Baked(Shared):
    """Projects as the template makes them, one for each answers; no test may change them."""

    def __call__(self, answers: Mapping[str, str] = DEFAULTS) -> Path:
        """Return the project of some answers, which the first that asks for it makes."""
        told = json.dumps(dict(answers), sort_keys=True).encode()
        name = f"answers-{hashlib.sha256(told).hexdigest()[:16]}"
        return self._made(name, lambda to: bake(dict(answers), to))

    def example(self, name: str) -> Path:
        """Return an example's project."""
        return self._made(f"example-{name}", lambda to: make_example(name, to))

    def _made(self, name: str, make: Callable[[Path], Path]) -> Path:
        with self.once(name) as (folder, done):
            if not done:
                make(folder)
        (project,) = folder.iterdir()
        return project


class Trained(Shared):
    """Trained projects, one of each kind for all workers of a test run; no test may change them."""

    def __call__(self, kind: str) -> Path:
        """Return the project of a kind, which the first that asks for it makes."""
        with self.once(kind) as (folder, done):
            if not done:
                demo = kind == "titanic"
                shown = demonstrate(folder) if demo else train(make_project(kind, folder))
                self._log(kind).write_text(shown, "utf-8")
        (project,) = folder.iterdir()
        return project

    def shown(self, kind: str) -> str:
        """Return the output of a project's training."""
        self(kind)
        return self._log(kind).read_text("utf-8")

    def copy(self, kind: str, folder: Path) -> Path:
        """Copy a project, lock and bundle included, and give the copy an environment."""
        project = self(kind)
        copy = shutil.copytree(project, folder / project.name, ignore=ENVIRONMENT)
        set_up(copy)
        return copy

    def lend(self, kind: str, folder: Path) -> Path:
        """Copy a project, which uses the environment of the first.

        Neither the copy's code nor its packages may be changed: the environment has the first's.
        """
        project = self(kind)
        copy = shutil.copytree(project, folder / project.name, ignore=ENVIRONMENT)
        (copy / ".venv").symlink_to(project / ".venv")
        return copy

    def newman(self) -> Path:
        """Return the Titanic project once newman is installed in it, by its own `make`."""
        project = self("titanic")
        with self.once("newman"):
            make(project, f"{NODE_MODULES}/.ready")
        return project

    def _log(self, kind: str) -> Path:
        return self.folder / f"shared-{kind}-train.log"
