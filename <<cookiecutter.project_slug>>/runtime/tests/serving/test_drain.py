"""A service that is told to end loses no request of those who go elsewhere in time."""

import signal
from pathlib import Path
from typing import Literal

import httpx
import pytest

from model_runtime.testing.service import running

from ..support.load import loaded

RATE = 300
AFTER = 25
"""Requests of each client after the signal."""

PAIRS = [("kept", "1", "0"), ("kept", "2", "1"), ("fresh", "1", "1"), ("fresh", "2", "0")]
"""Kind of client, workers, seconds of drain: each pair of values is there once."""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_no_request_is_lost_while_it_drains_and_a_second_signal_ends_it_at_once(
    trained: Path, tmp_path: Path, workers: str
) -> None:
    environment = {"SERVING__DRAIN_SECONDS": "300", "SERVING__WORKERS": workers}
    with running(trained / "model_bin", tmp_path / "log", **environment) as service:
        service.wait("/readyz")
        with loaded(service, "/api/predict", service.example, RATE) as load:
            service.process.send_signal(signal.SIGTERM)
            refusal = service.wait("/readyz", 503)
            load.more(AFTER)
            answer = httpx.get(f"{service.url}/livez")
            assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        assert load.failures == []
        assert load.rate > 200
        assert "about to end" in refusal.json()["detail"]
        assert refusal.headers["connection"] == "close"
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(timeout=30) == 0


@pytest.mark.parametrize(("kind", "workers", "drain"), PAIRS)
def test_no_request_over_a_connection_that_was_made_is_lost(
    trained: Path, tmp_path: Path, kind: Literal["kept", "fresh"], workers: str, drain: str
) -> None:
    environment = {"SERVING__DRAIN_SECONDS": drain, "SERVING__WORKERS": workers}
    with running(trained / "model_bin", tmp_path / "log", **environment) as service:
        service.wait("/readyz")
        with loaded(service, "/api/predict", service.example, 1000, kind) as load:
            load.more(100)
            service.process.terminate()
            assert service.process.wait(timeout=30) == 0
        assert load.failures == []
        assert load.rate > 100
