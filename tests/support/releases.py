"""The template as a repository, with a version that can be released."""

import json
import re
import shutil
from pathlib import Path

from tools.examples import ROOT
from tools.releases import changelog, checks, places
from tools.upgrades.git import Git

from .story import copy_template

_NOTHING_ASKED = re.compile(r"(### Upgrading)\s+(?=## |\Z)")
"""A version's section of which nobody has written yet what an upgrade to it asks."""


def version() -> str:
    """Return the work tree's version."""
    declared = json.loads((ROOT / "cookiecutter.json").read_text("utf-8"))
    found: str = declared["_template_version"]
    return found


def copied(folder: Path, alone: bool = False) -> Git:
    """Copy the work tree, or only what a release changes, and commit it with an undated version."""
    if alone:
        for name in (*places.DECLARED, *places.NAMED, places.CHANGELOG, ".ci/run", ".gitignore"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    else:
        copy_template(folder)
    file = folder / places.CHANGELOG
    text = file.read_text("utf-8")
    title = changelog.newest(text)[0]
    text = text.replace(f"## {title}\n", f"## {version()}, unreleased\n", 1)
    file.write_text(_NOTHING_ASKED.sub(r"\1\n\nNothing.\n\n", text, 1), "utf-8")
    git = Git(folder)
    git("init", "--quiet", f"--initial-branch={checks.BRANCH}")
    commit(git, "All")
    return git


def commit(git: Git, message: str) -> str:
    """Commit all that was changed, and return the commit."""
    git("add", "--all")
    git("commit", "--quiet", "--allow-empty", "-m", message)
    return git("rev-parse", "HEAD")


def passed(git: Git) -> None:
    """Note that the newest commit has passed, as `.ci/run` does at its end."""
    checks.stamp(git).write_text(git("rev-parse", "HEAD") + "\n", "utf-8")


def older(folder: Path) -> Git:
    """Make a repository of what a release changes, which another version stands in, and passed."""
    git = copied(folder, alone=True)
    for name, text in checks.read(git, "HEAD").items():
        for patterns in (places.DECLARED, places.NAMED):
            if name in patterns:
                changed = places.written({name: patterns[name]}, {name: text}, "0.0.9")[name]
                (git.folder / name).write_text(changed, "utf-8")
    commit(git, "Older")
    passed(git)
    return git


def state(git: Git) -> tuple[str, ...]:
    """Return all that a release may change."""
    asked = (("for-each-ref",), ("status", "--porcelain"), ("rev-parse", "HEAD"), ("diff", "HEAD"))
    return tuple(git(*words) for words in asked)


def change(git: Git, name: str, old: str, new: str) -> None:
    """Replace a text that a file has, once."""
    file = git.folder / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
