"""The playbook that deploys the chart: vault, `make` and Helm, on a real control plane."""

import json
import shutil
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from model_runtime.api_key import make_key

from tests.support.projects import ENVIRONMENT, Trained

from .control_plane.cluster import Cluster, eventually
from .playbooks import changed, encrypted, play

NAMES = {
    "admin_token": "service-admin",
    "api_keys": "service-keys",
    "log": "log-keys",
    "registry": "tracking",
    "telemetry": "collector",
    "pull": "images",
}


@pytest.fixture
def target(released: Cluster, trained: Trained) -> Iterator[Cluster]:
    """A namespace that is not there yet."""
    found = replace(released, namespace=f"{released.namespace}-target")
    found.runs(trained("titanic"))
    yield found
    found.api.delete(f"/api/v1/namespaces/{found.namespace}")


@pytest.fixture
def project(trained: Trained, plain: Path, target: Cluster, tmp_path: Path) -> Path:
    """The trained project, to be deployed there by the playbooks of one that has them."""
    source = trained("titanic")
    copy = shutil.copytree(source, tmp_path / source.name, ignore=ENVIRONMENT)
    (copy / ".venv").symlink_to(source / ".venv")
    shutil.copytree(plain / "deploy" / "ansible", copy / "deploy" / "ansible", dirs_exist_ok=True)
    shutil.copy(target.kubeconfig, copy / "deploy" / "ansible" / "kubeconfig-here")
    config = yaml.safe_load((copy / "config.yaml").read_text("utf-8"))
    own = {"namespace": target.namespace, "secrets": NAMES, "replicas": 1}
    config["deployment"] |= own
    (copy / "config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    return copy


def vault() -> dict[str, Any]:
    """Return what a vault has, with a key that the service takes."""
    key, known = make_key("of-the-vault", 1)
    return {
        "vault_admin_token": "token-of-the-vault",
        "vault_api_keys": {"keys": known.line, "api-key": key},
        "vault_log": {"TITANIC_LOG__HASH_KEY": "hash-word-of-the-vault-that-is-long"}
        | {"NO_MORE": "word-of-the-vault"},
        "vault_telemetry": {"OTEL_EXPORTER_OTLP_HEADERS": "header-of-the-vault"},
        "vault_registry": {"MLFLOW_TRACKING_PASSWORD": "word-of-the-vault"},
        "vault_pull": {"server": "registry.example.org", "username": "me", "password": "pull-word"},
    }


def content(there: Cluster, name: str) -> dict[str, str]:
    """Return what a Secret holds."""
    data = there.get("Secret", name)["data"]
    return {key: b64decode(value).decode() for key, value in data.items()}


def serving(there: Cluster) -> set[str]:
    """Return the names of the pods that serve."""
    return {pod["metadata"]["name"] for pod in there.pods()}


def test_chart_and_secrets_are_deployed_once_and_again_when_they_change_as_a_check_says_before(
    project: Path, target: Cluster
) -> None:
    folder, wanted = project / "deploy" / "ansible", vault()
    options = (*encrypted(folder, yaml.safe_dump(wanted)), "-v")

    foretold = play(folder, "deploy", "--check", *options)
    assert "+kind: Deployment" in foretold
    assert not target.named("Secret"), "a check changes nothing"
    done = play(folder, "deploy", *options)
    assert changed(foretold) == changed(done) == 3, "namespace, Secrets, release"
    assert "version 1\\n{'died_proba': 0." in done  # of the release's own test, with the key
    assert target.ready("titanic") == 1

    assert content(target, "service-admin") == {"admin-token": wanted["vault_admin_token"]}
    for name in ("api_keys", "log", "registry", "telemetry"):
        assert content(target, NAMES[name]) == wanted[f"vault_{name}"]
    pull = json.loads(content(target, "images")[".dockerconfigjson"])
    assert pull["auths"]["registry.example.org"]["password"] == "pull-word"
    secret = ("of-the-vault", "pull-word", "sha256:")
    assert not [word for word in secret if word in foretold + done]

    before = serving(target)
    wanted["vault_admin_token"] = "another-token-of-the-vault"
    wanted["vault_log"].pop("NO_MORE")
    options = (*encrypted(folder, yaml.safe_dump(wanted)), "-v")
    foretold = play(folder, "deploy", "--check", *options)
    assert serving(target) == before, "a check changes nothing"
    done = play(folder, "deploy", *options)
    assert changed(foretold) == changed(done) == 2, f"Secrets, Deployment: {foretold} {done}"
    assert content(target, NAMES["admin_token"]) == {"admin-token": wanted["vault_admin_token"]}
    assert content(target, NAMES["log"]) == wanted["vault_log"]
    eventually(lambda: not serving(target) & before and target.ready("titanic") == 1)
    assert not [word for word in secret if word in foretold + done]

    shown = play(folder, "deploy", *options)
    assert changed(shown) == 0, shown
