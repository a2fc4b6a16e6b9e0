"""Score made-up rows from file to file, beside scikit-learn's own prediction of the same rows.

`score` reads a CSV, checks each row and writes a CSV, in a process of its own. scikit-learn only
predicts: data frames of 65,536 rows that are already made; the faster of one core and all cores
counts.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
from model_runtime.bundle.read import read_bundle
from model_runtime.bundle.schema import Schema
from model_runtime.features import Feature
from model_runtime.project import project
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from .reference import pipeline, trained

ROWS = 5_000_000
BLOCK = 65_536
SCORE = "score, CSV to CSV"
ALL_CORES, ONE_CORE = (f"scikit-learn's prediction alone, {n}" for n in ("all cores", "one core"))
MEASURE = """
import os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen([sys.executable, *sys.argv[1:]], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
unit = 1e6 if sys.platform == "darwin" else 1e3
print(status, time.perf_counter() - start, usage.ru_maxrss / unit)
"""
"""A small process in between, for Linux counts to a process's peak what its parent had at first."""


def main() -> None:
    """Measure both and print rows a second, their ratio, and the memory of `score`."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    model, seen = pipeline()
    rates = {}
    with trained("auto") as bundle, tempfile.TemporaryDirectory() as folder:
        schema = read_bundle(bundle).schema
        source, target = Path(folder) / "in.csv", Path(folder) / "out.csv"
        frame = draw(schema, seen, rows)
        pl.from_pandas(frame).write_csv(source)
        for cores in (ALL_CORES, ONE_CORE):
            seconds, wanted = _predict(model, frame, cores)
            rates[cores] = rows / seconds
        seconds, peak = _score(bundle, source, target)
        rates[SCORE] = rows / seconds
        name = (schema.flags or ["prediction"])[0]
        answers = pl.read_csv(target, columns=[name])[name].to_numpy()
        engine = read_bundle(bundle).metadata.engine
    table = Table(title=f"{rows:,} rows, engine {engine}, {os.cpu_count()} cores")
    for heading in ("", "rows/s", "peak MB"):
        table.add_column(heading, justify="right" if heading else "left")
    for label, rate in rates.items():
        table.add_row(label, f"{rate:,.0f}", f"{peak:.0f}" if label == SCORE else "")
    console = Console()
    console.print(table)
    ratio = rates[SCORE] / max(rates[ALL_CORES], rates[ONE_CORE])
    console.print(f"score / scikit-learn at its faster: {ratio:.2f}")
    console.print(f"largest difference of '{name}': {np.abs(answers - wanted).max():.1e}")


def draw(schema: Schema, seen: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return rows whose labels are all as likely and whose numbers lie within their bounds."""
    random = np.random.default_rng(0)
    columns = {f.name: _values(f, seen[f.name], n, random) for f in schema.features}
    return pd.DataFrame(columns)


def _values(
    feature: Feature, seen: "pd.Series[Any]", n: int, random: np.random.Generator
) -> npt.NDArray[Any]:
    if feature.labels:
        return random.choice(np.array(feature.labels, dtype=object), n)
    low, high = feature.bounds
    if feature.type == "boolean" or low is None or high is None:
        return random.choice(seen.dropna().to_numpy(), n)
    values = random.uniform(low, high, n)
    return values.round() if feature.type == "integer" else values


def _predict(model: Any, frame: pd.DataFrame, cores: str) -> tuple[float, npt.NDArray[np.float64]]:
    """Return the seconds that predicting takes, and each row's first probability."""
    ask = model.predict_proba if hasattr(model, "predict_proba") else model.predict
    if "n_jobs" in model[-1].get_params():
        model[-1].set_params(n_jobs=-1 if cores == ALL_CORES else 1)
    answers, seconds = [], 0.0
    with threadpool_limits(None if cores == ALL_CORES else 1):
        for start in range(0, len(frame), BLOCK):
            block = frame.iloc[start : start + BLOCK].copy()
            begin = time.perf_counter()
            answer = ask(block)
            seconds += time.perf_counter() - begin
            answers.append(answer.reshape(len(block), -1)[:, 0])
    return seconds, np.concatenate(answers)


def _score(bundle: Path, source: Path, target: Path) -> tuple[float, float]:
    """Return the seconds that `score` takes, start included, and its peak memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, "-m", "model_runtime", "score", source, target],
        env=os.environ | {f"{project().prefix}PATHS__BUNDLE": str(bundle)},
        stdout=subprocess.PIPE,
        check=True,
    )
    status, seconds, peak = done.stdout.split()
    if int(status):
        raise RuntimeError("score failed")
    return float(seconds), float(peak)


if __name__ == "__main__":
    main()
