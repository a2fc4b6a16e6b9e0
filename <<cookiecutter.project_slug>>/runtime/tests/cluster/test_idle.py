"""A cluster that nobody works in any more is told from one that takes long."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from distributed import get_worker

from model_runtime.cluster import Cluster, WorkerLostError, connected, idle, reached
from model_runtime.errors import ProjectError

from ..support import dask_programs

pytestmark = [
    pytest.mark.slow,
    # Dask leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

WAYS: dict[str, Callable[[Cluster], object]] = {
    "each": lambda cluster: [*cluster.each(abs, [-1])],
    "in order": lambda cluster: [*cluster.in_order(abs, [-1])],
    "one": lambda cluster: cluster.start(abs, -1).result(),
    "first": lambda cluster: cluster.wait([cluster.start(abs, -1)]),
    "at once": lambda cluster: cluster.at_once(abs, dict.fromkeys(cluster.places, -1)),
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with dask_programs.scheduler(tmp_path_factory.mktemp("idle"), "127.0.0.1") as found:
        yield found


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {"PAUSED_S": 1.0, "ABSENT_S": 1.0, "_EVERY_S": 0.9}.items():
        monkeypatch.setattr(idle, name, seconds)


def test_workers_that_are_paused_for_their_memory_are_told(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = r"paused what has to work, e\.g\. tcp://\S+, which uses \d+ of its 48 MiB\."
    with ExitStack() as one:
        one.enter_context(dask_programs.worker(tmp_path, address))
        with (
            connected(address) as cluster,
            dask_programs.worker(tmp_path, address, paused=True),
        ):
            assert sorted(cluster.each(_slow, range(4))) == [(n, n) for n in range(4)]
            with pytest.raises(ProjectError, match=said):
                WAYS["at once"](cluster)
            one.close()
            for way, call in WAYS.items():
                with pytest.raises(ProjectError, match=said):
                    pytest.fail(f"{way}: {call(cluster)}")
            monkeypatch.setattr(reached, "FIRST_WORKER_S", 1.0)
            with pytest.raises(ProjectError, match=said), connected(address):
                pytest.fail("it is content")


def _slow(n: int) -> int:
    signal.sigtimedwait([signal.SIGUSR2], 1.5)
    return n


def _paused_or_slow(n: int) -> int:
    if n:
        signal.sigtimedwait([signal.SIGUSR2], 4)
    else:  # what it keeps is too much from now on, but its piece is done
        get_worker().memory_manager.memory_pause_fraction = 1e-9
    return n


def test_a_cluster_that_has_lost_its_workers_is_told(address: str, tmp_path: Path) -> None:
    with dask_programs.worker(tmp_path, address), connected(address) as cluster:
        places = cluster.places
        with dask_programs.worker(tmp_path, address):
            (other,) = cluster.places.keys() - places
            asked = {other: 0, **dict.fromkeys(places, 1)}
            assert cluster.at_once(_paused_or_slow, asked) == [0, 1]
        with pytest.raises(ProjectError, match=r"has had no worker for \d+ s; start some"):
            [*cluster.each(os._exit, [3])]
        with pytest.raises(WorkerLostError, match=next(iter(places))):
            cluster.at_once(abs, dict.fromkeys(places, -1))
        for way in WAYS.keys() - {"each", "at once"}:
            with pytest.raises(ProjectError, match="has had no worker"):
                pytest.fail(f"{way}: {WAYS[way](cluster)}")
