"""Note which names a project's environment takes, so that no project gets one of them.

python -m tools.taken_names PROJECT, a project whose environment is made
"""

import re
import sys
import tomllib
from pathlib import Path

from tools.examples import ROOT

KEPT = ROOT / "hooks" / "taken_names.txt"


def taken_names(project: Path) -> set[str]:
    """Return the names of what a project locks, imports, can run and is built by, but its own."""
    lock = tomllib.loads((project / "uv.lock").read_text("utf-8"))
    about = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    environment = project / ".venv"
    (libraries,) = environment.glob("lib/python*/site-packages")
    found = {package["name"] for package in lock["package"]}
    found |= {path.name.split(".")[0] for path in libraries.iterdir() if "-" not in path.name}
    found |= {path.name.split(".")[0] for path in (environment / "bin").iterdir()}
    found |= {re.split("[^a-z-]", wanted)[0] for wanted in about["build-system"]["requires"]}
    own = {about["project"]["name"], next((project / "src").iterdir()).name}
    written = {name.lower().replace("-", "_") for name in found - own}
    return {name for name in written if re.fullmatch("[a-z][a-z0-9_]*", name)}


def main() -> int:
    """Write the names of the project that the command line names."""
    names = taken_names(Path(sys.argv[1]))
    KEPT.write_text("".join(f"{name}\n" for name in sorted(names)), "utf-8")
    sys.stdout.write(f"{len(names)} names are in {KEPT.relative_to(ROOT)}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
