"""A Titanic project and three versions of this template: what the guide's recording shows."""

import re
import shutil
import subprocess
from pathlib import Path

from tools.examples import ROOT, SKELETON, UNTRACKED, answers, furnish
from tools.upgrades import render
from tools.upgrades.git import Git
from tools.upgrades.sources import Repository

BLOCK = re.compile(r"(?ms)^```console\n(.*?)^```")
DIFFERENT = re.compile(r"\b[0-9a-f]{7,40}\b|(?<=untouched   )\d+|(?<=Makefile:)\d+")
"""Commits, and numbers that any change of the template changes."""


def copy_template(folder: Path) -> None:
    """Copy the work tree into a folder, over what is there."""
    ignored = shutil.ignore_patterns(*UNTRACKED)
    shutil.copytree(ROOT, folder, dirs_exist_ok=True, ignore=ignored)
    if (ROOT / ".git").exists():
        for name in Git(ROOT).lines("ls-files", "--deleted", "-z"):
            (folder / name).unlink(missing_ok=True)


def replace(file: Path, old: str, new: str) -> None:
    """Change a text in a file that has it."""
    content = file.read_text("utf-8")
    assert old in content, f"{file} has no {old!r}"
    file.write_text(content.replace(old, new, 1), "utf-8")


def release(folder: Path, version: str, notes: str) -> None:
    """Commit and tag a version, with what an upgrade asks."""
    prompts = folder / "cookiecutter.json"
    text = prompts.read_text("utf-8")
    versioned = re.sub(r'(?<="_template_version": ")[^"]+', version, text)
    prompts.write_text(versioned, "utf-8")
    replace(folder / "CHANGELOG.md", "## ", f"## {version}\n\n### Upgrading\n\n{notes}\n\n## ")
    git = Git(folder)
    git("add", "--all")
    git("commit", "--quiet", "-m", version)
    git("tag", f"v{version}")


def make_example(template: Path, revision: str, name: str, folder: Path) -> Path:
    """Make an example from a version, in a repository of its own."""
    version = Repository(Git(template)).extract(revision, folder / "version")
    project = render.render(version, answers(name), folder / "render")
    furnish(name, project)
    commit(project)
    return project


def commit(project: Path) -> None:
    """Commit all that was changed."""
    git = Git(project)
    if not (project / ".git").exists():
        git("init", "--quiet", "--initial-branch=main")
    git("add", "--all")
    git("commit", "--quiet", "-m", "mine")


def prepare(folder: Path) -> Path:
    """Make the template's versions and a project that was edited; return the project."""
    template = folder / "template"
    copy_template(template)
    Git(template)("init", "--quiet", "--initial-branch=main")
    skeleton = template / SKELETON
    (template / "CHANGELOG.md").write_text("# Changelog\n\n## Before\n", "utf-8")
    release(template, "0.1.0", "Nothing.")
    jenkins = skeleton / "deploy" / "jenkins"
    (jenkins / "README.md").rename(jenkins / "pipelines.md")
    asked, record = template / "cookiecutter.json", skeleton / ".template.json"
    replace(asked, '  "task"', '  "licence": ["none", "MIT"],\n  "task"')
    replace(record, '    "task"', '    "licence": "<< cookiecutter.licence >>",\n    "task"')
    release(template, "0.2.0", "- `licence` is a new question.")
    replace(skeleton / "config.yaml", "max_rows: 1000 ", "max_rows: 2000 ")
    notes = "- Requests may have 2,000 rows.\n- Before you deploy: give pods memory for that."
    release(template, "0.3.0", notes)
    made = make_example(template, "v0.1.0", "titanic", folder / "made")
    project = made.rename(folder / "titanic")
    replace(project / "config.yaml", "max_rows: 1000 ", "max_rows: 5000 ")
    replace(project / "README.md", "# Titanic\n", "# Titanic, by Ada\n")
    with (project / "src/titanic/use_case/model.py").open("a", encoding="utf-8") as file:
        file.write("\n# Ada was here.\n")
    commit(project)
    return project


def commands(guide: str) -> list[str]:
    """Return the commands in the guide's recordings."""
    blocks = "\n".join(BLOCK.findall(guide))
    return [line.removeprefix("$ ") for line in blocks.splitlines() if line.startswith("$ ")]


def play(lines: list[str], project: Path, environment: dict[str, str]) -> str:
    """Run commands in a project and return what a terminal shows."""
    shown = []
    for line in lines:
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=project,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        shown.append(f"$ {line}\n{done.stdout}")
    return "\n".join(shown)


def same(text: str) -> str:
    """Return a recording without what differs each time it is made."""
    return DIFFERENT.sub("*", text)
