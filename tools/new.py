"""Make a project from this working copy by Cookiecutter, which would copy all that lies in it.

python -m tools.new --output DIR, with more arguments for Cookiecutter
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.examples import ROOT, provenance, snapshot


def main() -> int:
    """Ask, and make the project from a copy of the template alone."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path.cwd(), help="where the project goes")
    options, others = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        template = snapshot(Path(folder) / ROOT.name)
        variables = template / "cookiecutter.json"
        made_from = {**json.loads(variables.read_text("utf-8")), **provenance()}
        variables.write_text(json.dumps(made_from), "utf-8")
        command = [sys.executable, "-m", "cookiecutter", str(template), *others]
        command += ["--output-dir", str(options.output)]
        named = {**os.environ, "TEMPLATE_NAMED": str(ROOT)}  # where something has to be tried again
        return subprocess.run(command, env=named, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
