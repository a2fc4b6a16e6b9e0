"""The command that asks Cookiecutter again for a project of which one answer was refused."""

import os
import shlex
import shutil
from collections.abc import Iterable
from typing import Any

from rules import OWN


def command(variables: dict[str, Any], refused: Iterable[str], template: str) -> str:
    """Return a shell's command with the good answers; the refused are left to be filled in.

    Args:
        variables: All of Cookiecutter's, as a hook has them.
        refused: The names of those that were refused.
        template: What people call the template by.
    """
    answers = {name: variables[name] for name in OWN if name in variables and name[0] != "_"}
    kept = [f"{name}={answer}" for name, answer in answers.items() if name not in refused]
    place = ["--output-dir", variables["_output_dir"], "--no-input"]
    if variables.get("_checkout"):
        place += ["--checkout", variables["_checkout"]]
    words = [*program(), template, *place, *kept]
    return f"{shlex.join(words)} {' '.join(f'{name}=' for name in refused)}"


def program() -> list[str]:
    """Return the words that start Cookiecutter here: it needn't be installed."""
    if os.environ.get("UV"):  # by which uv tells what it runs where it is
        return ["uvx", "cookiecutter"]
    if not shutil.which("cookiecutter") and shutil.which("pipx"):
        return ["pipx", "run", "cookiecutter"]
    return ["cookiecutter"]
