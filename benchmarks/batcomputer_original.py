"""This project beside the original Batcomputer's recipe, on the same rows and the same split.

Each record counts eight times, a year's 6 million; `--repeat 1` takes them as they are.

The recipe: pandas reads and joins all files whole, label encoders number force and crime, a forest
of 120 trees learns. Both learn to tell the same outcomes (outcomes.py) and are measured on the same
fifth of the records; a record that is repeated is so on one side only. Time and memory are each
process's own, from its start.
"""

import argparse
import json
import subprocess
import sys
import time
from typing import Any

START = time.perf_counter()
SEED = 42
TREES = 120
TEST = 0.2


def main() -> None:
    """Run each recipe in a process of its own and print both."""
    from rich.console import Console
    from rich.table import Table

    parser = argparse.ArgumentParser()
    parser.add_argument("--repeat", type=int, default=8, metavar="TIMES")
    parser.add_argument("--recipe", choices=["original", "ours"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.recipe:
        recipe = original if options.recipe == "original" else ours
        sys.stdout.write(json.dumps(recipe(options.repeat)) + "\n")
        return
    found = {name: _run(name, options.repeat) for name in ("original", "ours")}
    table = Table(title=f"{found['ours'].pop('rows'):,} labelled records, a fifth held out")
    for heading in ("", *found["ours"]):
        table.add_column(heading, justify="right" if heading else "left")
    for name, figures in found.items():
        table.add_row(name, *(f"{figures[heading]:.5g}" for heading in found["ours"]))
    console = Console()
    console.print(table)
    for figure in ("seconds", "peak MB"):
        ratio = found["ours"][figure] / found["original"][figure]
        console.print(f"{figure}, ours / original: {ratio:.3f}")


def _run(name: str, repeat: int) -> dict[str, float]:
    command = [
        sys.executable,
        "-m",
        "benchmarks.batcomputer_original",
        f"--recipe={name}",
        f"--repeat={repeat}",
    ]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def original(repeat: int) -> dict[str, float]:
    """Do as the original did."""
    import io

    import numpy as np
    import pandas as pd
    from batcomputer.use_case.data_loader import DATA
    from batcomputer.use_case.outcomes import CAUGHT, NOT_CAUGHT
    from batcomputer.use_case.street_files import find
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.preprocessing import LabelEncoder

    records = pd.concat([pd.read_csv(io.BytesIO(file.read())) for file in find(DATA) * repeat])
    outcome = records["Last outcome category"]
    records = records[outcome.isin([*CAUGHT, *NOT_CAUGHT])]
    caught = records["Last outcome category"].isin(list(CAUGHT)).to_numpy()
    X = pd.DataFrame(
        {
            "force": LabelEncoder().fit_transform(records["Reported by"]),
            "crime": LabelEncoder().fit_transform(records["Crime type"]),
            "month": records["Month"].str[5:].astype(int).to_numpy(),
        }
    )
    test = np.tile(np.random.default_rng(SEED).random(len(X) // repeat) < TEST, repeat)
    forest = RandomForestClassifier(TREES, random_state=SEED).fit(X[~test], caught[~test])
    return _figures(len(X), caught[test], forest.predict_proba(X[test])[:, 1], None)


def ours(repeat: int) -> dict[str, float]:
    """Do as this project does: read by polars, keep counts, boost trees."""
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np
    import pandas as pd
    import polars as pl
    from batcomputer.use_case.data_loader import DATA, WORKERS, verdict
    from batcomputer.use_case.street_counts import read
    from batcomputer.use_case.street_files import StreetFile, find
    from model_runtime.training.fit import fit
    from model_runtime.training.hooks import own_use_case
    from model_runtime.training.rows import Rows

    keys = ["force", "crime", "month", "verdict", "test"]

    def decided(file: StreetFile) -> pl.DataFrame:
        rows = read(file).rows.with_columns(verdict=verdict())
        labelled: pl.DataFrame = rows.filter(pl.col("verdict").is_in(["caught", "not caught"]))
        return labelled

    total, counts = 0, []
    with ThreadPoolExecutor(WORKERS) as pool:
        for _ in range(repeat):
            random = np.random.default_rng(SEED)
            for rows in pool.map(decided, find(DATA)):
                total += rows.height
                test = pl.Series("test", random.random(rows.height) < TEST)
                month = pl.col("month").str.slice(5).cast(pl.Int64)
                rows = rows.with_columns(test, month=month)
                counts.append(rows.group_by(keys).agg(count=pl.len()))
    table = pl.concat(counts).group_by(keys).agg(pl.col("count").sum()).sort(keys)
    frame = pd.DataFrame(table.to_dict(as_series=False))
    use_case = own_use_case()
    parts: dict[bool, Rows] = {
        held_out: use_case.rows(frame[frame["test"] == held_out]) for held_out in (False, True)
    }
    pipeline = fit(use_case, parts[False], SEED)
    held = parts[True]
    return _figures(total, held.y, pipeline.predict_proba(held.X)[:, 1], held.weight)


def _figures(rows: int, caught: Any, probability: Any, weight: Any) -> dict[str, float]:
    import resource

    from sklearn import metrics

    seconds = time.perf_counter() - START
    unit = 1e6 if sys.platform == "darwin" else 1e3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    guess = probability >= 0.5
    return {
        "rows": rows,
        "seconds": seconds,
        "peak MB": peak,
        "accuracy": float(metrics.accuracy_score(caught, guess, sample_weight=weight)),
        "Brier": float(metrics.brier_score_loss(caught, probability, sample_weight=weight)),
        "ROC AUC": float(metrics.roc_auc_score(caught, probability, sample_weight=weight)),
    }


if __name__ == "__main__":
    main()
