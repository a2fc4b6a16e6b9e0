"""A search on one machine: in this process, and by one and two workers of a local cluster.

Made-up rows: up to 10,000 each trial has five folds, above that one. All ways find the same. A busy
machine has other work, so that processors' seconds stand beside those of the clock.
"""

import time
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any

from model_runtime.automl import search
from model_runtime.cluster import connected
from model_runtime.settings import AutoML
from model_runtime.training.session import Found, Session, continued
from rich.console import Console
from rich.table import Table
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression

TRIALS = 40
ROWS = (5_000, 20_000)
WAYS = ("", "local:1", "local:2")


def main() -> None:
    """Search in each way and print a table for each size."""
    for n_rows in ROWS:
        table = Table("cluster", "seconds", "processor seconds", "start and end", "the same winner")
        rows = make_classification(n_rows, 30, n_informative=10, flip_y=0.1, random_state=0)
        results = {where: _measured(where, rows) for where in WAYS}
        first = _board(results[""][0])
        for where, (found, whole, seconds, processor) in results.items():
            same = "yes" if _board(found) == first else "no"
            row = (f"{seconds:.1f}", f"{processor:.1f}", f"{whole - seconds:.1f}", same)
            table.add_row(where or "none", *row)
        console = Console()
        console.print(f"{n_rows:,} rows, {TRIALS} trials")
        console.print(table)


def _measured(where: str, rows: tuple[Any, Any]) -> tuple[Found, float, float, float]:
    """Return what was found, the seconds with the cluster's own and without, and processors'."""
    options = AutoML(enabled=True, time_budget_s=None, max_trials=TRIALS)
    start, used = time.perf_counter(), _processor()
    with connected(where) as cluster:
        opened, began = Session(options, 0, cluster=cluster), time.perf_counter()
        with continued(opened):
            search(*rows, otherwise=LogisticRegression())
        seconds = time.perf_counter() - began
    if opened.found is None:
        raise RuntimeError("nothing was found")
    return opened.found, time.perf_counter() - start, seconds, _processor() - used


def _processor() -> float:
    both = [getrusage(whose) for whose in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in both)


def _board(found: Found) -> list[Any]:
    return [(trial.estimator, trial.config, trial.score) for trial in found.leaderboard]


if __name__ == "__main__":
    main()
