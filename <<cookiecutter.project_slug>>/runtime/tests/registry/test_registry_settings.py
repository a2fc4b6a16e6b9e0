"""The registry's settings are checked, and its secrets are never shown."""

import traceback
from pathlib import Path

import pytest

from model_runtime.errors import ProjectError
from model_runtime.registry.client import ModelRegistry
from model_runtime.settings import Registry, Settings, read_settings

from ..support.sample import PREFIX


@pytest.mark.parametrize(
    "uri",
    [
        "http://ann:s3cr%2Ft@127.0.0.1:9",
        "http://ann:s3cr/t@127.0.0.1:9",
        "http://127.0.0.1:9/?token=s3cr",
        "postgresql://127.0.0.1:9/runs?user=ann&password=s3cr",
    ],
)
def test_what_is_secret_in_an_address_is_not_said(settings: Settings, uri: str) -> None:
    away = settings.model_copy(update={"registry": Registry.model_construct(uri=uri)})
    with pytest.raises(ProjectError) as refused:
        ModelRegistry(away).versions()
    assert "s3cr" not in str(ModelRegistry(away))
    assert "s3cr" not in "".join(traceback.format_exception(refused.value))


def test_a_password_in_config_yaml_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.yaml"
    monkeypatch.setenv(f"{PREFIX}CONFIG", str(file))
    for uri in ("http://ann:s3cr@host:5000", "postgresql://host/runs?password=s3cr"):
        file.write_text(f"registry: {{uri: '{uri}'}}")
        with pytest.raises(ProjectError, match="does not belong in a file") as refused:
            read_settings()
        assert "s3cr" not in str(refused.value)


@pytest.mark.parametrize(
    ("registry", "sentence"),
    [
        ("{metric: log_loss, direction: max}", "registry.direction: is not a key"),
        ("{metric: acuracy}", "registry.metric"),
        ("{uri: 'http://[::1'}", "no address of a registry"),
    ],
)
def test_what_versions_are_compared_by_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: str, sentence: str
) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"registry: {registry}")
    monkeypatch.setenv(f"{PREFIX}CONFIG", str(file))
    with pytest.raises(ProjectError, match=sentence):
        read_settings()
