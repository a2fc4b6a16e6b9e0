"""Checks all answers at once, before a file is written."""

import json
import os
import sys
from pathlib import Path

Path(__file__).unlink()  # Cookiecutter has rendered the hook into a file, and would leave it

# The answers come as a JSON text inside a JSON string, never as code: whatever
# stands in them, this line is one string literal.
ANSWERS = json.loads(<< cookiecutter | jsonify | jsonify >>)

sys.path.insert(0, str(Path(ANSWERS["_repo_dir"]) / "hooks"))

from again import command  # noqa: E402 - the line above says where it is
from rules import problems  # noqa: E402

if wrong := problems(ANSWERS):
    said = "No project was made. Answer again:\n" + "\n".join(f"  - {line}" for line in wrong)
    if not os.environ.get("TEMPLATE_RENDER_ONLY"):
        template = os.environ.get("TEMPLATE_NAMED") or ANSWERS["_template"]
        again = command(ANSWERS, dict.fromkeys(line.split(":")[0] for line in wrong), template)
        said += f"\nor fill in at the end of this command, which has all else:\n  {again}"
    sys.exit(said)
