"""The chart by Helm itself, and what it renders by Kubernetes' schemas."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.projects import Baked
from tools.examples import names

from . import manifest_schemas
from .charts import (
    TAG,
    VALUES,
    containers,
    documents,
    findings,
    pods,
    template,
    with_values,
)
from .control_plane.cluster import Cluster
from .helm import helm

LONGEST = "a" * 53


@pytest.mark.parametrize("example", [*names(), "longest"])
def test_lint_and_install_have_nothing_to_say(
    example: str, baked: Baked, tmp_path: Path, there: Cluster
) -> None:
    longest = {"project_name": "Longest", "project_slug": LONGEST, "package_name": "b" * 30}
    project = baked(longest) if example == "longest" else baked.example(example)
    values = with_values(tmp_path, {})
    chart = next(project.glob("deploy/helm/*"))
    linted = helm("lint", "--strict", chart, "--set-string", TAG, *values, cwd=project)
    assert linted.returncode == 0, linted.stdout
    said = [line for line in (linted.stdout + linted.stderr).splitlines() if line.startswith("[")]
    assert said == ["[INFO] Chart.yaml: icon is recommended"]
    name = project.name
    options = ["--set-string", TAG, *values, "--namespace", there.namespace]
    installed = helm("install", name, chart, *options, cwd=project, kubeconfig=there.kubeconfig)
    assert installed.returncode == 0, installed.stderr
    assert not installed.stderr, installed.stderr
    version = TAG.partition("=")[2]
    assert f"{name}, version {version}, as release {name} in {there.namespace}." in installed.stdout


MISSPELT = "maxUnavailble"


@pytest.fixture(scope="module")
def rendered(titanic: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The rendered chart for each set of values, and once with a mistake."""
    folder = tmp_path_factory.mktemp("rendered")
    texts = {
        name: template(titanic, folder, values, LONGEST if name == "long" else "titanic")
        for name, values in VALUES.items()
    }
    mistaken = texts["defaults"].replace("maxUnavailable: 0", f"{MISSPELT}: 0")
    return {**texts, MISSPELT: mistaken}


@pytest.fixture(scope="module")
def found(rendered: dict[str, str]) -> dict[str, list[str]]:
    """The findings of Kubernetes' schemas in each."""
    return findings(rendered)


@pytest.mark.parametrize("name", VALUES)
def test_what_is_rendered_keeps_to_kubernetes_schemas(
    rendered: dict[str, str], found: dict[str, list[str]], name: str
) -> None:
    text = rendered[name]
    assert not found[name]
    for manifest in documents(text):
        assert len(manifest["metadata"]["name"]) <= (52 if manifest["kind"] == "CronJob" else 63)
    for pod in pods(documents(text)):
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsUser"] == 10001
        for container in containers(spec):
            assert container["resources"]["limits"]["memory"]
            mounted = {each["name"] for each in container.get("volumeMounts", [])}
            assert mounted <= {each["name"] for each in spec.get("volumes", [])}


def test_the_schemas_would_have_found_something(found: dict[str, list[str]]) -> None:
    assert len(found[MISSPELT]) == manifest_schemas.VERSIONS
    assert all(MISSPELT in line for line in found[MISSPELT])


WRONG: dict[str, dict[str, Any]] = {
    "at '/serving': additional properties 'prot' not allowed": {"serving": {"prot": 1}},
    "at '/serving/port': got string, want integer": {"serving": {"port": "http"}},
    "at '/serving': missing property 'port'": {"serving": {"port": None}},
    "at '/serving/model': 'newest' does not match pattern": {"serving": {"model": "newest"}},
    "at '/serving': additional properties 'admin_token' not allowed": {
        "serving": {"admin_token": "a-secret-of-16-characters"}
    },
    "at '/training/folds': maximum": {"training": {"folds": 99}},
    "at '/deployment/ingress': additional properties 'hots'": {
        "deployment": {"ingress": {"hots": "model.example.org"}}
    },
    "at '/deployment/memory': '1 GB' does not match": {"deployment": {"memory": "1 GB"}},
    "at '': additional properties 'deploymant' not allowed": {"deploymant": {}},
    "at '/deployment/ingress': got string, want object": {"deployment": {"ingress": "x"}},
}


@pytest.mark.parametrize("said", WRONG)
def test_a_wrong_key_or_value_is_refused_with_its_path(
    titanic: Path, tmp_path: Path, there: Cluster, said: str
) -> None:
    values = with_values(tmp_path, WRONG[said])
    chart = next(titanic.glob("deploy/helm/*"))
    for command in (["lint"], ["template", "titanic"], ["install", "titanic"]):
        options = ["--set-string", TAG, *values, "--namespace", there.namespace]
        done = helm(*command, chart, *options, cwd=titanic, kubeconfig=there.kubeconfig)
        assert done.returncode != 0, command
        assert said in done.stdout + done.stderr, done.stdout + done.stderr
    assert not there.named("Deployment")


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("registry.uri is empty", {"serving": {"model": "latest"}}),
        ("registry.uri is empty", {"deployment": {"retrain": {"schedule": "@daily"}}}),
    ],
)
def test_what_can_not_work_is_refused(
    titanic: Path, tmp_path: Path, said: str, values: dict[str, Any]
) -> None:
    chart = next(titanic.glob("deploy/helm/*"))
    options = ["--set-string", TAG, *with_values(tmp_path, values)]
    done = helm("template", "titanic", chart, *options, cwd=titanic)
    assert done.returncode != 0
    assert said in done.stderr


def test_an_image_without_a_tag_is_refused(titanic: Path) -> None:
    chart = next(titanic.glob("deploy/helm/*"))
    done = helm("template", "t", chart, "-f", "config.yaml", cwd=titanic)
    assert done.returncode != 0
    assert "`make deploy` takes it from the bundle" in done.stderr
