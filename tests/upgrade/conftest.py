"""A template's repository in three versions, and projects that were made from them."""

import contextlib
import hashlib
import io
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.made import ENVIRONMENT, Made, make
from tests.support.projects import Shared
from tests.support.releases import older
from tests.support.versions import VERSIONS, lay
from tools.examples import ROOT
from tools.upgrades import compare, render, sides
from tools.upgrades.git import Git

READ = ("cookiecutter.json", "*.py", "hooks/**/*", "templates/**/*", "*cookiecutter.*/**/*")
"""All that a rendering is made of, in a version's folder."""


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


def here(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the process that renders in this one, which has Cookiecutter imported already."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(said):
        patch.setattr(sys, "argv", command[2:])
        patch.setattr(sys, "stdin", io.StringIO(options["input"].decode()))
        patch.setattr(sys, "path", [*sys.path])
        patch.setattr(os, "environ", options["env"])
        try:
            code = render.main()
        except SystemExit as refused:
            code = 1
            said.write(str(refused.code))
        finally:
            logging.disable(logging.NOTSET)
    return subprocess.CompletedProcess(command, code, b"", said.getvalue().encode())


@pytest.fixture(scope="session", autouse=True)
def rendered_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Render each version once for the same answers, for all workers: they do it hundreds of times.

    A template without hooks in this process, too; upgrades by `.template.py` start others.
    """
    shared = Shared(tmp_path_factory)

    def cached(template: Path, answers: dict[str, str], output: Path) -> Path:
        found = sorted(path for pattern in READ for path in template.glob(pattern))
        content = [path for path in found if path.is_file()]
        parts = [path.relative_to(template).as_posix().encode() for path in content]
        parts += [path.read_bytes() for path in content]
        key = hashlib.sha256(b"\0".join([*parts, repr(sorted(answers.items())).encode()]))
        with shared.once(f"render-{key.hexdigest()}") as (kept, done):
            if not done:
                with pytest.MonkeyPatch.context() as patch:
                    if not (template / "hooks").exists():  # which see this process's variables
                        patch.setattr(render, "subprocess", SimpleNamespace(run=here))
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


@pytest.fixture
def project(versions: Path, tmp_path: Path) -> Made:
    """A project made from the first version."""
    return make(versions, tmp_path / "project")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """A repository that a release can be made of, in which an older version stands."""
    return older(tmp_path / "repository")
