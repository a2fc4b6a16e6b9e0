"""A service that is told to end loses no request of those who go elsewhere in time."""

import signal
import time
from pathlib import Path

import httpx

from .load import loaded
from .service import running

RATE = 300
REQUESTS_AFTER = 1.5
"""Seconds that clients go on after the signal, of the five in which they are answered."""


def test_no_request_is_lost_while_the_service_drains(trained: Path, tmp_path: Path) -> None:
    environment = {"SERVING__DRAIN_SECONDS": "5"}
    with running(trained / "model_bin", tmp_path / "log", **environment) as service:
        service.wait("/readyz")
        with loaded(service, "/api/predict", service.example, RATE) as load:
            service.process.send_signal(signal.SIGTERM)
            refusal = service.wait("/readyz", 503)
            time.sleep(REQUESTS_AFTER)
            assert service.client.get("/livez").status_code == 200
        assert load.failures == []
        assert load.rate > 200
        assert "about to end" in refusal.json()["detail"]
        assert refusal.headers["connection"] == "close"
        assert service.process.wait(timeout=30) == 0


def test_each_worker_drains(trained: Path, tmp_path: Path) -> None:
    environment = {"SERVING__DRAIN_SECONDS": "3", "SERVING__WORKERS": "2"}
    with running(trained / "model_bin", tmp_path / "log", **environment) as service:
        service.wait("/readyz")
        service.process.send_signal(signal.SIGTERM)
        service.wait("/readyz", 503)
        answer = httpx.get(f"{service.url}/livez")
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        assert service.process.wait(timeout=30) == 0


def test_a_second_signal_ends_the_service_at_once(trained: Path, tmp_path: Path) -> None:
    environment = {"SERVING__DRAIN_SECONDS": "300"}
    with running(trained / "model_bin", tmp_path / "log", **environment) as service:
        service.wait("/readyz")
        service.process.send_signal(signal.SIGTERM)
        service.wait("/readyz", 503)
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(timeout=30) == 0
