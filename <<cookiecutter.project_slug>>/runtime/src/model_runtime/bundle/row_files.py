"""Rows and their answers as files, for another process: NumPy's without pickle, and JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .engines import Columns
from .row_answers import Answers

_ROWS, _ANSWERS, _REASONS = "rows.npz", "answers.npz", "reasons.json"


def write_rows(folder: Path, groups: Mapping[str, Columns]) -> None:
    """Write groups of rows.

    Texts are JSON: NumPy would cut NULs at their ends and take the length of the longest for all.
    """
    arrays: dict[str, Any] = {}
    for group, columns in groups.items():
        texts = {k: part.ravel().tolist() for k, part in columns.items() if part.dtype == object}
        arrays |= {_key(group, k): part for k, part in columns.items() if part.dtype != object}
        (folder / f"{group}.json").write_text(json.dumps([list(columns), texts]), "ascii")
    np.savez(folder / _ROWS, **arrays)


def read_rows(folder: Path) -> dict[str, Columns]:
    """Read groups of rows; each column has the shape (n, 1)."""
    groups: dict[str, Columns] = {}
    with np.load(folder / _ROWS, allow_pickle=False) as arrays:
        for file in sorted(folder.glob("*.json")):
            names, texts = json.loads(file.read_text("ascii"))
            groups[file.stem] = {
                name: np.array(texts[name], dtype=object).reshape(-1, 1)
                if name in texts
                else arrays[_key(file.stem, name)]
                for name in names
            }
    return groups


def write_answers(folder: Path, answers: Mapping[str, Answers]) -> None:
    """Write groups of answers."""
    arrays: dict[str, Any] = {_key(k, "outputs"): each.outputs for k, each in answers.items()}
    arrays |= {_key(k, "asked"): each.asked for k, each in answers.items()}
    np.savez(folder / _ANSWERS, **arrays)
    reasons = {group: each.refusal for group, each in answers.items()}
    (folder / _REASONS).write_text(json.dumps(reasons), "ascii")


def read_answers(folder: Path) -> dict[str, Answers]:
    """Read groups of answers."""
    reasons = json.loads((folder / _REASONS).read_text("ascii"))
    with np.load(folder / _ANSWERS, allow_pickle=False) as arrays:
        return {
            group: Answers(arrays[_key(group, "outputs")], arrays[_key(group, "asked")], reason)
            for group, reason in reasons.items()
        }


def _key(group: str, name: str) -> str:
    """Name an array in a file: a path inside of a zip."""
    return f"{group}.{name.encode().hex()}"
