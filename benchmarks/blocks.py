"""The number of rows to ask a model about at once, and the threads, that batch scoring goes by.

Made-up customers of the library's sample project, in whose folder it runs, and three kinds of
estimators. Figures are times for the same rows, as ratios to scikit-learn's own prediction of all
rows at once on one core.
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
from model_runtime.compiler.compile import compile_pipeline
from model_runtime.training.hooks import own_use_case
from rich.console import Console
from rich.table import Table
from shop.use_case.data_loader import customers
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

ROWS = 65_536
BLOCKS = (1, 64, 1_024, 4_096, 16_384, 65_536)
SLOWEST = 400
"""Blocks that are asked at most; small ones need no more to be timed."""
CORES = os.cpu_count() or 1
ESTIMATORS = {
    "forest of 120 deep trees": RandomForestClassifier(120, random_state=0),
    "200 boosted trees": HistGradientBoostingClassifier(max_iter=200, random_state=0),
    "logistic regression": LogisticRegression(max_iter=1_000),
}


def main() -> None:
    """Time and print a table for each estimator."""
    use_case = own_use_case()
    rows = use_case.rows(customers(20_000))
    asked = rows.X.sample(ROWS, replace=True, random_state=1).reset_index(drop=True)
    # Trees are to see as many paths as there are rows.
    asked["income per.year"] *= np.random.default_rng(0).uniform(0.9, 1.1, ROWS)
    columns = {str(name): asked[name].to_numpy().reshape(-1, 1) for name in asked}
    console = Console()
    for name, estimator in ESTIMATORS.items():
        preprocessor = use_case.preprocessor().fit(rows.X, rows.y)
        fitted = estimator.fit(preprocessor.transform(rows.X), rows.y)
        pipeline = Pipeline([("preprocessor", preprocessor.transformer_), ("estimator", fitted)])
        console.print(_table(name, pipeline, columns, asked))


def _table(name: str, pipeline: Pipeline, columns: dict[str, Any], asked: pd.DataFrame) -> Table:
    model = compile_pipeline(pipeline, asked)
    ways = {
        "one thread": _asking(model, 1, 1),
        f"ONNX Runtime's {CORES}": _asking(model, CORES, 1),
        f"{CORES} of Python": _asking(model, 1, CORES),
    }
    with threadpool_limits(1):
        alone = _seconds(partial(pipeline.predict_proba, asked)) / ROWS
    table = Table(title=f"{name}; scikit-learn: {alone * 1e6:.3g} µs a row")
    for heading in ("rows at once", *ways):
        table.add_column(heading, justify="right")
    for block in BLOCKS:
        n = min(ROWS, block * SLOWEST)
        pieces = [
            {name: values[start : start + block] for name, values in columns.items()}
            for start in range(0, n, block)
        ]
        times = [_seconds(partial(ask, pieces)) / n for ask in ways.values()]
        table.add_row(f"{block:,}", *(f"{seconds / alone:.2f}" for seconds in times))
    return table


def _asking(model: bytes, own: int, pool: int) -> Callable[[list[dict[str, Any]]], Any]:
    """Return what asks about pieces, on ONNX Runtime's own threads and on those of a pool."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = own, 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    output, threads = [session.get_outputs()[-1].name], ThreadPoolExecutor(pool)
    return lambda pieces: list(threads.map(lambda piece: session.run(output, piece), pieces))


def _seconds(work: Callable[[], Any]) -> float:
    """Return the least time of three."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    main()
