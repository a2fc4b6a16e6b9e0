"""Train on tables that are wide and long, as `make train` does, in a process of its own.

Each case is made up: `numbers` has 200,000 rows by 340 columns, `labels` 160,000 rows by 40
categories of up to 2,000 labels. Each is a project of its own in a temporary folder, with the
config.yaml and uv.lock of the one in whose folder this runs.
Memory is that of all its processes together, read several times a second from /proc (Linux only).
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getpagesize, getrusage

import yaml
from rich.console import Console
from rich.table import Table

PACKAGE = "wide"
PYPROJECT = f'[tool.model-runtime]\npackage = "{PACKAGE}"\n'
BETWEEN_LOOKS_S = 0.1
PAGE = getpagesize()

LOADER = '''"""Made-up rows."""

import numpy as np
import pandas as pd
from model_runtime import BaseDataLoader


class DataLoader(BaseDataLoader):
    """Numbers that hang together by hidden factors, and categories; some values are missing."""

    def load_data(self, n_rows: int | None = None) -> pd.DataFrame:
        random = np.random.default_rng(0)
        rows, numbers, labels = {rows}, {numbers}, {labels}
        factors = random.normal(size=(rows, 20))
        columns = {{}}
        for k in range(numbers):
            column = factors @ random.normal(size=20) + 3 * random.normal(size=rows)
            column[random.random(rows) < 0.02] = np.nan
            columns[f"number_{{k}}"] = column
        score = factors[:, 0] + random.normal(size=rows)
        for k, many in enumerate(labels):
            code = random.integers(0, many, rows)
            score += random.normal(size=many)[code] / 4
            names = np.array([f"label {{n}}" for n in range(many)], dtype=object)
            columns[f"category_{{k}}"] = names[code]
        columns["bought"] = np.where(score > 0, "yes", "no")
        return pd.DataFrame(columns).head(rows if n_rows is None else n_rows)
'''

MODEL = '''"""What learns."""

from sklearn.linear_model import LogisticRegression


def train_model(X, y):
    return LogisticRegression(max_iter=1_000).fit(X, y)


def get_classes(model):
    return [str(name) for name in model.classes_]
'''

PREPROCESSOR = '''"""The default."""

from model_runtime import BasePreprocessor


class Preprocessor(BasePreprocessor):
    """By features.yaml."""
'''


@dataclass(frozen=True)
class Case:
    """A table's rows and numbers, and the labels that each category has."""

    rows: int
    numbers: int
    labels: list[int]

    def features(self) -> str:
        """Return its features.yaml."""
        numbers = [
            {"name": f"number_{k}", "type": "number", "optional": True} for k in range(self.numbers)
        ]
        categories = [
            {"name": f"category_{k}", "type": "category"} for k, _ in enumerate(self.labels)
        ]
        fields = {"target": "bought", "task": "classification", "features": numbers + categories}
        return yaml.safe_dump(fields)

    def loader(self) -> str:
        """Return its data_loader.py."""
        return LOADER.format(rows=self.rows, numbers=self.numbers, labels=self.labels)


CASES = {
    "numbers": Case(200_000, 320, [5, 30] * 10),
    "labels": Case(160_000, 0, [50 * (k + 1) for k in range(40)]),
}


@dataclass(frozen=True)
class Cost:
    """Exit code, seconds by the clock and of all processors, and peak memory in GiB."""

    status: int
    seconds: float
    processors: float
    memory: float


def main() -> int:
    """Train each case and print what it cost.

    Returns:
        Whether a training failed.
    """
    table = Table(title=f"make train, {os.cpu_count()} cores")
    for heading in ("case", "rows", "columns", "s", "CPU s", "peak GiB", "exit"):
        table.add_column(heading, justify="left" if heading == "case" else "right")
    console, failed = Console(), 0
    for name in sys.argv[1:] or CASES:
        case = CASES[name]
        console.rule(name)
        cost = measure(case)
        columns = case.numbers + len(case.labels)
        size = (f"{case.rows:,}", f"{columns:,}", f"{cost.seconds:.0f}", f"{cost.processors:.0f}")
        table.add_row(name, *size, f"{cost.memory:.2f}", str(cost.status))
        failed |= cost.status != 0
    console.print(table)
    return failed


def measure(case: Case) -> Cost:
    """Train a case, its own output on this terminal."""
    with tempfile.TemporaryDirectory() as folder:
        _lay_out(case, Path(folder))
        start, before = time.perf_counter(), _processor_seconds()
        process = subprocess.Popen(
            [sys.executable, "-m", "model_runtime", "train"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(Path(folder) / "src")},
        )
        peak = 0
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(BETWEEN_LOOKS_S)
        seconds, processors = time.perf_counter() - start, _processor_seconds() - before
        return Cost(process.returncode, seconds, processors, peak / 2**30)


def _lay_out(case: Case, folder: Path) -> None:
    own = folder / "src" / PACKAGE / "use_case"
    own.mkdir(parents=True)
    files = {"features.yaml": case.features(), "data_loader.py": case.loader()}
    files |= {"model.py": MODEL, "preprocessor.py": PREPROCESSOR, "__init__.py": ""}
    for name, text in files.items():
        (own / name).write_text(text, "utf-8")
    (folder / "pyproject.toml").write_text(PYPROJECT, "utf-8")
    for name in ("config.yaml", "uv.lock"):
        shutil.copy(name, folder)


def _processor_seconds() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory(pid: int, begun_by_us: bool = True) -> int:
    """Return the bytes of a process and of all that it started, whose shared pages are left out."""
    try:
        _, resident, shared, *_ = map(int, Path(f"/proc/{pid}/statm").read_text().split())
        started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has just ended
        return 0
    own = resident if begun_by_us else resident - shared
    return own * PAGE + sum(_memory(int(child), begun_by_us=False) for child in started)


if __name__ == "__main__":
    sys.exit(main())
