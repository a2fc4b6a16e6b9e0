"""Several workers: each listens when it is ready, dies alone, is renewed, and none is left over."""

import fcntl
import os
import shutil
import signal
import socket
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Literal

import httpx
import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.testing.service import Service, started

from ..support.load import CLIENTS, loaded
from ..support.reloading import Place, miss_the_gate, serving, wait_for, written

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


def test_nobody_is_told_to_try_again_from_the_first_connection_on(place: Place) -> None:
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


def test_ready_means_all(place: Place) -> None:
    with serving(place, SERVING__WORKERS=TWO) as service:
        service.wait("/readyz")
        wait_for(lambda: place.log.count("Ready: ") == 2, "both workers' lines")


def test_a_killed_worker_comes_back_and_nobody_waits_for_it(place: Place) -> None:
    with serving(place, SERVING__WORKERS=TWO) as service:
        service.wait("/readyz")
        example = service.example
        first = min(workers(service))
        with loaded(service, "/api/predict", example, RATE, "fresh") as load:
            kill(first)
            wait_for(lambda: place.log.count("Ready: ") == 3, "another worker")
        assert first not in workers(service)
        # The killed one may have had a request of each client; but no answer says to try again.
        assert answered(load.failures) == []
        assert (len(load.failures) <= CLIENTS, load.refused) == (True, 0)
        assert service.client.get("/readyz").status_code == 200


def test_a_worker_that_comes_back_takes_no_connection_where_the_bundle_is_refused(
    place: Place, bundles: list[Bundle]
) -> None:
    with serving(place, SERVING__WORKERS=TWO) as service:
        service.wait("/readyz")
        example = service.example
        reason = miss_the_gate(place, bundles[0])
        with loaded(service, "/api/predict", example, RATE) as load:
            kill(min(workers(service)))
            wait_for(partial(written, place, reason), "the refusal")
            wait_for(partial(written, place, "another starts in 1 s"), "a pause")
            place.put(bundles[0])
            wait_for(lambda: place.log.count("Ready: ") == 3, "another worker")
        assert answered(load.failures) == []


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


def test_workers_that_die_while_they_start_are_not_started_without_end(place: Place) -> None:
    with serving(place, SERVING__WORKERS=TWO) as service:
        service.wait("/readyz")
        before = workers(service)
        shutil.rmtree(place.folder)
        kill(min(before))
        wait_for(partial(written, place, "another starts in 3 s"), "a longer pause")
        assert service.client.get("/livez").status_code == 200
        assert service.post("/api/predict", service.example).status_code == 200


@pytest.mark.parametrize("kind", ["kept", "fresh"])
def test_a_rolling_restart_loses_no_request(
    place: Place, bundles: list[Bundle], kind: Literal["kept", "fresh"]
) -> None:
    with serving(place, SERVING__WORKERS=TWO, SERVING__DRAIN_SECONDS="60") as service:
        service.wait("/readyz")
        before, example = workers(service), service.example
        with loaded(service, "/api/predict", example, RATE, kind) as load:
            place.put(bundles[1])
            service.process.send_signal(signal.SIGHUP)
            wait_for(lambda: not before & workers(service), "the end of those before")
        assert load.failures == []
        assert load.refused == 0
        assert service.version == 2
        assert len(workers(service)) == 2
        service.process.terminate()
        service.wait(
            "/readyz", 503
        )  # it would drain for a minute, if the block's end did not hurry it


def test_a_rolling_restart_to_a_bad_bundle_changes_nothing(
    place: Place, bundles: list[Bundle]
) -> None:
    with serving(place, SERVING__WORKERS=TWO) as service:
        service.wait("/readyz")
        before = workers(service)
        miss_the_gate(place, bundles[1])
        service.process.send_signal(signal.SIGHUP)
        wait_for(partial(written, place, "did not become ready"), "the failure")
        assert workers(service) == before
        assert service.version == 1


def test_a_killed_supervisor_leaves_no_worker(place: Place) -> None:
    with serving(place, SERVING__WORKERS=TWO) as service:
        service.wait("/readyz")
        before = workers(service)
        service.process.kill()
        service.process.wait()
        wait_for(lambda: not any(map(alive, before)), "the workers' end")
        assert is_refused(service)


def test_one_worker_takes_the_bundle_anew_at_a_hangup(place: Place, bundles: list[Bundle]) -> None:
    with serving(place) as service:
        service.wait("/readyz")
        place.put(bundles[1])
        service.process.send_signal(signal.SIGHUP)
        wait_for(lambda: service.version == 2, "version 2")


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
