"""Fetch a version into the bundle's folder: `python -m <package>.registry VERSION`.

The service runs this in a process of its own where serving.model asks for a version, so that it
never holds MLflow itself.
"""

import sys

from ..errors import ProjectError
from ..features import read_features
from ..settings import read_settings
from .client import ModelRegistry
from .fetch import fetch


def main() -> int:
    """Return 0 when the bundle is there; else say why not."""
    (wanted,) = sys.argv[1:]
    try:
        settings = read_settings()
        metadata = fetch(ModelRegistry(settings), wanted, settings, read_features())
    except ProjectError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(f"Fetched {metadata.name}, version {metadata.version} ({wanted}).\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
