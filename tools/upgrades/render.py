"""Render one version of the template; run as a process of its own for each.

python -m tools.upgrades.render TEMPLATE OUTPUT, with answers as JSON on standard input

Answers are values, whatever stands in them: Cookiecutter would render them as templates of their
own, so it gets all variables as a replay, which it takes as they are.
"""

import contextlib
import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.upgrades.answers import demand_texts
from tools.upgrades.errors import UpgradeError

ROOT = Path(__file__).resolve().parents[2]
PROVENANCE = {"_template_address", "_template_commit"}
"""Variables beside the answers that a caller may set."""


def render(template: Path, answers: dict[str, str], output: Path) -> Path:
    """Render a version with answers into a new folder, and return the project's folder.

    Hooks run, since they are a part of what is rendered; `TEMPLATE_RENDER_ONLY` in their
    environment asks them to do nothing outside of it.

    Raises:
        UpgradeError: The version refuses the answers, or they are no texts.
    """
    named = {name: answer for name, answer in answers.items() if name not in PROVENANCE}
    demand_texts(named, "The answers")
    done = subprocess.run(
        [sys.executable, "-m", "tools.upgrades.render", str(template), str(output)],
        input=json.dumps(answers).encode(),
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            "PYTHONPATH": str(ROOT),
            "TEMPLATE_RENDER_ONLY": "1",
        },
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise UpgradeError(f"The template could not be rendered with these answers.\n{said}")
    return next((output / "project").iterdir())


def variables(template: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Return all of a version's variables: what is given as it is, all else by its defaults."""
    from cookiecutter.generate import generate_context
    from cookiecutter.prompt import render_variable
    from cookiecutter.utils import create_env_with_context
    from jinja2 import UndefinedError

    file = str(template / "cookiecutter.json")
    # Puts a chosen one first among its choices, refuses one that is none, and renders nothing.
    declared = generate_context(context_file=file, extra_context=given)["cookiecutter"]
    declared.pop("__prompts__", None)
    environment = create_env_with_context({"cookiecutter": declared})
    found: dict[str, Any] = {}
    for name, default in declared.items():
        value = default[0] if isinstance(default, list) and name[0] != "_" else default
        if name not in given and (name[0] != "_" or name[:2] == "__"):
            try:
                value = render_variable(environment, value, found)
            except UndefinedError as error:
                sys.exit(f"Unable to render variable {name!r}: {error.message}")
        found[name] = value
    return found


def demand_one_folder(template: Path, context: dict[str, Any]) -> None:
    """Refuse answers by which the project's folder would be elsewhere."""
    from cookiecutter.find import find_template
    from cookiecutter.utils import create_env_with_context

    environment = create_env_with_context(context)
    name = Path(find_template(template, environment)).name
    folder = environment.from_string(name).render(**context)
    if folder in {"", ".", ".."} or "/" in folder:
        sys.exit(f"The project's folder would be {folder!r}: the answer in it has to be a name.")


def main() -> int:
    """Render what the command line names; what hooks print, goes to standard error."""
    from cookiecutter.exceptions import CookiecutterException, FailedHookException
    from cookiecutter.main import cookiecutter

    template, output = map(Path, sys.argv[1:])
    answers = json.load(sys.stdin)
    home = output / "home"
    home.mkdir(parents=True)
    settings, replay = home / "config.yaml", home / "replay.json"
    settings.write_text(
        json.dumps({"cookiecutters_dir": str(home), "replay_dir": str(home)}), "utf-8"
    )
    sys.path.insert(0, str(template))  # a version renders by its own extension, not by this one's
    logging.disable()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            context = {"cookiecutter": variables(template, answers)}
            demand_one_folder(template, context)
            replay.write_text(json.dumps(context), "utf-8")
            cookiecutter(
                str(template),
                replay=str(replay),
                output_dir=str(output / "project"),
                config_file=str(settings),
            )
    except FailedHookException:  # the hook has said why
        return 1
    except (CookiecutterException, ValueError) as error:
        sys.exit(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
