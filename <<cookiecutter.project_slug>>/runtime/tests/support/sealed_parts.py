"""The parts of a bundle that a test spoils, with hashes that fit all the same."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from model_runtime.bundle.metadata import digest

PARTS = ("schema.json", "lookup.json", "flags.json", "metadata.json")


def part(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text())


def put(folder: Path, name: str, value: Any) -> None:
    """Write a part and make all hashes fit."""
    (folder / name).write_text(json.dumps(value), "utf-8")
    seal(folder)


def seal(folder: Path) -> None:
    fields = part(folder, "metadata.json")
    for file in fields["files"]:
        fields["files"][file] = hashlib.sha256((folder / file).read_bytes()).hexdigest()
    with suppress(UnicodeEncodeError):  # half a surrogate pair has no bytes to hash
        fields["digest"] = digest(fields)
    (folder / "metadata.json").write_text(json.dumps(fields), "utf-8")


def flip_a_byte(file: Path) -> None:
    """Change one byte in the middle of a file; its hash is left as it was."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
