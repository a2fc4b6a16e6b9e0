import os
import sys
from collections.abc import Iterator

import pytest

import model_runtime.cluster as cluster_package
from model_runtime.cluster import Cluster, connected, prepared
from model_runtime.cluster.idle import KEPT_MEMORY
from model_runtime.errors import ProjectError

pytestmark = [
    pytest.mark.slow,
    # Dask leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module", params=["", "local:2"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    with connected(request.param) as found:
        yield found


@pytest.fixture(scope="module")
def two() -> Iterator[Cluster]:
    with connected("local:2") as found:
        yield found


def test_each_piece_comes_with_its_result(cluster: Cluster) -> None:
    assert sorted(cluster.each(abs, range(-9, 0))) == [(n, -n) for n in range(-9, 0)]


def test_results_come_in_the_pieces_order(cluster: Cluster) -> None:
    assert [*cluster.in_order(abs, range(-9, 0))] == [*range(9, 0, -1)]


def test_pieces_are_not_asked_for_before_there_is_room(cluster: Cluster) -> None:
    pieces = iter(range(1_000_000))
    for _ in zip(range(5), cluster.each(abs, pieces), strict=False):
        pass
    assert next(pieces) < 50


def test_a_functions_error_is_its_own(cluster: Cluster) -> None:
    with pytest.raises(FileNotFoundError):
        [*cluster.each(os.listdir, ["/nowhere/at/all"])]


def test_a_thing_is_prepared_in_the_process_that_works(cluster: Cluster) -> None:
    cluster.prepare("process", os.getpid)
    for asked, found in zip(
        cluster.each(prepared, ["process"] * 9), cluster.each(_pid, range(9)), strict=True
    ):
        assert asked[1] > 0
        assert found[1] > 0
    assert {pid for _, pid in cluster.each(prepared, ["process"] * 9)} <= _pids(cluster)


def _pid(_: int) -> int:
    return os.getpid()


def _pids(cluster: Cluster) -> set[int]:
    return {pid for _, pid in cluster.each(_pid, range(50))}


def test_pieces_are_sent_one_by_one(cluster: Cluster) -> None:
    started = [cluster.start(abs, -1), cluster.start(abs, -2, first=True)]
    assert cluster.wait(started)
    assert [each.result() for each in started] == [1, 2]
    cluster.start(abs, -3).give_up()


def test_what_is_forgotten_is_gone(cluster: Cluster) -> None:
    cluster.prepare("gone", os.getpid)
    cluster.forget("gone")
    with pytest.raises(KeyError):
        [*cluster.each(prepared, ["gone"])]


def test_malloc_keeps_memory_in_each_worker(two: Cluster) -> None:
    wanted = {name: str(each) for name, each in KEPT_MEMORY.items()}
    assert [found for _, found in two.each(_environment, range(4))] == [wanted] * 4


def _environment(_: int) -> dict[str, str | None]:
    return {name: os.environ.get(name) for name in KEPT_MEMORY}


def test_preparing_that_fails_is_told(two: Cluster) -> None:
    with pytest.raises(ZeroDivisionError):
        two.prepare("nothing", _fail)


def _fail() -> None:
    raise ZeroDivisionError


def test_a_piece_that_ends_its_workers_is_given_up(two: Cluster) -> None:
    with pytest.raises(ProjectError, match="ended 4 workers"):
        [*two.each(os._exit, [3])]
    assert [*two.each(abs, [-1])] == [(-1, 1)]


def test_a_worker_that_is_lost_costs_no_piece(two: Cluster) -> None:
    two.prepare("process", os.getpid)
    once = [0, *range(1, 40)]
    first = next(iter(two.each(_pid, [0])))[1]
    results = two.each(_survive, [(first, n) for n in once])
    assert sorted(n for (_, n), _ in results) == sorted(once)
    assert all(pid != first for _, pid in two.each(prepared, ["process"] * 9))


def _survive(asked: tuple[int, int]) -> int:
    pid, n = asked
    if os.getpid() == pid:
        os._exit(1)
    return n


def test_no_cluster_is_named() -> None:
    for text in ("local", "local:0", "local:-1", "tcp://host", "http://host:1", "kubernets"):
        with (
            pytest.raises(ProjectError, match=f"CLUSTER is '{text}'; it is local:N"),
            connected(text),
        ):
            pass


def test_nobody_answers() -> None:
    with (
        pytest.raises(ProjectError, match="no scheduler answers there"),
        connected("tcp://127.0.0.1:1"),
    ):
        pass


def test_dask_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask", None)
    monkeypatch.delitem(sys.modules, "model_runtime.cluster.reached", raising=False)
    monkeypatch.delattr(cluster_package, "reached", raising=False)
    with (
        pytest.raises(ProjectError, match="uv add --group train 'model-runtime"),
        connected("local:1"),
    ):
        pass
