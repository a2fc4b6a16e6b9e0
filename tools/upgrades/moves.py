"""The table `_upgrade` of a version: where files went, and which only new projects get."""

import json
from dataclasses import dataclass
from pathlib import Path

from tools.upgrades.project import Record


@dataclass(frozen=True)
class Moves:
    """Former and present paths, a folder's with a slash at the end, in the order to follow them."""

    rows: tuple[tuple[str, str], ...] = ()
    samples: tuple[str, ...] = ()
    """Files of the user's that an upgrade doesn't add: an older project has its own elsewhere."""

    def follow(self, path: str) -> str:
        """Return where a path is after the upgrade."""
        for old, new in self.rows:
            if path == old or (old.endswith("/") and path.startswith(old)):
                path = new + path.removeprefix(old)
        return path


def moves(template: Path, renders: tuple[Path, Path], records: tuple[Record, Record]) -> Moves:
    """Return what a version and its answers move.

    A row counts where the recorded version has its file or folder, the new one has it no longer,
    and has the other: so it is followed once, and a folder of the user's with that name stays.

    Args:
        template: The new version's folder.
        renders: Both versions' files.
        records: The project's record, and what the new version makes of it.
    """
    table = json.loads((template / "cookiecutter.json").read_text("utf-8")).get("_upgrade", {})
    old, new = renders
    known: dict[str, str] = table.get("moved", {})
    left = [place for place in known if (old / place).exists() and not (new / place).exists()]
    ends = [(place, _end(place, known, new)) for place in left]
    rows = [(place, end) for place, end in ends if (new / end).exists()]
    former, present = (record.answers.get("package_name") for record in records)
    if former and present and former != present:
        rows.append((f"src/{former}/", f"src/{present}/"))
    return Moves(tuple(rows), tuple(table.get("samples", ())))


def _end(place: str, known: dict[str, str], new: Path) -> str:
    """Follow a table, step by step, to what the new version has."""
    seen = set()
    while place not in seen and not (new / place).exists():
        seen.add(place)
        step = next((old for old in known if place.startswith(old)), "")
        place = known.get(step, "") + place.removeprefix(step)
    return place
