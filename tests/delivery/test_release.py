"""A release from its first deployment to its end: by `make`, by Helm, and request by request."""

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from model_runtime.api_key import make_key

from tests.support.commands import clean_environment, make
from tests.support.loads import loaded
from tests.support.projects import Trained
from tests.support.services import PATIENCE, get

from . import cluster, rolling_update
from .cluster import Cluster
from .helm_binary import helm, helm_binary

RATE = 100
"""Requests a second, while pods are replaced."""


@pytest.fixture
def project(trained: Trained) -> Path:
    return trained("titanic")


@pytest.fixture
def there(there: Cluster, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """The cluster that a project's `make` finds, as it finds Helm."""
    monkeypatch.setenv("KUBECONFIG", str(there.kubeconfig))
    monkeypatch.setenv("PATH", f"{helm_binary().parent}{os.pathsep}{os.environ['PATH']}")
    return there


def image(there: Cluster) -> str:
    pod = there.named("Deployment")["titanic"]["spec"]["template"]["spec"]
    return str(pod["containers"][0]["image"]).rpartition("/")[2]


def fails(project: Path, *arguments: str) -> str:
    """Return what a make target says when it fails."""
    done = subprocess.run(
        ["make", *arguments], cwd=project, env=clean_environment(), capture_output=True, text=True
    )
    assert done.returncode != 0, done.stdout
    return done.stdout + done.stderr


def test_deploy_diff_rollback_undeploy(project: Path, there: Cluster, tmp_path: Path) -> None:
    repository = yaml.safe_load((project / "config.yaml").read_text("utf-8"))["image"]["repository"]
    name = repository.rpartition("/")[2]
    shown = make(project, "diff")
    assert "+kind: Deployment" in shown
    shown = make(project, "deploy")
    assert image(there) == f"{name}:1"  # the bundle's version
    assert cluster.LOG in shown  # of the test hook
    assert "kubectl --namespace default port-forward" in shown
    assert "Nothing would change." in make(project, "diff")

    values = tmp_path / "production.yaml"
    values.write_text("deployment: {ingress: {host: model.example.org}}")
    options = ("TAG=2", f"VALUES={values}")
    changes = make(project, "diff", *options).splitlines()
    assert {f'-          image: "{repository}:1"', f'+          image: "{repository}:2"'} <= {
        *changes
    }
    assert "+kind: Ingress" in changes
    assert image(there) == f"{name}:1"
    make(project, "deploy", *options)
    assert image(there) == f"{name}:2"
    assert "titanic" in there.named("Ingress")

    make(project, "rollback-release")
    assert image(there) == f"{name}:1"
    assert "titanic" not in there.named("Ingress")

    make(project, "undeploy")
    assert {each["kind"] for each in there.objects.values()} <= {"Namespace", "ReplicaSet"}


def test_a_deployment_that_failed_is_nothing_to_go_back_to(project: Path, there: Cluster) -> None:
    for tag in ("1", "2"):
        make(project, "deploy", f"TAG={tag}")
    there.never_ready = ":3"
    wait = ["--wait", "--atomic", "--timeout", "5s", "--values", "config.yaml"]
    options = [*wait, "--set-string", "image.tag=3"]
    upgrade = ["helm", "upgrade", "titanic", "deploy/helm/titanic", *options]
    assert subprocess.run(upgrade, cwd=project, capture_output=True).returncode != 0
    assert image(there) == "titanic:2"
    make(project, "rollback-release")
    assert image(there) == "titanic:1"
    assert "nothing that ran before" in fails(project, "rollback-release")


def test_the_image_may_be_named_by_values_and_by_the_environment(
    project: Path, there: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = tmp_path / "pinned.yaml"
    values.write_text("image: {tag: '5'}")
    make(project, "deploy", f"VALUES={values}")
    assert image(there) == "titanic:5"
    monkeypatch.setenv("TITANIC_IMAGE__REPOSITORY", "registry.example.org/team/other")
    make(project, "deploy", "TAG=6")
    assert image(there) == "other:6"


def test_a_release_is_where_and_named_as_it_is_told(
    project: Path, there: Cluster, tmp_path: Path
) -> None:
    values = tmp_path / "staging.yaml"
    values.write_text("deployment: {namespace: staging}")
    options = ("RELEASE=shadow", f"VALUES={values}")
    make(project, "deploy", *options)
    assert there.named("Deployment")["shadow"]["metadata"]["namespace"] == "staging"
    make(project, "deploy", *options, "NAMESPACE=other", "TAG=2")
    assert there.named("Deployment")["shadow"]["metadata"]["namespace"] == "other"
    make(project, "undeploy", *options, "NAMESPACE=other")
    make(project, "undeploy", *options)
    assert not there.named("Deployment")


def test_a_typo_is_refused_before_anything_changes(
    project: Path, there: Cluster, tmp_path: Path
) -> None:
    values = tmp_path / "production.yaml"
    values.write_text("deployment: {replica: 3}")
    for target in ("deploy", "diff", "lint-chart"):
        said = fails(project, target, f"VALUES={values}")
        assert "at '/deployment': additional properties 'replica' not allowed" in said
    assert not there.asked
    make(project, "lint-chart")


def rendered(project: Path, values: Path) -> list[dict[str, Any]]:
    options = ["--set-string", "image.tag=1", "--values", "config.yaml", "--values", values]
    done = helm("template", "titanic", next(project.glob("deploy/helm/*")), *options, cwd=project)
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def test_the_test_hook_asks_a_service(project: Path, tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text("{}")
    manifests = rendered(project, values)
    (hook,) = [each for each in manifests if each["kind"] == "Pod"]
    (_, *command) = hook["spec"]["containers"][0]["command"]
    assert hook["spec"]["containers"][0]["args"] == ["http://titanic", ""]
    with rolling_update.pods(project, manifests, tmp_path) as start:
        url = f"http://127.0.0.1:{start().port}"
        done = subprocess.run(
            ["python3", *command, url, ""], capture_output=True, text=True, check=True
        )
    assert done.stdout.startswith("version 1\n{'died_proba': 0."), done.stdout


def test_keys_are_changed_while_the_pods_run(project: Path, tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text("deployment: {secrets: {api_keys: titanic-keys}}")
    manifests = rendered(project, values)
    (hook,) = [each for each in manifests if each["kind"] == "Pod"]
    (_, *command) = hook["spec"]["containers"][0]["command"]
    old, new = (make_key(name, 1) for name in ("before", "after"))
    with rolling_update.pods(project, manifests, tmp_path, old[1].line) as start:
        pod = start()
        url = f"http://127.0.0.1:{pod.port}"

        def said(key: str) -> str:
            """Return what the test hook says with a key, or with none."""
            done = subprocess.run(
                ["python3", *command, url, "titanic-keys"],
                env=clean_environment(TITANIC_API_KEY=key),
                capture_output=True,
                text=True,
            )
            return done.stdout if done.returncode == 0 else f"failed: {done.stderr[-200:]}"

        assert said(old[0]).startswith("version 1\n{'died_proba': 0.")
        assert said("").endswith("the Secret titanic-keys has none as api-key to try.\n")
        assert "HTTP Error 401" in said(new[0])
        rolling_update.put_secret(pod.volumes / "etc" / "titanic-keys", new[1].line)
        end = time.monotonic() + PATIENCE
        while not (found := said(new[0])).startswith("version 1\n{'died_proba': 0."):
            assert time.monotonic() < end, found
        assert "HTTP Error 401" in said(old[0])


def test_a_rolling_update_fails_no_request(project: Path, tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text("serving: {drain_seconds: 2}")
    service = rolling_update.Service()
    with rolling_update.pods(project, rendered(project, values), tmp_path) as start:
        old = [start(), start()]
        service.pods = [*old]
        description = json.loads(get(f"{service.url}/openapi.json")[1])
        body = json.dumps(description["components"]["schemas"]["Features"]["examples"][0])
        with loaded(service.url, body, RATE) as load:
            codes = [rolling_update.replace(service, each, start()) for each in old]
    service.close()
    assert codes == [0, 0]
    assert load.failures == []
    assert load.requests > 4 * RATE


def test_a_model_from_the_registry_is_fetched_before_the_service_starts(
    project: Path, tmp_path: Path
) -> None:
    database = project / "registry" / "mlflow.db"
    values = {"serving": {"model": "latest"}, "registry": {"uri": f"sqlite:///{database}"}}
    (tmp_path / "values.yaml").write_text(yaml.safe_dump(values))
    manifests = rendered(project, tmp_path / "values.yaml")
    with rolling_update.pods(project, manifests, tmp_path) as start:
        status, answer = get(f"http://127.0.0.1:{start().port}/api/info")
    assert (status, json.loads(answer)["metadata"]["version"]) == (200, 1)
    fetched = tmp_path / "0" / "models" / "model_bin" / "metadata.json"
    assert fetched.read_text() == (project / "model_bin" / "metadata.json").read_text()
