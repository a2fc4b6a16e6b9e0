"""Score the same rows as one file and as many, by no, one and two workers of this machine.

Rows are made up, as in `scoring`. Seconds are those of whole commands, less those of the same
command for a few rows, which is its start. The work of one worker is compared on one core; that
of two with one's, on two. Needs the extra `cluster`.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from model_runtime.bundle.read import read_bundle
from model_runtime.project import project
from rich.console import Console
from rich.table import Table

from .reference import pipeline, trained
from .scoring import draw

ROWS = 4_000_000
FILES = 32
FEW = 1_000
MEASURED = """
import os, sys, time
from pathlib import Path
start = time.perf_counter()
from model_runtime.cli import app
try:
    app()
finally:
    seconds = time.perf_counter() - start
    used = os.times()
    memory = [x for x in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in x]
    print(seconds, sum(used[:4]), int(memory[0].split()[1]) / 1e3 if memory else 0)
"""
"""Of os.times(): the workers' seconds are in it, for they have ended."""


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, seconds of processors, and the client's peak memory in MB."""

    seconds: float
    cpu: float
    memory: float


def main() -> None:
    """Measure and print seconds, ratios, and the memory of the client."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    console = Console()
    _, seen = pipeline()
    with trained("auto") as bundle, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        frame = pl.from_pandas(draw(read_bundle(bundle).schema, seen, rows))
        _write(frame, folder / "one", 1)
        _write(frame, folder / "many", FILES)
        for few in ("one", "many"):
            _write(frame.head(FEW), folder / f"few-{few}", 1)
        for files in (50, 500):
            _write(frame.head(200 * files), folder / f"of-{files}", files)
        del frame
        costs = {
            "one file, one core": _without_start(bundle, folder, "one", "", [0]),
            "local:1, one core": _without_start(bundle, folder, "many", "local:1", [0]),
            "local:1": _without_start(bundle, folder, "many", "local:1", range(2)),
            "local:2": _without_start(bundle, folder, "many", "local:2", range(2)),
        }
        memory = [
            _cost(bundle, folder / f"of-{files}", "local:1", range(2)).memory for files in (50, 500)
        ]
    table = Table(title=f"{rows:,} rows, as one file and as {FILES}, without the start")
    for heading in ("", "s", "s of CPU", "rows/s"):
        table.add_column(heading, justify="right" if heading else "left")
    for label, cost in costs.items():
        table.add_row(
            label, f"{cost.seconds:.1f}", f"{cost.cpu:.1f}", f"{rows / cost.seconds:,.0f}"
        )
    console.print(table)
    one, worker, alone, two = costs.values()
    console.print(f"one worker / none, seconds: {worker.seconds / one.seconds:.2f} (at most 1.25)")
    console.print(f"one worker / none, CPU: {worker.cpu / one.cpu:.2f}")
    console.print(f"one worker / two, seconds: {alone.seconds / two.seconds:.2f} (at least 1.7)")
    console.print(f"two workers / one, CPU: {two.cpu / alone.cpu:.2f}")
    console.print(f"client, 50 files {memory[0]:.0f} MB, 500 files {memory[1]:.0f} MB")


def _write(frame: pl.DataFrame, folder: Path, files: int) -> None:
    folder.mkdir()
    each = -(-frame.height // files)
    for k in range(files):
        frame.slice(k * each, each).write_parquet(folder / f"{k:03}.parquet", row_group_size=65_536)


def _without_start(
    bundle: Path, folder: Path, name: str, cluster: str, cores: Iterable[int]
) -> Cost:
    whole = _cost(bundle, folder / name, cluster, cores)
    start = _cost(bundle, folder / f"few-{name}", cluster, cores)
    return Cost(whole.seconds - start.seconds, whole.cpu - start.cpu, whole.memory)


def _cost(bundle: Path, source: Path, cluster: str, cores: Iterable[int]) -> Cost:
    """Score a folder's files on a cluster, or its only file without one, on some cores."""
    with tempfile.TemporaryDirectory(dir=source.parent) as out:
        paths = [f"{source}/", f"{out}/out", "--cluster", cluster]
        if not cluster:
            paths = [str(source / "000.parquet"), f"{out}/out.parquet"]
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, "score", *paths],
            env=os.environ | {f"{project().prefix}PATHS__BUNDLE": str(bundle)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
    return Cost(*map(float, done.stdout.splitlines()[-1].split()))


if __name__ == "__main__":
    main()
