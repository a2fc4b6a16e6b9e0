"""Training on five times the memory that a worker may have ends, proves and serves."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from model_runtime.cluster import using
from model_runtime.cluster.idle import KEPT_MEMORY
from model_runtime.testing.service import running
from model_runtime.training.run import train

from ..support.parted import parted, written
from ..support.settings import settings_in
from ..support.wide import COLUMNS, WIDE, WidePreprocessor, once

pytestmark = [
    # Dask leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

LIMIT = 512 * 2**20
"""Bytes that a worker may have, with what its imports take: about half of that. Dask pauses it at
four fifths."""

ROWS = 20_000


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """A scheduler and a worker, each a process, the worker ended by its nanny beyond the limit."""
    file, log = tmp_path / "scheduler.json", tmp_path / "cluster.log"
    dask = [sys.executable, "-m", "dask"]
    where = ["--scheduler-file", str(file)]
    environment = os.environ | {name: str(each) for name, each in KEPT_MEMORY.items()}
    started = []
    with log.open("w") as output:
        for command in (
            ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", *where],
            [
                "worker",
                "--host",
                "127.0.0.1",
                "--nthreads",
                "1",
                "--no-dashboard",
                "--memory-limit",
                str(LIMIT),
                "--local-directory",
                str(tmp_path),
                *where,
            ],
        ):
            told = [*dask, *command]
            started.append(subprocess.Popen(told, stdout=output, stderr=output, env=environment))
        try:
            yield address(file)
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait(60)


def address(file: Path) -> str:
    """Wait for the file that a scheduler writes, and return where it listens."""
    end = time.monotonic() + 120
    while not file.exists() or not file.stat().st_size:
        assert time.monotonic() < end
        time.sleep(0.05)
    return str(json.loads(file.read_text("utf-8"))["address"])


def test_data_five_times_a_workers_memory_are_learned_proven_and_served(
    scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model_runtime.training.parts.draw.ROWS", 5_000)
    random = np.random.default_rng(0)
    values = random.normal(size=(ROWS, COLUMNS)).round(2)
    frame = pd.DataFrame(values, columns=[f"x{k}" for k in range(COLUMNS)])
    noise = random.normal(scale=0.5, size=ROWS)
    frame["paid"] = np.where(values[:, 0] + values[:, 1] > noise, "yes", "no")
    times = 5 * LIMIT // (values.nbytes) + 1
    paths = written(frame, tmp_path / "data") * times
    with using(scheduler):
        use_case = parted(paths, once, WIDE, WidePreprocessor)
        metadata = train(use_case, settings_in(tmp_path), Console(quiet=True))
    assert metadata.data.rows == ROWS * times
    assert metadata.data.rows * COLUMNS * 8 > 5 * LIMIT
    assert metadata.parity.proven
    assert metadata.metrics["accuracy"] > 0.8
    assert "estarting worker" not in (tmp_path / "cluster.log").read_text("utf-8")
    with running(tmp_path / "model_bin", tmp_path / "service.log") as service:
        service.wait("/readyz")
        assert service.post("/api/predict", service.example).status_code == 200
