"""The token of POST /admin/reload comes from the environment, is strong, and is never shown."""

from pathlib import Path

import pytest

from model_runtime.errors import ProjectError
from model_runtime.settings import read_settings

from ..support.reloading import TOKEN
from ..support.sample import PREFIX


def test_a_token_in_config_yaml_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"serving: {{admin_token: {TOKEN}}}")
    monkeypatch.setenv(f"{PREFIX}CONFIG", str(file))
    with pytest.raises(ProjectError, match="a secret does not belong in a file") as refusal:
        read_settings()
    assert TOKEN not in str(refusal.value)


@pytest.mark.parametrize("token", ["", "short-sesame", "blanks in the midst of it"])
def test_a_weak_token_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING__ADMIN_TOKEN", token)
    with pytest.raises(ProjectError, match="at least 16 characters") as refusal:
        read_settings()
    assert not token or token not in str(refusal.value)


def test_a_token_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING__ADMIN_TOKEN", TOKEN)
    settings = read_settings()
    assert settings.serving.admin_token
    assert TOKEN not in f"{settings!r} {settings.model_dump()} {settings.model_dump_json()}"


def test_several_workers_need_to_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING__ADMIN_TOKEN", TOKEN)
    monkeypatch.setenv(f"{PREFIX}SERVING__WORKERS", "2")
    monkeypatch.setenv(f"{PREFIX}SERVING__WATCH_SECONDS", "0")
    with pytest.raises(ProjectError, match="one of 2 workers; set watch_seconds"):
        read_settings()
    monkeypatch.setenv(f"{PREFIX}SERVING__WATCH_SECONDS", "2")
    assert read_settings().serving.workers == 2
