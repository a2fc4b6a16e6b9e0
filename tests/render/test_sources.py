"""The template renders with plain Cookiecutter from wherever it lies."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.files import contents, library

pytestmark = pytest.mark.slow  # each test makes several projects


def run(*command: object, cwd: Path | None = None) -> None:
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def repository(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository of the template."""
    folder = tmp_path_factory.mktemp("repository") / "template"
    run("cp", "-r", template, folder)
    run("git", "init", "--quiet", cwd=folder)
    run("git", "add", "--all", cwd=folder)
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    run("git", *who, "commit", "--quiet", "-m", "template", cwd=folder)
    return folder


@pytest.mark.parametrize("kind", ["path", "git", "zip"])
def test_a_project_is_made_from_a(kind: str, repository: Path, tmp_path: Path) -> None:
    source: object = repository
    if kind == "git":
        run("git", "clone", "--quiet", "--bare", repository, tmp_path / "template.git")
        source = f"file://{tmp_path}/template.git"
    if kind == "zip":
        source = tmp_path / "template.zip"
        run("git", "archive", "--prefix=template/", "-o", source, "HEAD", cwd=repository)
    config = tmp_path / "config.yaml"
    config.write_text(f"cookiecutters_dir: {tmp_path}/cloned\nreplay_dir: {tmp_path}/replay\n")
    program = Path(sys.executable).with_name("cookiecutter")
    run(program, source, "--no-input", "--config-file", config, "-o", tmp_path / "out")
    project = tmp_path / "out" / "iris-classifier"
    assert (project / "Makefile").is_file()
    assert contents(project / "runtime") == library()
