"""Render one version of the template; run as a process of its own for each.

python -m tools.upgrades.render TEMPLATE OUTPUT, with answers as JSON on standard input
"""

import contextlib
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

from tools.upgrades.errors import UpgradeError

ROOT = Path(__file__).resolve().parents[2]


def render(template: Path, answers: dict[str, str], output: Path) -> Path:
    """Render a version with answers into a new folder, and return the project's folder.

    Hooks run, since they are a part of what is rendered; `TEMPLATE_RENDER_ONLY` in their
    environment asks them to do nothing outside of it.

    Raises:
        UpgradeError: The version refuses the answers.
    """
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


def main() -> int:
    """Render what the command line names; what hooks print, goes to standard error."""
    from cookiecutter.exceptions import (
        CookiecutterException,
        FailedHookException,
        UndefinedVariableInTemplate,
    )
    from cookiecutter.main import cookiecutter

    template, output = sys.argv[1:]
    answers = json.load(sys.stdin)
    home = Path(output) / "home"
    home.mkdir(parents=True)
    settings = home / "config.yaml"
    settings.write_text(
        json.dumps({"cookiecutters_dir": str(home), "replay_dir": str(home)}), "utf-8"
    )
    logging.disable()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            cookiecutter(
                template,
                no_input=True,
                extra_context=answers,
                output_dir=str(Path(output) / "project"),
                config_file=str(settings),
            )
    except FailedHookException:  # the hook has said why
        return 1
    except UndefinedVariableInTemplate as error:
        sys.exit(f"{error.message}: {error.error.message}")
    except (CookiecutterException, ValueError) as error:
        sys.exit(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
