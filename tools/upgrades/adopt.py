"""Find out which version of the template a project without a record is nearest to."""

import json
import re
import sys
import tempfile
import tomllib
from difflib import SequenceMatcher
from pathlib import Path

from tools.upgrades.errors import UpgradeError
from tools.upgrades.project import RECORD, Project, Record, covers
from tools.upgrades.render import render
from tools.upgrades.sources import Repository


def guess(root: Path) -> dict[str, str]:
    """Guess a project's answers from its own files."""
    answers = _from_pyproject(root)
    packages = sorted(path.parent.parent.name for path in root.glob("src/*/use_case/__init__.py"))
    packages += sorted(path.parent.name for path in root.glob("src/*/__init__.py"))
    if packages:
        answers["package_name"] = packages[0]
    if title := _found(root / "README.md", r"\A# (.+)"):
        answers["project_name"] = title
    for file in sorted(root.glob("src/*/use_case/features.yaml")):
        answers["task"] = _found(file, r"(?m)^task: *(\w+)")
    answers["github_actions"] = "yes" if (root / ".github/workflows").is_dir() else "no"
    answers["ansible"] = "yes" if (root / "ansible").is_dir() else "no"
    return {name: answer for name, answer in answers.items() if answer}


def _found(file: Path, pattern: str) -> str:
    text = file.read_text("utf-8", errors="replace") if file.is_file() else ""
    found = re.search(pattern, text)
    return found[1].strip() if found else ""


def _from_pyproject(root: Path) -> dict[str, str]:
    try:
        about = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    except (OSError, ValueError, KeyError):
        return {}
    name = about.get("name", "")
    python = re.search(r">=\s*(3\.\d+)", about.get("requires-python", ""))
    authors = about.get("authors") or [{}]
    return {
        "project_slug": name,
        "project_name": name.replace("-", " ").title(),
        "description": about.get("description", ""),
        "author": authors[0].get("name", ""),
        "python_version": python[1] if python else "",
    }


def likeness(mine: Path, rendered: Path, user: tuple[str, ...]) -> tuple[float, int, int]:
    """Return how much of a rendering a project has: from 0 to 1, files alike, files compared."""
    total, same, files = 0.0, 0, 0
    for file in sorted(path for path in rendered.rglob("*") if path.is_file()):
        path = file.relative_to(rendered).as_posix()
        if path == RECORD or covers(user, path):
            continue
        files += 1
        other = mine / path
        if not other.is_file():
            continue
        old, new = (item.read_bytes().replace(b"\r\n", b"\n") for item in (file, other))
        if old == new:
            same += 1
            total += 1
        else:
            total += SequenceMatcher(None, old.splitlines(), new.splitlines(), False).ratio()
    return total / max(files, 1), same, files


def adopt(
    project: Project, repository: Repository, given: dict[str, str], address: str | None
) -> int:
    """Write the record of the nearest version into a project that has none, and say why.

    Raises:
        UpgradeError: There is a record, or no version can be rendered with these answers.
    """
    if (project.root / RECORD).exists():
        raise UpgradeError(f"There is a {RECORD} here already.")
    answers = {**guess(project.root), **given}
    sys.stdout.write(f"Answers, from the project's files: {json.dumps(answers, indent=2)}\n")
    best: tuple[float, str] | None = None
    refusals = []
    for revision in [*repository.tags(), "HEAD"]:
        with tempfile.TemporaryDirectory(prefix="template-adopt-") as folder:
            template = repository.extract(revision, Path(folder) / "template")
            known = {"_template_address": address or ""}
            try:
                rendered = render(template, {**answers, **known}, Path(folder) / "render")
                text = (rendered / RECORD).read_text("utf-8")
                record = Record.parse(text)
            except (UpgradeError, OSError) as error:
                refusals.append(f"{revision}: {error}")
                continue
            degree, same, files = likeness(project.root, rendered, record.user)
        sys.stdout.write(f"{revision}: {degree:.1%} alike, {same} of {files} files the same\n")
        if best is None or degree > best[0]:
            best = (degree, text)
    if best is None:
        raise UpgradeError(
            "No version could be rendered with these answers; correct them by "
            "--answer NAME=VALUE.\n" + "\n".join(refusals)
        )
    (project.root / RECORD).write_text(best[1], "utf-8")
    version = Record.parse(best[1]).version
    sys.stdout.write(
        f"\nThe nearest is {version}, at {best[0]:.1%}: written to {RECORD}. Correct its answers "
        "where they are wrong, commit it, and `make upgrade`.\n"
    )
    return 0
