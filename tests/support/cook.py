"""Cookiecutter's own command, as people run it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.examples import snapshot

from .files import SKELETON

KEPT = (".template.json", ".python-version", "pyproject.toml", "config.yaml", "README.md")
"""Files that hold answers; the template with these alone is made in a moment."""


class Cook:
    """Cookiecutter's command, with a home of its own and the template with few files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.output = folder / "output"
        self.temporary = folder / "temporary"
        self.template = folder / "template"
        for made in (self.home, self.output, self.temporary):
            made.mkdir()
        snapshot(self.template)
        skeleton = self.template / SKELETON.name
        for path in skeleton.rglob("*"):
            if path.is_file() and path.name not in KEPT:
                path.unlink()

    def run(
        self, *arguments: object, typed: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run it in its folder, with what is typed."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment() | environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )

    def asked(self) -> dict[str, str | list[str]]:
        """Return what the template asks, in order: a default, or the choices."""
        variables = json.loads((self.template / "cookiecutter.json").read_text("utf-8"))
        return {name: default for name, default in variables.items() if name[0] != "_"}

    def typing(self, answers: Mapping[str, str]) -> str:
        """Return what one types to give some answers, and to take the default of all others."""
        asked = self.asked()
        assert set(answers) <= set(asked)
        typed = {
            # A choice is made by its number.
            name: str(choices.index(answers[name]) + 1)
            if isinstance(choices := asked[name], list) and answers[name] in choices
            else answers[name]
            for name in answers
        }
        return "".join(f"{typed.get(name, '')}\n" for name in asked)

    def command(self, *arguments: object) -> list[str]:
        """Return the command with its arguments."""
        command = [sys.executable, "-m", "cookiecutter", self.template, "-o", self.output]
        return [*map(str, [*command, *arguments])]

    def environment(self) -> dict[str, str]:
        """Return an environment with folders of its own."""
        folders = {"HOME": self.home, "PWD": self.folder, "TMPDIR": self.temporary}
        kept = {name: value for name, value in os.environ.items() if name != "UV"}
        return kept | {name: str(folder) for name, folder in folders.items()}

    def replayed(self) -> dict[str, Any]:
        """Return what Cookiecutter keeps of a project to make it again."""
        first = self.folder / "first.json"
        if not first.exists():
            assert self.run("--no-input").returncode == 0
            (self.home / ".cookiecutter_replay" / "template.json").rename(first)
        shutil.rmtree(self.output, ignore_errors=True)
        kept: dict[str, Any] = json.loads(first.read_text("utf-8"))
        return kept

    def replay(self, content: object) -> subprocess.CompletedProcess[str]:
        """Make a project from somebody's replay file."""
        (self.folder / "foreign.json").write_text(json.dumps(content), "utf-8")
        return self.run("--replay-file", "foreign.json")

    def recorded(self) -> dict[str, str]:
        """Return the answers that the only project in the output records."""
        (project,) = self.output.iterdir()
        record = json.loads((project / ".template.json").read_text("utf-8"))
        answers: dict[str, str] = record["answers"]
        return answers

    def made(self) -> list[Path]:
        """Return the files in the output."""
        return [path for path in self.output.rglob("*") if path.is_file()]
