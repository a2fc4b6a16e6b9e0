"""Pods of a job, as processes with addresses of their own: one leads, others work."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from model_runtime.cluster.idle import KEPT_MEMORY
from model_runtime.cluster.pod import FAILED, Pod
from model_runtime.errors import ProjectError

pytestmark = pytest.mark.slow

PATIENCE = 120
LOST = 3
NUMBERS = count(os.getpid() % 200 + 1)
WORK = """
import os
from model_runtime.cluster import connected
with connected(os.environ["CLUSTER"]) as cluster:
    print(cluster.workers, sorted(cluster.each(abs, range(-3, 0))), flush=True)
    worker = "__import__('distributed').get_worker()"
    kept = "__import__('os').environ['MALLOC_TRIM_THRESHOLD_']"
    asked = [f"{worker}.memory_manager.memory_pause_fraction", kept]
    print(*cluster.in_order(eval, asked), flush=True)
"""
WORKED = f"2 [(-3, 3), (-2, 2), (-1, 1)]\nFalse {KEPT_MEMORY['MALLOC_TRIM_THRESHOLD_']}\n"
WAIT = "print('here', flush=True); input()"

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def pods() -> Iterator[Start]:
    """Start a pod of a job, by its index and a command."""
    job, started = next(NUMBERS), []

    def start(index: int, code: str = "", **others: str) -> "subprocess.Popen[str]":
        environment = {
            "JOB_COMPLETION_INDEX": str(index),
            "CLUSTER_FAILURES": "",
            "CLUSTER_WORKERS": "2",
            "CLUSTER_THREADS": "1",
            "CLUSTER_ADDRESS": f"127.9.{job}.{index + 1}",
            "CLUSTER_SCHEDULER": f"tcp://127.9.{job}.1:8786",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "model_runtime.cluster.pod", sys.executable, "-c", code],
            env={**os.environ, **environment, **others},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for each in started:
        with suppress(ProcessLookupError):
            os.killpg(each.pid, signal.SIGKILL)
        each.communicate()


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Return how a pod has ended, and what it has said."""
    said, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, said


def test_the_first_runs_the_command_and_the_others_end_with_it(pods: Start) -> None:
    first, *others = (pods(index, WORK) for index in range(3))
    assert ended(first) == (0, WORKED)
    assert [ended(each)[0] for each in others] == [0, 0]


def test_a_command_that_fails_is_the_jobs_failure_and_its_workers_end(pods: Start) -> None:
    first, *others = (pods(index, "raise SystemExit('no data')") for index in range(3))
    assert ended(first) == (FAILED, "no data\n")
    # A worker that has only just begun may miss the word that all is done.
    assert {ended(each)[0] for each in others} <= {0, LOST}


def test_workers_whose_scheduler_is_lost_are_not_done(pods: Start) -> None:
    first, *others = (pods(index, WAIT) for index in range(3))
    assert first.stdout is not None
    assert first.stdout.readline() == "here\n"
    os.killpg(first.pid, signal.SIGKILL)
    assert [ended(each)[0] for each in others] == [LOST, LOST]


def test_a_signal_ends_the_first_and_its_workers_come_again(pods: Start) -> None:
    first, *others = (pods(index, WAIT) for index in range(3))
    assert first.stdout is not None
    first.stdout.readline()
    first.terminate()
    assert ended(first)[0] == 128 + signal.SIGTERM
    assert [ended(each)[0] for each in others] == [LOST, LOST]


def test_the_first_is_not_tried_again(pods: Start) -> None:
    code, said = ended(pods(0, WORK, CLUSTER_FAILURES="1"))
    assert code == FAILED
    assert "the job is not tried again" in said


def test_without_dask_it_says_what_to_add(pods: Start, tmp_path: Path) -> None:
    (tmp_path / "distributed.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'distributed'\", name='distributed')"
    )
    code, said = ended(pods(1, PYTHONPATH=str(tmp_path)))
    assert code == FAILED
    assert "needs distributed, which this image lacks: `uv add --group train" in said


def test_an_environment_of_another_is_refused() -> None:
    with pytest.raises(ProjectError, match="whose environment says more"):
        Pod.of({"JOB_COMPLETION_INDEX": "0"})


def test_they_talk_by_tls_where_dasks_settings_say_so(pods: Start, tmp_path: Path) -> None:
    key, certificate = tmp_path / "tls.key", tmp_path / "tls.crt"
    subject = ["-subj", "/CN=a", "-days", "1", "-nodes", "-keyout", key, "-out", certificate]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", *subject]
    subprocess.run([*map(str, command)], check=True, capture_output=True)
    tls = {"DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True"}
    tls["DASK_DISTRIBUTED__COMM__TLS__CA_FILE"] = str(certificate)
    for part in ("SCHEDULER", "WORKER", "CLIENT"):
        tls[f"DASK_DISTRIBUTED__COMM__TLS__{part}__CERT"] = str(certificate)
        tls[f"DASK_DISTRIBUTED__COMM__TLS__{part}__KEY"] = str(key)
    with socket.create_server(("127.9.250.1", 0)) as free:
        tls["CLUSTER_SCHEDULER"] = f"tls://127.9.250.1:{free.getsockname()[1]}"
    first, *others = (
        pods(index, WORK, **tls, CLUSTER_ADDRESS=f"127.9.250.{index + 1}") for index in range(3)
    )
    assert ended(first) == (0, WORKED)
    assert [ended(each)[0] for each in others] == [0, 0]
