"""The chart by Helm itself, and what it renders by Kubernetes' schemas and security rules."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.projects import Baked
from tools.examples import names

from . import manifest_schemas
from .charts import (
    TAG,
    VALUES,
    Manifest,
    documents,
    findings,
    one,
    pods,
    template,
    with_values,
)
from .cluster import Cluster
from .helm_binary import helm
from .pod_security import containers, violations

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
    options = ["--set-string", TAG, *values]
    installed = helm("install", name, chart, *options, cwd=project, kubeconfig=there.kubeconfig)
    assert installed.returncode == 0, installed.stderr
    assert not installed.stderr, installed.stderr
    assert f"{name}, version 7, as release {name} in default." in installed.stdout


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
def test_what_is_rendered_keeps_to_kubernetes_schemas_and_security(
    rendered: dict[str, str], found: dict[str, list[str]], name: str
) -> None:
    text = rendered[name]
    assert not found[name]
    for manifest in documents(text):
        assert len(manifest["metadata"]["name"]) <= (52 if manifest["kind"] == "CronJob" else 63)
    for pod in pods(documents(text)):
        spec = pod["spec"]
        assert not violations(spec), pod["metadata"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsUser"] == 10001
        for container in containers(spec):
            assert container["resources"]["limits"]["memory"]
            mounted = {each["name"] for each in container.get("volumeMounts", [])}
            assert mounted <= {each["name"] for each in spec.get("volumes", [])}


def test_the_schemas_would_have_found_something(found: dict[str, list[str]]) -> None:
    assert len(found[MISSPELT]) == manifest_schemas.VERSIONS
    assert all(MISSPELT in line for line in found[MISSPELT])


BROKEN: dict[str, Callable[[Manifest], object]] = {
    "may run as root": lambda pod: pod["securityContext"].pop("runAsNonRoot"),
    "runs as user 0": lambda pod: pod["securityContext"].update(runAsUser=0),
    "no seccomp profile": lambda pod: pod["securityContext"].pop("seccompProfile"),
    "capabilities are not dropped": lambda pod: own(pod).pop("capabilities"),
    "capabilities are added": lambda pod: own(pod)["capabilities"].update(add=["SYS_ADMIN"]),
    "privileges may grow": lambda pod: own(pod).pop("allowPrivilegeEscalation"),
    "is privileged": lambda pod: own(pod).update(privileged=True),
    "hostNetwork is set": lambda pod: pod.update(hostNetwork=True),
    "is a hostPath": lambda pod: pod["volumes"].append({"name": "x", "hostPath": {"path": "/"}}),
    "a port of the host": lambda pod: pod["containers"][0]["ports"][0].update(hostPort=80),
    "asks another host": lambda pod: pod["containers"][0]["livenessProbe"]["httpGet"].update(
        host="169.254.169.254"
    ),
}


def own(pod: Manifest) -> Manifest:
    context: Manifest = pod["containers"][0]["securityContext"]
    return context


@pytest.mark.parametrize("finding", BROKEN)
def test_the_security_rules_would_have_found_something(
    render: Callable[..., list[Manifest]], finding: str
) -> None:
    pod = copy.deepcopy(one(render({}), "Deployment")["spec"]["template"]["spec"])
    BROKEN[finding](pod)
    assert any(finding in line for line in violations(pod))


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
        options = ["--set-string", TAG, *values]
        done = helm(*command, chart, *options, cwd=titanic, kubeconfig=there.kubeconfig)
        assert done.returncode != 0, command
        assert said in done.stdout + done.stderr, done.stdout + done.stderr
    assert not there.asked


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
