"""Examine the DataLoader: a few rows, held against features.yaml."""

import inspect
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from ..counts import counted
from ..free_memory import free_memory
from ..place import place
from ..training.use_case import UseCase
from ..training.validate import validate_frame
from .finding import Finding, Findings, attempted

ROWS = 1_000
"""Rows that are asked for."""

SLOW_S = 5.0

IN_MEMORY = {".csv": 2.0, ".gz": 10.0, ".jsonl": 2.0, ".parquet": 5.0, ".xlsx": 10.0, ".zip": 10.0}
"""Bytes of a data frame for each byte of a file, at about; of other files 1."""

_FEW = ("is empty in every row", "in every row; there is nothing", "in one row only")


def frame_of(use_case: UseCase) -> Findings[pd.DataFrame | None]:
    """Load a few rows; all of them only where few say nothing of the target."""
    loader = yield from attempted("data", use_case.data_loader)
    return None if loader is None else (yield from _frame_of(use_case, loader.load_data))


def _frame_of(use_case: UseCase, load_data: Any) -> Findings[pd.DataFrame | None]:
    part, start = "data", time.perf_counter()
    limited = _takes_rows(load_data)
    n_rows = ROWS if limited else None
    if not limited:
        yield Finding(
            "look",
            part,
            f"DataLoader.load_data ({place(load_data)}) takes no n_rows, so that all rows are "
            "loaded to look at a few: def load_data(self, n_rows=None).",
        )
    frame = yield from attempted(part, use_case.loaded, n_rows)
    seconds = time.perf_counter() - start
    if frame is None:
        return None
    if limited and len(frame) > ROWS:
        yield Finding(
            "wrong",
            part,
            f"DataLoader.load_data ({place(load_data)}) returned {counted(len(frame), 'row')} for "
            f"n_rows={ROWS:,}; return at most that many, e.g. frame.head(n_rows).",
        )
    elif limited and seconds > SLOW_S:
        yield Finding(
            "look",
            part,
            f"DataLoader.load_data ({place(load_data)}) took {seconds:.0f} s for {ROWS:,} rows; "
            "read no more than them (pandas.read_csv has nrows).",
        )
    if seconds <= SLOW_S:
        again = yield from attempted(part, use_case.loaded, n_rows)
        if again is not None and not again.equals(frame):
            yield Finding(
                "look",
                part,
                f"DataLoader.load_data ({place(load_data)}) returned other rows the second time; "
                "sort them, or draw them by a seed, so that a training can be repeated.",
            )
    problems = [*attempted(part, validate_frame, frame, use_case.features)]
    if limited and len(frame) >= ROWS and _of_few_rows(problems):
        whole = yield from attempted(part, use_case.loaded)
        if whole is None:
            return None
        frame = whole
        problems = [*attempted(part, validate_frame, whole, use_case.features)]
    yield from problems
    if problems:
        return None
    said = (
        f"{counted(len(frame), 'row')}, {counted(frame.shape[1], 'column')}; they fit features.yaml"
    )
    yield Finding("fine", part, said)
    return frame


def _takes_rows(load_data: Any) -> bool:
    try:
        inspect.signature(load_data).bind(n_rows=ROWS)
    except (TypeError, ValueError):
        return False
    return True


def _of_few_rows(problems: list[Finding]) -> bool:
    return bool(problems) and all(
        each.text.startswith("The target") and any(few in each.text for few in _FEW)
        for each in problems
    )


def memory(folder: Path, free: float | None = None) -> Iterator[Finding]:
    """Hold the size of the data against the memory that is free.

    Args:
        folder: The project's data/.
        free: Bytes; left out, those that this process may still take.
    """
    files = [file for file in folder.rglob("*") if file.is_file()]
    needed = sum(file.stat().st_size * IN_MEMORY.get(file.suffix.lower(), 1.0) for file in files)
    free = free_memory() if free is None else free
    said = f"{folder}/ would take about {_gib(needed)} in memory, and {_gib(free)} are free"
    if needed > free:
        yield Finding(
            "look",
            "memory",
            f"{said}: load fewer columns or rows in DataLoader.load_data, count rows that are "
            "alike (weight), or train where there is more.",
        )
    elif files:
        yield Finding("fine", "memory", said)


def _gib(size: float) -> str:
    return f"{size / 2**30:.1f} GiB" if size >= 2**30 / 10 else f"{size / 2**20:,.0f} MiB"
