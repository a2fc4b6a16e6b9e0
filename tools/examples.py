"""Make a full project from an example: its answers, and the files that a user would write.

python tools/examples.py titanic --output DIR
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import OTHERS
from tools.upgrades.render import render

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
SKELETON = "<<cookiecutter.project_slug>>"
TEMPLATE = ("cookiecutter.json", "literal_answers.py", "hooks", SKELETON)
"""The files that Cookiecutter needs; without the rest, it has little to copy before it asks."""
UNTRACKED = (
    *(".venv", ".uv", ".tools", "build", ".git", "uv.lock", "dist"),
    *(".*_cache", "__pycache__", ".hypothesis"),
)
"""Patterns of what a working copy has beside the template."""


def names() -> list[str]:
    """Return the examples' names."""
    return sorted(file.parent.name for file in EXAMPLES.glob("*/answers.json"))


def snapshot(folder: Path) -> Path:
    """Copy the template alone into a folder and return the folder."""
    folder.mkdir(exist_ok=True)
    for name in TEMPLATE:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns(*UNTRACKED)
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy2(ROOT / name, folder / name)
    return folder


def git(*arguments: str) -> str:
    """Ask git about this repository; nothing where there is none to ask about."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        return ""
    command = ["git", "-C", str(ROOT), *arguments]
    kept = {name: value for name, value in os.environ.items() if name not in OTHERS}
    done = subprocess.run(command, env=kept, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def provenance() -> dict[str, str]:
    """Return what a project records of this copy of the template: its commit and address."""
    named = ("--always", "--dirty", "--abbrev=40", "--exclude=*")
    address = git("config", "remote.origin.url")
    return {"_template_commit": git("describe", *named), "_template_address": address}


def bake(given: dict[str, str], output: Path) -> Path:
    """Render the template into `output` and return the project's folder.

    A project that is already there is rendered over; what the template doesn't know, stays.

    Raises:
        UpgradeError: The template refuses the answers.
    """
    with tempfile.TemporaryDirectory() as folder:
        template = snapshot(Path(folder) / "template")
        rendered = render(template, {**given, **provenance()}, Path(folder) / "render")
        return shutil.copytree(rendered, output / rendered.name, symlinks=True, dirs_exist_ok=True)


def make_example(name: str, output: Path) -> Path:
    """Bake an example, lay its use case over it, and return the project's folder."""
    project = bake(answers(name), output)
    furnish(name, project)
    return project


def answers(name: str) -> dict[str, str]:
    """Return an example's answers."""
    found: dict[str, str] = json.loads((EXAMPLES / name / "answers.json").read_text("utf-8"))
    return found


def furnish(name: str, project: Path) -> None:
    """Lay an example's files over a project."""
    source = EXAMPLES / name
    ignored = shutil.ignore_patterns("answers.json", "config.yaml", "__pycache__", ".*_cache")
    shutil.copytree(source, project, dirs_exist_ok=True, ignore=ignored)
    if (changes := source / "config.yaml").is_file():
        _configure(project / "config.yaml", yaml.safe_load(changes.read_text("utf-8")))


def _configure(config: Path, changes: dict[str, dict[str, object]]) -> None:
    """Change settings where they stand, so that all others stay the template's."""
    text = config.read_text("utf-8")
    for section, settings in changes.items():
        for key, value in settings.items():
            line = rf"(?m)(^{section}:.*\n(?:(?: .*)?\n)*?  {key}: )[^\s#]+"
            text, found = re.subn(line, rf"\g<1>{json.dumps(value)}", text)
            if found != 1:
                sys.exit(f"{config} has no setting {section}.{key} on a line of its own.")
    config.write_text(text, "utf-8")


def fetching(project: Path) -> list[str]:
    """Return what `make` needs for the data: nothing where they are there or need no fetching."""
    loader = next(project.glob("src/*/use_case/data_loader.py")).read_text("utf-8")
    there = [path for path in (project / "data").iterdir() if path.name != "README.md"]
    return [] if there or "def fetch_data" not in loader else ["data", "FROM=synthetic"]


def check(project: Path) -> None:
    """Train and test a project by its own `make`, on made-up data where it has none.

    Raises:
        subprocess.CalledProcessError: A target failed.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    for targets in (["setup"], fetching(project), ["train"], ["test"]):
        if targets:
            subprocess.run(["make", *targets], cwd=project, env=environment, check=True)


def main() -> int:
    """Make the examples that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names())}; or all")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "build", help="a folder, made if need be"
    )
    parser.add_argument("--check", action="store_true", help="train and test each, too")
    wanted = parser.parse_args()
    if unknown := sorted(set(wanted.names) - set(names())):
        parser.error(f"there is no example {unknown[0]!r}; choose from {', '.join(names())}")
    for name in wanted.names or names():
        try:
            project = make_example(name, wanted.output)
            sys.stdout.write(f"{project}\n")
            sys.stdout.flush()
            if wanted.check:
                check(project)
        except (UpgradeError, subprocess.CalledProcessError) as error:
            sys.exit(f"{name}: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
