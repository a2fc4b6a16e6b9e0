"""Secrets that stand in config.yaml, or in a file of values, are refused and not shown."""

from pathlib import Path

import pytest

from model_runtime.errors import ProjectError
from model_runtime.settings import read_settings

from ..support.sample import PREFIX

ADDRESS = "http://ann:s3cret@proxy.example.org:3128"
SECRETS = {
    "deployment.env[0]: DB_PASSWORD is a secret": (
        "deployment: {env: [{name: DB_PASSWORD, value: s3cret}]}"
    ),
    "deployment.env[0]: AWS_SECRET_ACCESS_KEY is a secret": (
        "deployment: {env: [{name: AWS_SECRET_ACCESS_KEY, value: s3cret}]}"
    ),
    "deployment.fluent_bit.outputs[0]: http_passwd is a secret": (
        "deployment: {fluent_bit: {outputs: [{name: es, http_passwd: s3cret}]}}"
    ),
    "deployment.fluent_bit.outputs[0]: licenseKey is a secret": (
        "deployment: {fluent_bit: {outputs: [{name: nrlogs, licenseKey: s3cret}]}}"
    ),
    "deployment.extra_manifests[0]: the Secret own would stand in a file": (
        "deployment: {extra_manifests: [{apiVersion: v1, kind: Secret, metadata: {name: own}, "
        "stringData: {a: s3cret}}]}"
    ),
    "deployment.extra_manifests[0]: List has items": (
        "deployment: {extra_manifests: [{apiVersion: v1, kind: List, metadata: {name: own}, "
        "items: [{apiVersion: v1, kind: Secret, stringData: {a: s3cret}}]}]}"
    ),
    "deployment.env[0].value: an address with a password": (
        f"deployment: {{env: [{{name: HTTPS_PROXY, value: '{ADDRESS}'}}]}}"
    ),
    "deployment.retrain.arguments[0]: an address with a password": (
        f"deployment: {{retrain: {{arguments: ['FROM={ADDRESS}/data.csv']}}}}"
    ),
    "registry.uri: a password does not belong": f"registry: {{uri: '{ADDRESS}'}}",
    "serving.admin_token: a secret does not belong": "serving: {admin_token: s3cret}",
}
HARMLESS = (
    "deployment: {env: [{name: DB_PASSWORD, value: $(OF_SECRET)}]}",
    "deployment: {env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: a, key: b}}}]}",
    "deployment: {env: [{name: API_TOKEN, value: /run/token}, {name: TOKENIZERS, value: a}]}",
    "deployment: {env: [{name: HTTPS_PROXY, value: 'http://ann:$(PASSWORD)@proxy:3128'}]}",
    "deployment: {env: [{name: PWD, value: a}, {name: CACHE_KEY, value: a}]}",
    "deployment: {fluent_bit: {outputs: [{name: es, http_passwd: '${PASSWD}', tls.key: /k}]}}",
    "deployment: {ingress: {annotations: {nginx.ingress.kubernetes.io/auth-secret: basic}}}",
    "deployment: {extra_manifests: [{apiVersion: sm.aws/v1, kind: Secret, metadata: {name: a}}]}",
    "model: {description: 'as of 12:30, see http://example.org:80/a by ann@example.org'}",
)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "config.yaml"
    file.touch()
    monkeypatch.setenv(f"{PREFIX}CONFIG", str(file))
    return file


@pytest.mark.parametrize("said", SECRETS)
def test_a_secret_in_a_file_is_refused_and_not_shown(
    config: Path, tmp_path: Path, said: str
) -> None:
    config.write_text(SECRETS[said])
    with pytest.raises(ProjectError) as refused:
        read_settings()
    assert said in str(refused.value)
    assert "s3cret" not in str(refused.value)

    config.write_text("")
    values = tmp_path / "production.yaml"
    values.write_text(SECRETS[said])
    with pytest.raises(ProjectError) as refused:
        read_settings(values)
    assert said in str(refused.value)
    assert str(values) in str(refused.value)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_is_taken(config: Path, text: str) -> None:
    config.write_text(text)
    read_settings()


def test_a_file_of_values_is_laid_over_config_yaml_and_read_as_strictly(
    config: Path, tmp_path: Path
) -> None:
    config.write_text("{model: {name: shop}, deployment: {replicas: 3, labels: {team: risk}}}")
    values = tmp_path / "production.yaml"
    values.write_text("{global: {a: 1}, deployment: {replicas: 4, labels: {tier: gold}}}")
    read = read_settings(values)
    assert (read.model.name, read.deployment.replicas) == ("shop", 4)
    assert read.deployment.labels == {"team": "risk", "tier": "gold"}
    values.write_text("{image: {tag: 1.10}, deployment: {replica: 3}}")
    with pytest.raises(ProjectError, match=r"image\.tag.*1\.1 \(put it in quotes") as refused:
        read_settings(values)
    assert "deployment.replica: is not a key" in str(refused.value)
