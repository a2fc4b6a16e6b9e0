"""Refuses, before it asks anything, what no later hook could: settings that are not the template's.

Cookiecutter takes delimiters and extensions from replay files and user configs, too, and renders
the later hooks with them. So what its command line names is read here. A call from Python has no
command line: then the later hooks check the answers, and the caller answers for the rest.
"""

import json
import os
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import own_copy
from rules import OWN, problems, shown

NEEDED = (2, 6)
PROGRAMS = {"cookiecutter", "cookiecutter.exe"}


def demand_version() -> None:
    """Refuse a Cookiecutter that is too old."""
    found = version("cookiecutter")
    if tuple(int(part) for part in found.split(".")[:2]) < NEEDED:
        sys.exit(
            f"This template needs Cookiecutter {NEEDED[0]}.{NEEDED[1]} or later and this is "
            f"{found}: its folder name has delimiters of its own. Upgrade it (`pip install -U "
            "cookiecutter`) and try again."
        )


def arguments() -> list[str]:
    """Return what Cookiecutter's command was given; nothing where it was called from Python."""
    caller = os.getppid()
    kept = Path(f"/proc/{caller}/cmdline")
    if kept.exists():
        words = kept.read_bytes().decode(errors="surrogateescape").split("\0")[:-1]
    else:
        command = ["ps", "-ww", "-o", "args=", "-p", str(caller)]
        words = shlex.split(subprocess.run(command, capture_output=True, text=True).stdout)
    places = [place for place, word in enumerate(words[:6]) if Path(word).name in PROGRAMS]
    return words[places[0] + 1 :] if places else []


def parameters(words: list[str]) -> dict[str, Any]:
    """Return the command's parameters, as Cookiecutter reads them."""
    from cookiecutter.cli import main

    context = main.make_context("cookiecutter", list(words), resilient_parsing=True)
    return dict(context.params)


def found(path: str) -> Path:
    """Find a file that the command line names, from where its user is."""
    place = Path(os.environ.get("PWD", "."), Path(path).expanduser())
    if not place.is_file():
        sys.exit(f"{path} can't be found from here, to be checked. Give its whole path.")
    return place


def settings(given: dict[str, Any]) -> dict[str, Any]:
    """Return the user's configuration."""
    from cookiecutter.config import get_user_config

    file = str(found(given["config_file"])) if given.get("config_file") else None
    return dict(get_user_config(config_file=file, default_config=bool(given.get("default_config"))))


def demand_own_settings(where: str, given: dict[str, Any]) -> None:
    """Refuse a variable of the template's own in what may only have answers."""
    wrong = [name for name in given if name[0] == "_" and name in OWN and given[name] != OWN[name]]
    if wrong:
        listed = "\n".join(f"  - {name}: {shown(given[name])}" for name in wrong)
        sys.exit(f"No project was made. {where} may not set the template's own:\n{listed}")


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's keys and values, none of which has a second answer."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise ValueError(f"{shown(name)} stands twice; remove one.")
        fields[name] = value
    return fields


def demand_answers_alone(file: Path) -> None:
    """Refuse a replay file that has more in it than answers, or answers that don't fit."""
    try:
        content = json.loads(file.read_text("utf-8"), object_pairs_hook=unique)
    except (OSError, ValueError, RecursionError) as error:
        sys.exit(f"No project was made. {file} can't be read: {error}")
    if not isinstance(content, dict) or not isinstance(content.get("cookiecutter"), dict):
        sys.exit(f"No project was made. {file} is no replay file: it has no `cookiecutter`.")
    wrong = [
        f"{name}: a replay file has no such part; remove it."
        for name in content
        if name not in {"cookiecutter", "_cookiecutter"}
    ]
    if wrong := [*wrong, *problems(content["cookiecutter"])]:
        listed = "\n".join(f"  - {line}" for line in wrong)
        sys.exit(f"No project was made. Correct {file}, or answer again:\n{listed}")


def demand_what_fits(words: list[str]) -> None:
    """Refuse a command whose files or answers are not as they should be."""
    given = parameters(words)
    config = settings(given)
    demand_own_settings("The user config", config["default_context"])
    demand_own_settings("The command line", answers := given.get("extra_context") or {})
    if wrong := problems(answers):
        listed = "\n".join(f"  - {line}" for line in wrong)
        sys.exit(f"No project was made. Answer again:\n{listed}")
    if given.get("replay_file"):
        demand_answers_alone(found(given["replay_file"]))
    elif given.get("replay"):
        demand_answers_alone(Path(config["replay_dir"]) / f"{Path.cwd().name}.json")


try:
    demand_version()
    if words := arguments():
        demand_what_fits(words)
except BaseException:
    own_copy.remove()
    raise
own_copy.note()
