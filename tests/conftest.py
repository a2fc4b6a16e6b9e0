"""What the tests share: the template alone, as Cookiecutter gets it."""

from pathlib import Path

import pytest

from tools.examples import ROOT, snapshot

SKELETON = ROOT / "<<cookiecutter.project_slug>>"
TASKS = ("classification", "regression")
PARTS = ("github_actions", "jenkins_controller", "monitoring", "ansible")
"""Questions for parts of delivery that a project has only if it is asked for them."""

COMPLETE = dict.fromkeys(PARTS, "yes")
"""Answers for a project with all of them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--histories", type=int, default=20, help="of random upgrades")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the template without the rest of the repository."""
    return snapshot(tmp_path_factory.mktemp("template"))


def texts(folder: Path) -> dict[Path, str]:
    """Return each text file below a folder, by its path inside."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {file.relative_to(folder): file.read_text("utf-8") for file in files}
