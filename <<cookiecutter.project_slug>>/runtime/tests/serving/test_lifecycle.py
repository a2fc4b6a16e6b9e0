"""A process from its start to its end: alive, ready or refused, drained."""

import json
import shutil
import signal
from itertools import product
from pathlib import Path

import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.contract.routes import PATHS
from model_runtime.errors import ProjectError
from model_runtime.serving.metrics import ANSWERS
from model_runtime.settings import read_settings
from model_runtime.testing.service import Service, running

from ..support.reloading import wait_for
from ..support.sample import PREFIX


def test_a_refused_bundle_leaves_the_process_alive_and_says_why(
    trained: Path, tmp_path: Path, bundle: Bundle
) -> None:
    copy = Path(shutil.copytree(trained / "model_bin", tmp_path / "model_bin"))
    with (copy / bundle.metadata.model_file).open("ab") as file:
        file.write(b"x")
    with running(copy, tmp_path / "log") as service:
        wait_for(lambda: "SHA-256" in reason(service), "the refusal")
        problem = service.client.get("/readyz").json()
        assert "make train" in problem["detail"]
        assert service.client.get("/livez").json() == {"status": "alive"}
        for path in ("/api/predict", "/api/predictions", "/score"):
            assert service.post(path, {}).status_code == 503
        assert 'route="/score",status="503"} 1.0' in service.client.get("/metrics").text
        assert service.client.get("/api/info").status_code == 503
        assert service.client.get("/docs").status_code == 200
    assert "differs from its SHA-256" in (tmp_path / "log").read_text()


def test_predictions_are_counted_from_zero(tmp_path: Path) -> None:
    """Prometheus counts no increase to a counter's first value."""
    with running(tmp_path / "none", tmp_path / "log") as service:
        told = service.wait("/metrics", 200).text
    for path, status in product(PATHS, ANSWERS):
        assert f'{{method="POST",route="{path}",status="{status}"}} 0.0' in told


def reason(service: Service) -> str:
    """Return the reason that a service gives for not being ready."""
    detail: str = service.client.get("/readyz").json()["detail"]
    return detail


def test_a_missing_bundle_is_told_to_train(unready: Service) -> None:
    wait_for(lambda: "make train" in reason(unready), "the refusal")


def test_a_prediction_is_logged_with_the_clients_id_and_without_its_inputs(
    trained: Path, tmp_path: Path, bundle: Bundle
) -> None:
    assert bundle.schema.id
    with running(trained / "model_bin", tmp_path / "log") as service:
        service.wait("/readyz")
        row = service.example | {bundle.schema.id: "entity-7"}
        request_id = service.post("/api/predict", row).headers["x-request-id"]
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(timeout=30) == 0
    lines = [line for line in (tmp_path / "log").read_text().splitlines() if line[:1] == "{"]
    (line,) = [json.loads(line) for line in lines]
    assert line["request_id"] == request_id
    assert line["id"] == "entity-7"
    assert (line["model"], line["version"]) == (bundle.metadata.name, bundle.metadata.version)
    assert "features" not in line


def test_a_typo_in_the_environment_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING__PROT", "1")
    with pytest.raises(ProjectError, match="SERVING__PROT is in the environment"):
        read_settings()


def test_variables_that_kubernetes_sets_for_a_service_are_none_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SERVICE_HOST", "SERVICE_PORT", "PORT_8000_TCP"):
        monkeypatch.setenv(f"{PREFIX}{name}", "10.0.0.1")
    assert read_settings().serving.port


def test_a_typo_in_config_yaml_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("serving: {prot: 1}")
    monkeypatch.setenv(f"{PREFIX}CONFIG", str(file))
    with pytest.raises(ProjectError, match=r"serving\.prot: is not a key"):
        read_settings()


def test_the_environment_overrides_config_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING__PORT", "9123")
    assert read_settings().serving.port == 9123
