"""Several workers: each listens when it is ready, dies alone, is renewed, and none is left over."""

import fcntl
import os
import shutil
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.testing.service import Service, started

from ..support.clients import CLIENTS
from ..support.load import loaded
from ..support.reloading import Place, Served, miss_the_gate, serving, wait_for

TWO = "2"
RATE = 300


def workers(service: Service) -> set[int]:
    """Return the processes that answer or will answer."""
    children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
    found = {int(child) for child in children.read_text().split()}
    return {
        child for child in found if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    }


def is_refused(service: Service) -> bool:
    """Return whether nobody listens on the service's port."""
    with socket.socket() as probe:
        host, port = service.client.base_url.host, service.client.base_url.port
        return probe.connect_ex((host, port)) != 0


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def answered(failures: list[str]) -> list[str]:
    """Return those failures that are answers, not connections that broke off."""
    return [failure for failure in failures if failure.startswith("{")]


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)
    wait_for(lambda: not alive(process), "its death")


def test_nobody_is_told_to_try_again_until_all_are_ready(place: Place) -> None:
    with serving(place, SERVING__WORKERS="3") as service:
        seen = Counter[int]()
        while not seen[200]:
            answer = httpx.get(f"{service.url}/readyz")
            seen[answer.status_code] += 1
            if answer.status_code == 503:
                assert "workers have not loaded the model yet" in answer.json()["detail"]
            # Who takes a connection has loaded the bundle, though others may not.
            assert httpx.get(f"{service.url}/api/predict/params").status_code == 200
        assert len(workers(service)) == 3
        # Ready means all.
        wait_for(lambda: place.log.count("Ready: ") == 3, "all workers' lines")


@pytest.fixture(scope="module")
def any_two(bundles: list[Bundle], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    place = Place(tmp_path_factory.mktemp("two") / "model_bin")
    place.put(bundles[0])
    with serving(place, SERVING__WORKERS=TWO) as service:
        yield service


@pytest.fixture
def two(any_two: Served, bundles: list[Bundle]) -> Served:
    """Two workers of version 1, both ready, whatever the test before has done to them."""
    any_two.place.put(bundles[0])
    wait_for(lambda: len(workers(any_two)) == 2, "two workers")
    any_two.wait("/readyz")
    return any_two


def told_from_now(place: Place) -> Callable[[], str]:
    """Return a function that reads what a service will have logged after this call."""
    before = len(place.log)
    return lambda: place.log[before:]


def test_workers_count_together(two: Served) -> None:
    headers = {"connection": "close"}  # for another worker to have a chance
    for _ in range(20):
        assert two.client.get("/ping", headers=headers).status_code == 200
    # The other worker may count a request just after it was answered.
    counted = 'route="/ping",status="200"} 20.0'
    wait_for(lambda: counted in two.client.get("/metrics").text, counted)


def test_a_killed_worker_comes_back_and_nobody_waits_for_it(two: Served) -> None:
    told, first, example = told_from_now(two.place), min(workers(two)), two.example
    with loaded(two, "/api/predict", example, RATE, "fresh") as load:
        kill(first)
        wait_for(lambda: "Ready: " in told(), "another worker")
    assert first not in workers(two)
    # The killed one may have had a request of each client; but no answer says to try again.
    assert answered(load.failures) == []
    assert (len(load.failures) <= CLIENTS, load.refused) == (True, 0)
    assert two.client.get("/readyz").status_code == 200


def test_a_worker_that_comes_back_takes_no_connection_where_the_bundle_is_refused(
    two: Served, bundles: list[Bundle]
) -> None:
    told, example = told_from_now(two.place), two.example
    reason = miss_the_gate(two.place, bundles[0])
    with loaded(two, "/api/predict", example, RATE) as load:
        kill(min(workers(two)))
        wait_for(lambda: reason in told(), "the refusal")
        wait_for(lambda: "another starts in 1 s" in told(), "a pause")
        two.place.put(bundles[0])
        wait_for(lambda: "Ready: " in told(), "another worker")
    assert answered(load.failures) == []


def test_a_rolling_restart_to_a_bad_bundle_changes_nothing(
    two: Served, bundles: list[Bundle]
) -> None:
    told, before = told_from_now(two.place), workers(two)
    miss_the_gate(two.place, bundles[1])
    two.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "did not become ready" in told(), "the failure")
    assert workers(two) == before
    assert two.version == 1


def test_workers_that_die_while_they_start_are_not_started_without_end(two: Served) -> None:
    told, example = told_from_now(two.place), two.example
    shutil.rmtree(two.place.folder)
    kill(min(workers(two)))
    wait_for(lambda: "another starts in 3 s" in told(), "a longer pause")
    assert two.client.get("/livez").status_code == 200
    assert two.post("/api/predict", example).status_code == 200


def test_where_no_worker_can_load_the_bundle_one_is_told_why(
    place: Place, bundles: list[Bundle]
) -> None:
    reason = miss_the_gate(place, bundles[0])
    with serving(place, SERVING__WORKERS=TWO) as service:
        assert reason in service.wait("/readyz", 503).json()["detail"]
        assert service.post("/api/predict", {}).status_code == 503
        # As soon as a good one lies there, new workers take over.
        place.put(bundles[0])
        service.process.send_signal(signal.SIGHUP)
        service.wait("/readyz")


def test_a_rolling_restart_loses_no_request(place: Place, bundles: list[Bundle]) -> None:
    with serving(place, SERVING__WORKERS=TWO, SERVING__DRAIN_SECONDS="60") as service:
        service.wait("/readyz")
        before, example = workers(service), service.example
        with (
            loaded(service, "/api/predict", example, RATE, "kept") as kept,
            loaded(service, "/api/predict", example, RATE, "fresh") as fresh,
        ):
            place.put(bundles[1])
            service.process.send_signal(signal.SIGHUP)
            wait_for(lambda: not before & workers(service), "the end of those before")
        assert [*kept.failures, *fresh.failures] == []
        assert (kept.refused, fresh.refused) == (0, 0)
        assert service.version == 2
        assert len(workers(service)) == 2
        service.process.terminate()
        service.wait(
            "/readyz", 503
        )  # it would drain for a minute, if the block's end did not hurry it


def test_a_killed_supervisor_leaves_no_worker(place: Place) -> None:
    with serving(place, SERVING__WORKERS=TWO) as service:
        service.wait("/readyz")
        before = workers(service)
        service.process.kill()
        service.process.wait()
        wait_for(lambda: not any(map(alive, before)), "the workers' end")
        assert is_refused(service)


@pytest.mark.parametrize("number", ["1", "2"])
def test_a_service_that_loads_ends_at_once(place: Place, number: str) -> None:
    with (place.folder.parent / f".{place.folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # who reads the bundle waits for who replaces it
        log = place.folder.with_name("log")
        with started(place.folder, log, SERVING__WORKERS=number) as service:
            starting = "Waiting for application startup"
            wait_for(lambda: place.log.count(starting) == int(number), "the start")
            start = time.monotonic()
            service.process.terminate()
            assert service.process.wait(timeout=30) == 0
            assert time.monotonic() - start < 5
    assert "eady" not in place.log


@pytest.mark.parametrize("number", ["1", "2"])
def test_a_port_in_use_is_told_once(service: Service, tmp_path: Path, number: str) -> None:
    environment = {"SERVING__PORT": str(service.client.base_url.port), "SERVING__WORKERS": number}
    with started(tmp_path, tmp_path / "log", **environment) as second:
        assert second.process.wait(timeout=30) == 1
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert "is in use" in line
    assert "PORT=" in line
