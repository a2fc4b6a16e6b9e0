"""A bounded number of predictions in flight: what comes beyond is refused at once."""

import time
from pathlib import Path

import pytest

from model_runtime.contract.problems import Refusal
from model_runtime.serving.admission import Admission
from model_runtime.serving.metrics import Metrics
from model_runtime.testing.service import PATIENCE, running

from ..support.wire import wire
from .test_connections import json_request


def test_there_is_room_again_after_an_answer() -> None:
    metrics = Metrics()
    admission = Admission(2, metrics)
    admission.enter()
    admission.enter()
    with pytest.raises(Refusal) as refused:
        admission.enter()
    assert (refused.value.status, refused.value.headers) == (503, {"retry-after": "1"})
    assert b'predictions_turned_away_total{reason="in_flight"} 1.0' in metrics.text()
    admission.leave()
    admission.enter()


def test_predictions_beyond_the_bound_are_refused_and_probes_answered(
    trained: Path, tmp_path: Path
) -> None:
    environment = {"SERVING__MAX_IN_FLIGHT": "1"}
    with running(trained / "model_bin", tmp_path / "log", **environment) as service:
        service.wait("/readyz")
        many = json_request("/api/predictions", [service.example] * 1_000)
        one = json_request("/api/predict", service.example)
        end = time.monotonic() + PATIENCE
        status = 200
        while status == 200:
            assert time.monotonic() < end, "no prediction was refused"
            with wire(service) as first, wire(service) as second:
                first.send(many)  # which takes the service some time
                second.send(one)
                assert service.client.get("/readyz").status_code == 200
                refused, answer = second.answer(), first.answer()
                status = refused.status
        assert (status, answer.status) == (503, 200)
        assert refused.headers["retry-after"] == "1"
        assert b"serving.max_in_flight" in refused.body
        assert service.post("/api/predict", service.example).status_code == 200
        assert 'turned_away_total{reason="in_flight"}' in service.client.get("/metrics").text
