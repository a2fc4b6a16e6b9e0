"""Training at the data's real size: the records in data/, and made-up months up to 6 million rows.

make bench-batcomputer

Each run is `batcomputer train` in a process and a folder of its own.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from batcomputer.use_case.synthetic import FORCES, make_up
from rich.console import Console
from rich.table import Table

ROOT = Path.cwd()
ROWS = 100_000
"""In each made-up file; five forces and twelve months make 6 million."""


def main() -> None:
    """Measure and print each run, and what twice the months cost."""
    console = Console()
    table = Table(title="Training")
    for heading in ("data", "rows", "CSV MB", "seconds", "peak MB"):
        table.add_column(heading, justify="right" if heading != "data" else "left")
    with tempfile.TemporaryDirectory() as folder:
        if any((ROOT / "data").rglob("*.zip")):
            seconds, peak = _train(ROOT / "data", Path(folder) / "real")
            table.add_row("data/", "", "", f"{seconds:.1f}", f"{peak:.0f}")
        made_up = Path(folder) / "data"
        found = []
        for months in (range(1, 7), range(7, 13)):
            make_up(made_up, [f"2030-{month:02}" for month in months], ROWS)
            rows = len(list(made_up.rglob("*.csv"))) * ROWS
            size = sum(file.stat().st_size for file in made_up.rglob("*.csv")) / 1e6
            seconds, peak = _train(made_up, Path(folder) / f"rows-{rows}")
            found.append((seconds, peak))
            name = f"made up, {rows // ROWS // len(FORCES)} months"
            table.add_row(name, f"{rows:,}", f"{size:,.0f}", f"{seconds:.1f}", f"{peak:.0f}")
    console.print(table)
    (half, half_peak), (whole, whole_peak) = found
    ratios = f"time {whole / half:.2f}, peak memory {whole_peak / half_peak:.2f}"
    console.print(f"twice the months: {ratios}")


def _train(data: Path, folder: Path) -> tuple[float, float]:
    """Return seconds and peak memory in MB of a training run in a folder of its own."""
    folder.mkdir()
    for name in ("config.yaml", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, folder)
    (folder / "data").symlink_to(data.resolve())
    start = time.perf_counter()
    process = subprocess.Popen(
        [Path(sys.executable).with_name("batcomputer"), "train"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"training on {data} failed")
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return time.perf_counter() - start, _peak(usage) / unit


def _peak(usage: resource.struct_rusage) -> int:
    return usage.ru_maxrss


if __name__ == "__main__":
    main()
