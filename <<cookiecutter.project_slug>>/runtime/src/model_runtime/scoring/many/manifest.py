"""The manifest of a run: its model, and each file with its counts and what came of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ...bundle.metadata import Metadata
from ...tables.form import AskedForm
from .found import InputFile
from .output import rejects_path
from .pieces import Done, Piece

FORMAT = 1

_MOST_IGNORED = 1_000


@dataclass
class Entry:
    """The counts of a file, and the pieces that came of it."""

    input: str
    mark: str
    read: int = 0
    scored: int = 0
    rejected: int = 0
    outputs: list[str] = field(default_factory=list)
    rejects: list[str] = field(default_factory=list)


class Ledger:
    """Counts what comes of each file."""

    def __init__(self, files: list[InputFile]) -> None:
        """Begin with nothing done."""
        self._files = {file.relative: Entry(file.place.name, file.mark) for file in files}
        self.read = self.scored = self.rejected = self.pieces = 0
        self.ignored: set[str] = set()

    def add(self, piece: Piece, done: Done) -> None:
        """Count a finished piece."""
        for count in (self, self._files[piece.file.relative]):
            count.read += done.read
            count.scored += done.scored
            count.rejected += done.rejected
        entry = self._files[piece.file.relative]
        entry.outputs.append(piece.target)
        if done.rejected:
            entry.rejects.append(rejects_path(piece.target))
        if len(self.ignored) < _MOST_IGNORED:
            self.ignored.update(done.ignored)
        self.pieces += 1

    def manifest(self, source: str, metadata: Metadata, form: AskedForm) -> dict[str, Any]:
        """Return the manifest of a run that is done."""
        for entry in self._files.values():
            entry.outputs.sort()
            entry.rejects.sort()
        return {
            "format": FORMAT,
            "model": {
                "name": metadata.name,
                "version": metadata.version,
                "uuid": str(metadata.uuid),
            },
            "input": source,
            "form": form.said,
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            **{name: getattr(self, name) for name in ("read", "scored", "rejected")},
            "ignored": sorted(self.ignored),
            "files": [vars(entry) for entry in self._files.values()],
        }


def difference(
    manifest: dict[str, Any], files: list[InputFile], metadata: Metadata, form: AskedForm
) -> str:
    """Say in which a finished run differs from one that is asked for; nothing where it does not."""
    model = manifest["model"]
    if model["uuid"] != str(metadata.uuid):
        return f"was scored by {model['name']}, version {model['version']}, another model"
    if manifest.get("form", {}) != form.said:
        return "was read with another ENCODING, SEPARATOR or DECIMAL"
    before = {entry["input"]: entry["mark"] for entry in manifest["files"]}
    now = {file.place.name: file.mark for file in files}
    counts = {
        "new": len(now.keys() - before.keys()),
        "changed": sum(before.get(name, mark) != mark for name, mark in now.items()),
        "gone": len(before.keys() - now.keys()),
    }
    told = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    return f"was scored from other files ({told})" if told else ""
