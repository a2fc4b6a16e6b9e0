"""Training on as many records as there may be, from files to proven bundle; and counting alone.

make bench-batcomputer RECORDS=100000000

The records are those in the project's data/, real or made up, repeated as years. Each run is a
process in a folder of its own. Memory is the largest that one of its processes had; seconds are
those of the clock and those of the cores. The counts of a year are compared with plain pandas',
those of several with the year's.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as Shown

from .batcomputer_years import Table, differences, link_years, make_year

ROOT = Path.cwd()
RECORDS = 100_000_000
COUNT = "from benchmarks.batcomputer_years import count_here; count_here({!r})"
PANDAS = "from benchmarks.batcomputer_years import count_by_pandas; count_by_pandas()"


@dataclass(frozen=True)
class Run:
    """A process: seconds of the clock, of the cores, and the most memory, in MB."""

    seconds: float
    cpu: float
    peak: float
    output: str


@dataclass(frozen=True)
class Years:
    """Years counted by this process, by workers, and trained on."""

    counted: Run
    spread: Run
    trained: Run


def main() -> None:
    """Measure and print each run, and what twice the records cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS)
    records, console = parser.parse_args().records, Console()
    shown = Shown(title=f"Cores: {os.cpu_count()}; load before: {os.getloadavg()[0]:.1f}")
    for heading in ("", "records", "CSV MB", "s", "CPU s", "MB/s", "peak MB"):
        shown.add_column(heading, justify="right" if heading else "left")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        year = make_year(ROOT / "data", folder / "year" / "data")
        size = sum(file.stat().st_size for file in folder.rglob("*.csv")) / 1e6
        years = max(2, round(records / year))
        counts = _compared(folder / "year", console)
        _row(shown, "counted, a year", year, size, counts)
        _row(shown, "… out of a zip", year, size, _zipped(folder, counts))
        one, many = (_years(folder, k, counts, shown, year, size) for k in (1, years))
    console.print(shown)
    times = many.trained.seconds / one.trained.seconds
    peaks = many.trained.peak / one.trained.peak
    console.print(f"{years} times the records: time {times:.2f}, peak memory {peaks:.2f}")
    console.print(_break_even(one, many, year, years * year))


def _compared(year: Path, console: Console) -> Run:
    run = _count(year)
    pandas = _run([sys.executable, "-c", PANDAS], year)
    wrong = list(differences(_table(run), _table(pandas)))
    if wrong:
        raise SystemExit("\n".join(["Counted otherwise than by pandas:", *wrong[:10]]))
    console.print(
        f"{len(_table(run)):,} counts of a year equal plain pandas', which took "
        f"{pandas.cpu:.1f} CPU s and {pandas.peak:,.0f} MB"
    )
    return run


def _zipped(folder: Path, wanted: Run) -> Run:
    """Count the year out of a zip, as the police publish it."""
    (folder / "zipped" / "data").mkdir(parents=True)
    with zipfile.ZipFile(folder / "zipped" / "data" / "year.zip", "w", zipfile.ZIP_DEFLATED) as to:
        for file in sorted((folder / "year" / "data").rglob("*.csv")):
            to.write(file, f"{file.parent.name}/{file.name}")
    run = _count(folder / "zipped")
    shutil.rmtree(folder / "zipped")
    if _table(run) != _table(wanted):
        raise SystemExit("Out of a zip, the year's counts are others.")
    return run


def _break_even(one: Years, many: Years, few_records: int, records: int) -> str:
    """Say from how many records on twice the cores are worth the start of a cluster.

    Seconds are taken to be a + b n for n records, and b to be halved by twice as many workers.
    """
    more = records - few_records
    here = (many.counted.seconds - one.counted.seconds) / more
    there = (many.spread.seconds - one.spread.seconds) / more
    start = one.spread.seconds - there * few_records - (one.counted.seconds - here * few_records)
    said = f"Workers take {start:.1f} s to begin, and {there / here:.2f} times as long for a record"
    if here <= there / 2:
        return f"{said}: twice the cores are not quicker."
    return f"{said}: with twice the cores, quicker from {start / (here - there / 2):,.0f} on."


def _years(folder: Path, years: int, one: Run, shown: Shown, records: int, size: float) -> Years:
    """Count years, see that each count is the year's so many times, and train on them."""
    here = folder / f"{years} years"
    link_years(folder / "year" / "data", here / "data", years)
    counted = _count(here)
    if _table(counted) != {key: count * years for key, count in _table(one).items()}:
        raise SystemExit(f"The counts of {years} years are not {years} times the year's.")
    _row(shown, f"counted, {years} years", records * years, size * years, counted)
    spread = _count(here, f"local:{os.cpu_count()}")
    if _table(spread) != _table(counted):
        raise SystemExit(f"By workers, the counts of {years} years are others.")
    _row(shown, "… by a worker for each core", records * years, size * years, spread)
    for name in ("config.yaml", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, here)
    trained = _run([str(Path(sys.executable).with_name("batcomputer")), "train"], here)
    _row(shown, "… to proven bundle", records * years, size * years, trained)
    return Years(counted, spread, trained)


def _row(shown: Shown, name: str, records: int, size: float, run: Run) -> None:
    rate = f"{size / run.seconds:,.0f}"
    figures = f"{run.seconds:.1f}", f"{run.cpu:.1f}", rate, f"{run.peak:,.0f}"
    shown.add_row(name, f"{records:,}", f"{size:,.0f}", *figures)


def _count(folder: Path, cluster: str = "") -> Run:
    return _run([sys.executable, "-c", COUNT.format(cluster)], folder)


def _table(run: Run) -> Table:
    return {(str(key[0]), str(key[1]), int(key[2]), str(key[3])): n for *key, n in _rows(run)}


def _rows(run: Run) -> list[list[Any]]:
    rows: list[list[Any]] = json.loads(run.output)
    return rows


def _run(command: Sequence[str], folder: Path) -> Run:
    start = time.perf_counter()
    paths = [str(ROOT / "src"), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=output,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"{' '.join(command)} failed in {folder}.")
        seconds = time.perf_counter() - start
        output.seek(0)
        return Run(seconds, usage.ru_utime + usage.ru_stime, _peak(usage), output.read())


def _peak(usage: resource.struct_rusage) -> float:
    """Return the most memory of a process or of one that it awaited, in MB."""
    return usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main()
