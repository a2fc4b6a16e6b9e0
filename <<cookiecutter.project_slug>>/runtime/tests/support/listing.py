"""Names of what is in a folder, hidden files too."""

from pathlib import Path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
