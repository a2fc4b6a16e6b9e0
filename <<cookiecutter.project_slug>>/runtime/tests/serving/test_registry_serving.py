"""A service fetches the version that it is to serve, where it can."""

from pathlib import Path

from model_runtime.bundle.read import read_bundle
from model_runtime.settings import Settings
from model_runtime.testing.service import running


def test_a_service_fetches_the_version_that_it_is_to_serve_at_its_start(
    settings: Settings, tmp_path: Path
) -> None:
    latest = read_bundle(settings.paths.bundle).metadata
    assert latest.version == 2
    environment = {"PATHS__REGISTRY": str(settings.paths.registry), "SERVING__MODEL": "latest"}
    with running(tmp_path / "empty", tmp_path / "log", **environment) as service:
        service.wait("/readyz")
        info = service.client.get("/api/info").json()
        assert info["metadata"]["uuid"] == str(latest.uuid)
    assert "version 2 (latest)" in (tmp_path / "log").read_text()


def test_a_service_whose_version_is_not_to_be_had_serves_the_bundle_that_is_there(
    settings: Settings, tmp_path: Path
) -> None:
    environment = {"PATHS__REGISTRY": str(settings.paths.registry), "SERVING__MODEL": "9"}
    with running(settings.paths.bundle, tmp_path / "log", **environment) as service:
        service.wait("/readyz")
        assert service.client.get("/api/info").json()["metadata"]["version"] == 2
    assert "has no whole version 9" in (tmp_path / "log").read_text()
