"""The template's skeleton, and the texts and bytes of a folder."""

from fnmatch import fnmatch
from pathlib import Path

from tools.examples import ROOT, UNTRACKED

SKELETON = ROOT / "<<cookiecutter.project_slug>>"
AZURE = SKELETON / "deploy" / "azure" / "commands"
"""The package `model_azure`, which is copied as it is."""

TASKS = ("classification", "regression")
PARTS = ("github_actions", "jenkins_controller", "monitoring", "ansible", "azure")
"""Questions for parts of delivery that a project has only if it is asked for them."""

COMPLETE = dict.fromkeys(PARTS, "yes")
"""Answers for a project with all of them."""

LONGEST_PACKAGE = "a" * 30


def texts(folder: Path) -> dict[Path, str]:
    """Return each text file below a folder, by its path inside."""
    return {path: content.decode() for path, content in contents(folder).items()}


def contents(folder: Path) -> dict[Path, bytes]:
    """Return each file below a folder, by its path inside."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {file.relative_to(folder): file.read_bytes() for file in files}


def library() -> dict[Path, bytes]:
    """Return the files of the template's library, without what running it in place has left."""
    return {
        path: content
        for path, content in contents(SKELETON / "runtime").items()
        if not any(fnmatch(part, pattern) for part in path.parts for pattern in UNTRACKED)
    }
