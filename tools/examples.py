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
from cookiecutter.exceptions import CookiecutterException
from cookiecutter.main import cookiecutter

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
SKELETON = "<<cookiecutter.project_slug>>"
TEMPLATE = ("cookiecutter.json", "hooks", SKELETON)
"""What Cookiecutter needs; without the rest, it has little to copy before its first prompt."""


def names() -> list[str]:
    """Return the examples' names."""
    return sorted(file.parent.name for file in EXAMPLES.glob("*/answers.json"))


def snapshot(folder: Path) -> Path:
    """Copy the template alone into a folder and return the folder."""
    for name in TEMPLATE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, folder / name)
    return folder


def commit() -> str:
    """Return this repository's commit, or nothing where there is none to name."""
    if not (ROOT / ".git").exists():
        return ""
    try:
        git = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=40"]
        git += ["--exclude=*"]
        return subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        return ""


def bake(answers: dict[str, str], output: Path) -> Path:
    """Render the template into `output` and return the project's folder.

    A project that is already there is rendered over; what the template doesn't know, stays.
    """
    with tempfile.TemporaryDirectory() as folder:
        project = cookiecutter(
            str(snapshot(Path(folder))),
            no_input=True,
            extra_context={**answers, "_template_commit": commit()},
            output_dir=str(output),
            overwrite_if_exists=True,
            default_config=True,
        )
    return Path(project)


def make_example(name: str, output: Path) -> Path:
    """Bake an example, lay its use case over it, and return the project's folder."""
    source = EXAMPLES / name
    project = bake(json.loads((source / "answers.json").read_text("utf-8")), output)
    shutil.copytree(
        source,
        project,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("answers.json", "config.yaml", "__pycache__", ".*_cache"),
    )
    if (changes := source / "config.yaml").is_file():
        _configure(project / "config.yaml", yaml.safe_load(changes.read_text("utf-8")))
    return project


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
        except (CookiecutterException, subprocess.CalledProcessError) as error:
            sys.exit(f"{name}: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
