"""Many files to be scored, and what came of them."""

import json
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from model_runtime.bundle.read import Bundle
from model_runtime.bundle.write import write_bundle
from model_runtime.scoring.many.run import Asked, score_many
from model_runtime.tables.form import AskedForm

from .scored_files import QUIET, as_file, table

DAYS = 5


def written_bundle(bundle: Bundle, folder: Path) -> Path:
    write_bundle(folder, bundle.model, bundle.schema, bundle.metadata)
    return folder


def day_files(folder: Path, files: int, rows: int = 50, suffix: str = ".parquet") -> pl.DataFrame:
    """Write files in folders `day=…`, and return all rows with their files' paths."""
    frames = []
    whole = table(files * rows)
    for k in range(files):
        path = folder / f"day={k % DAYS}" / f"part {k:03}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        part = whole.slice(k * rows, rows)
        as_file(part, path)
        frames.append(part.with_columns(file=pl.lit(f"day={k % DAYS}/part {k:03}{suffix}")))
    return pl.concat(frames)


def score_all(
    bundle: Path,
    source: object,
    target: object,
    cluster: str = "",
    console: Console = QUIET,
    form: AskedForm | None = None,
) -> list[str]:
    asked = Asked(bundle, str(source), str(target), cluster, form=form or AskedForm())
    return score_many(asked, console)


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "_manifest.json").read_text("utf-8"))
    return found


def outputs(folder: Path) -> dict[str, bytes]:
    """Return the files of OUTPUT by their paths, the manifest left out."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "_manifest.json"
    }
