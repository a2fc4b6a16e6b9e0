"""Find out which version of the template a project without a record is nearest to."""

import json
import re
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from tools.upgrades.errors import UpgradeError
from tools.upgrades.project import RECORD, Project, Record, covers
from tools.upgrades.render import render
from tools.upgrades.sources import Repository

ENOUGH = 0.5
"""How much has to be alike, at the least, for a project to be of the template."""


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
    return {name: answer for name, answer in answers.items() if answer and isinstance(answer, str)}


def _found(file: Path, pattern: str) -> str:
    text = file.read_text("utf-8", errors="replace") if file.is_file() else ""
    found = re.search(pattern, text)
    return found[1].strip() if found else ""


def _from_pyproject(root: Path) -> dict[str, str]:
    try:
        about = tomllib.loads((root / "pyproject.toml").read_text("utf-8")).get("project")
    except (OSError, ValueError):
        return {}
    if not isinstance(about, dict):
        return {}
    name = str(about.get("name", ""))
    python = re.search(r">=\s*(3\.\d+)", str(about.get("requires-python", "")))
    named = about.get("authors")
    authors = [one for one in named if isinstance(one, dict)] if isinstance(named, list) else []
    return {
        "project_slug": name,
        "project_name": name.replace("-", " ").title(),
        "description": about.get("description", ""),
        "author": authors[0].get("name", "") if authors else "",
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


@dataclass(frozen=True)
class Candidate:
    """A version, and how much of what it renders a project has."""

    degree: float
    same: int
    files: int
    record: dict[str, Any]


def adopt(
    project: Project, repository: Repository, given: dict[str, str], address: str | None
) -> int:
    """Write the record of the nearest version into a project that has none, and say why.

    Raises:
        UpgradeError: There is a record, or no version is near or can be rendered.
    """
    if (project.root / RECORD).exists():
        raise UpgradeError(f"There is a {RECORD} here already.")
    answers = {**guess(project.root), **given}
    known = {"_template_address": address or repository.address()}
    listed = json.dumps(answers, indent=2, ensure_ascii=False)
    sys.stdout.write(f"Answers, from the project's files: {listed}\n")
    best: Candidate | None = None
    for revision in repository.milestones():
        try:
            found = _compared(project.root, repository, revision, {**answers, **known})
        except UpgradeError as error:
            sys.stdout.write(f"{revision}: {str(error).splitlines()[-1]}\n")
            continue
        sys.stdout.write(
            f"{revision}: {found.degree:.1%} alike, {found.same} of {found.files} files the same\n"
        )
        sys.stdout.flush()
        if best is None or found.degree > best.degree:
            best = found
    if best is None or best.degree < ENOUGH:
        raise UpgradeError(
            "No version of this template is near to the project: at least "
            f"{ENOUGH:.0%} has to be alike. Correct the answers by ANSWERS='name=value …'."
        )
    text = json.dumps(best.record, indent=2, ensure_ascii=False) + "\n"
    (project.root / RECORD).write_text(text, "utf-8")
    sys.stdout.write(
        f"\nThe nearest is {Record.parse(text).name}, at {best.degree:.1%}: written to {RECORD}. "
        "Correct its answers where they are wrong, commit it, and `make upgrade`; where there is "
        f"no such target yet, `make upgrade PROJECT={project.root}` here.\n"
    )
    return 0


def _compared(
    root: Path, repository: Repository, revision: str, answers: dict[str, str]
) -> Candidate:
    with tempfile.TemporaryDirectory(prefix="template-adopt-") as folder:
        template = repository.extract(revision, Path(folder) / "template")
        prompts = json.loads((template / "cookiecutter.json").read_text("utf-8"))
        rendered = render(template, answers, Path(folder) / "render")
        record = _record(rendered, prompts, answers)
        user = tuple(record["ownership"]["user"])
        degree = likeness(root, rendered, user)
    commit = repository.commit(revision)
    return Candidate(*degree, {**record, "commit": commit})


def _record(rendered: Path, prompts: dict[str, Any], answers: dict[str, str]) -> dict[str, Any]:
    """Return what a version records; for one from before there were records, what it would."""
    file = rendered / RECORD
    try:
        made: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    except ValueError as error:
        raise UpgradeError(f"Its {RECORD} can't hold these answers: {error}") from None
    package = answers.get("package_name", "")
    user = [f"src/{package}/use_case/"] if package else []
    user += ["data/", "tests/use_case/"]
    asked = {name: answers[name] for name in prompts if name in answers and name[0] != "_"}
    return {
        "template": made.get("template"),
        "version": made.get("version", prompts.get("_template_version", "0.0.0")),
        "commit": None,
        "answers": made.get("answers", asked),
        "ownership": made.get("ownership", {"user": user, "shared": []}),
    }
