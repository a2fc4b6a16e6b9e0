"""The service's own lines: each request where that is asked for, and as many levels as wanted."""

import json
from pathlib import Path

from model_runtime.testing.service import running

from ..support.reloading import Place


def test_each_request_is_logged_where_that_is_asked_for(place: Place, tmp_path: Path) -> None:
    log, asked = tmp_path / "log", {"LOG__ACCESS": "true", "LOG__LEVEL": "warning"}
    with running(place.folder, log, **asked, LOG__PREDICTIONS="none") as service:
        service.wait("/readyz")
        wrong = service.client.post("/api/predict?token=secret", content="{")
        service.client.head("/livez")
        service.process.terminate()
        service.process.wait(timeout=30)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    predict, live = lines[-2:]
    assert list(predict) == [
        *("event", "time", "request_id", "method", "path", "status", "milliseconds"),
    ]
    assert predict["request_id"] == wrong.headers["x-request-id"]
    about = [(line["event"], line["method"], line["path"], line["status"]) for line in lines[-2:]]
    assert about == [
        ("request", "POST", "/api/predict", 400),
        ("request", "HEAD", "/livez", 200),
    ]
    assert 0 < live["milliseconds"] < 60_000
