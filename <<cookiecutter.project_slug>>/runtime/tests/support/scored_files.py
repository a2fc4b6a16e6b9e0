"""Files to be scored, and what came of them."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from model_runtime.bundle.read import Bundle
from model_runtime.bundle.rows import columns_from
from model_runtime.scoring.run import Report, score
from model_runtime.tasks import Outputs

from .small_cases import customers

HEADER = "customer,income per.year,age,copy,Größe"
GOOD = "c1,1000.5,40,true,M"
QUIET = Console(quiet=True)


def written(path: Path, *rows: str | bytes, end: bytes = b"\n") -> Path:
    encoded = [row if isinstance(row, bytes) else row.encode() for row in rows]
    path.write_bytes(b"".join(row + end for row in encoded))
    return path


def scored(
    bundle: Bundle, source: Path, suffix: str = ".csv", trusted: tuple[str, ...] = ()
) -> tuple[Report, Path]:
    target = source.with_name(f"scored{suffix}")
    return score(bundle, source, target, QUIET, trusted), target


def rejects(report: Report) -> list[dict[str, str]]:
    with report.rejects.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def places(report: Report) -> list[tuple[str, str, str]]:
    return [(found["line"], found["field"], found["reason"]) for found in rejects(report)]


def read(path: Path) -> pl.DataFrame:
    readers: dict[str, Callable[..., pl.DataFrame]] = {
        ".csv": pl.read_csv,
        ".parquet": pl.read_parquet,
        ".jsonl": pl.read_ndjson,
    }
    return readers[path.suffix](path)


def expected(bundle: Bundle, rows: list[list[Any]]) -> Outputs:
    outputs = bundle.engine().run(columns_from(bundle.schema.features, rows))
    return outputs.astype(float).clip(0, 1)


def table(n: int = 500) -> pl.DataFrame:
    frame = pl.from_pandas(customers(n).drop(columns="bought"))
    return frame.with_columns(pl.col("income per.year").fill_nan(None))


def as_file(frame: pl.DataFrame, path: Path) -> Path:
    write: dict[str, Callable[[Path], object]] = {
        ".csv": frame.write_csv,
        ".parquet": frame.write_parquet,
        ".jsonl": frame.write_ndjson,
    }
    write[path.suffix](path)
    return path
