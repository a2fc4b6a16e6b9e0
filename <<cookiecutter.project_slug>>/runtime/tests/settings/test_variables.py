"""Variables of the environment: settings, others' that are left alone, and misspelt ones."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from model_runtime.errors import ProjectError
from model_runtime.settings import Settings, read_settings

from ..support.sample import PREFIX

KEYS = {
    (section, key)
    for section, field in Settings.model_fields.items()
    for key in getattr(field.annotation, "model_fields", {})
}
VALUES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
ODD = st.sampled_from(["", " ", "[]", "{}", "null", "[1]", '{"a":1,"a":2}', "x"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IMAGE", "registry.example.org/churn:1"),
        ("SERVING", "yes"),
        ("DEPLOYMENT", "blue"),
        ("HOME", "/srv"),
        ("DB__HOST", "db.example.org"),
        # Kubernetes sets these for Services of the names <project> and <project>-serving.
        ("PORT", "tcp://10.0.0.7:80"),
        ("SERVICE_HOST", "10.0.0.7"),
        ("SERVICE_PORT_HTTP", "80"),
        ("PORT_80_TCP_ADDR", "10.0.0.7"),
        ("SERVING_PORT", "tcp://10.0.0.7:80"),
        ("SERVING_SERVICE_PORT", "80"),
        ("SERVING_PORT_80_TCP", "tcp://10.0.0.7:80"),
    ],
)
def test_a_variable_that_is_somebody_elses_changes_nothing(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = read_settings()
    monkeypatch.setenv(f"{PREFIX}{name}", value)
    assert read_settings() == before
    assert not caplog.records


@limits(deadline=None)
@given(name=st.from_regex(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", fullmatch=True), value=VALUES)
@example(name="IMAGE", value="x")
@example(name="SERVING_PORT", value="x")
def test_no_variable_of_one_underscore_is_a_setting(name: str, value: str) -> None:
    before = read_settings()
    if name != "CONFIG":
        with mock.patch.dict(os.environ, {f"{PREFIX}{name}": value}):
            assert read_settings() == before


@limits(deadline=None)
@given(key=st.sampled_from(sorted(KEYS)), value=st.one_of(VALUES, ODD))
def test_any_value_of_a_setting_fits_or_is_refused_by_a_sentence(
    key: tuple[str, str], value: str
) -> None:
    with mock.patch.dict(os.environ, {f"{PREFIX}{'__'.join(key)}".upper(): value}):
        try:
            read_settings()
        except ProjectError as refused:
            said = str(refused)
            assert ".".join(key) in said or "__".join(key).upper() in said


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SERVING__PROT", "SERVING__PORT"),
        ("SERVNG__PORT", "SERVING__PORT"),
        ("SERVICE__HOTS", "SERVING__HOST"),
        ("TRAINING__FOLD", "TRAINING__FOLDS"),
    ],
)
def test_a_misspelt_variable_is_refused_with_the_one_that_was_meant(
    name: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}{name}", "1")
    with pytest.raises(ProjectError, match=f"^{PREFIX}{name} is .* did you mean {PREFIX}{meant}"):
        read_settings()


def test_a_variable_with_one_underscore_is_doubted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING_PORT", "9000")
    read_settings()
    (said,) = caplog.messages
    meant = f"the setting's variable is {PREFIX}SERVING__PORT."
    assert said == f"{PREFIX}SERVING_PORT is not read; {meant}"


@pytest.mark.parametrize("host", ["", " ", "http://localhost", "localhost:8000", "a b", "é"])
def test_a_host_is_one_host(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING__HOST", host)
    with pytest.raises(ProjectError, match=r"serving\.host: .* is no host to listen on"):
        read_settings()


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::", "fe80::1%eth0", "a-b.example"])
def test_a_host_may_be_a_name_or_an_address(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING__HOST", host)
    assert read_settings().serving.host == host


@pytest.mark.parametrize("folder", ["BUNDLE", "REPORTS", "REGISTRY", "CLIENT"])
def test_an_empty_path_is_refused(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}PATHS__{folder}", "")
    with pytest.raises(ProjectError, match=rf"paths\.{folder.lower()}: .* own folder"):
        read_settings()


def test_an_empty_name_of_the_file_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}CONFIG", "")
    assert read_settings().paths.client.name == "client"


def test_a_list_that_is_no_json_is_refused_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING__CORS_ORIGINS", "https://example.org")
    with pytest.raises(ProjectError, match=f"^{PREFIX}SERVING__CORS_ORIGINS in the environment is"):
        read_settings()


def test_platforms_say_the_port_and_the_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8080")
    monkeypatch.setenv("LOG_LEVEL", "WARNING")
    found = read_settings()
    assert (found.serving.port, found.log.level) == (8080, "warning")
    monkeypatch.setenv(f"{PREFIX}SERVING__PORT", "9000")
    assert read_settings().serving.port == 9000


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "tcp://10.0.0.7:80", r"serving\.port: "),
        ("LOG_LEVEL", "loud", r"log\.level: .*'debug', 'info'"),
        (f"{PREFIX}LOG__TIME_ZONE", "Mars/Olympus", r"log\.time_zone: 'Mars/Olympus' is no time"),
        (f"{PREFIX}LOG__TIME_ZONE", "../etc/passwd", r"log\.time_zone: .* is no time zone"),
        (f"{PREFIX}LOG__HASH_KEY", "short", r"log\.hash_key: .*16 to 64 bytes"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ProjectError, match=sentence) as refused:
        read_settings()
    assert "short" not in str(refused.value)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a config.yaml of its own; variables that `.env` sets are taken back."""
    (tmp_path / "config.yaml").write_text("serving: {port: 8001}\n")
    monkeypatch.chdir(tmp_path)
    with mock.patch.dict(os.environ):
        yield tmp_path


def test_env_adds_variables_to_those_of_the_environment(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_settings().serving.port == 8001
    lines = ["# for Compose, too", f"{PREFIX}SERVING__ADMIN_TOKEN=0123456789abcdef", "PORT=8002"]
    (project / ".env").write_text("\n".join([*lines, f"export {PREFIX}SERVING__WORKERS='2'"]))
    monkeypatch.setenv(f"{PREFIX}SERVING__WATCH_SECONDS", "2")
    found = read_settings().serving
    assert (found.port, found.workers) == (8002, 2)
    assert found.admin_token and found.admin_token.get_secret_value() == "0123456789abcdef"
    monkeypatch.setenv("PORT", "8003")
    assert read_settings().serving.port == 8003


def test_an_env_file_that_is_no_text_is_named(project: Path) -> None:
    (project / ".env").write_bytes(b"PORT=\xff\xfe")
    with pytest.raises(ProjectError, match=r"^\.env can't be read"):
        read_settings()


@pytest.mark.parametrize("key", ["hash_key", "shared_key"])
def test_a_key_of_the_log_does_not_belong_in_a_file(project: Path, key: str) -> None:
    (project / "config.yaml").write_text(f"log: {{{key}: 0123456789abcdef}}\n")
    with pytest.raises(ProjectError, match=f"set {PREFIX}LOG__{key.upper()} in the environment"):
        read_settings()
