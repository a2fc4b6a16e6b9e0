"""Refuses a Cookiecutter that is too old before it asks anything."""

import sys
from importlib.metadata import version

NEEDED = (2, 6)

found = version("cookiecutter")
if tuple(int(part) for part in found.split(".")[:2]) < NEEDED:
    sys.exit(
        f"This template needs Cookiecutter {NEEDED[0]}.{NEEDED[1]} or later and this is {found}: "
        "its folder name has delimiters of its own. Upgrade it (`pip install -U cookiecutter`) "
        "and try again."
    )
