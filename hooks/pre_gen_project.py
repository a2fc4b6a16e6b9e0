"""Checks all answers at once, before a file is written."""

import json
import sys
from pathlib import Path

Path(__file__).unlink()  # Cookiecutter has rendered the hook into a file, and would leave it

# The answers come as a JSON text inside a JSON string, never as code: whatever
# stands in them, this line is one string literal.
ANSWERS = json.loads(<< cookiecutter | jsonify | jsonify >>)

sys.path.insert(0, str(Path(ANSWERS["_repo_dir"]) / "hooks"))

from rules import problems  # noqa: E402 - the line above says where it is

if wrong := problems(ANSWERS):
    sys.exit("No project was made. Answer again:\n" + "\n".join(f"  - {line}" for line in wrong))
