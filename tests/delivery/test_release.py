"""A release from its first deployment to its end, by `make`, on a real control plane."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.support.commands import clean_environment, make
from tests.support.projects import Trained

from .control_plane.cluster import Cluster, eventually


@pytest.fixture
def project(trained: Trained) -> Path:
    return trained("titanic")


def image(there: Cluster, release: str = "titanic") -> str:
    """Return the image that a release's Deployment names."""
    pod = there.get("Deployment", release)["spec"]["template"]["spec"]
    return str(pod["containers"][0]["image"]).rpartition("/")[2]


def fails(project: Path, *arguments: str) -> str:
    """Return what a make target says when it fails."""
    done = subprocess.run(
        ["make", *arguments], cwd=project, env=clean_environment(), capture_output=True, text=True
    )
    assert done.returncode != 0, done.stdout
    return done.stdout + done.stderr


def test_deploy_diff_rollback_undeploy(project: Path, released: Cluster, tmp_path: Path) -> None:
    repository = yaml.safe_load((project / "config.yaml").read_text("utf-8"))["image"]["repository"]
    name = repository.rpartition("/")[2]
    shown = make(project, "diff")
    assert "+kind: Deployment" in shown
    shown = make(project, "deploy")
    first = image(released)
    assert first == f"{name}:1"  # the bundle's version
    assert "version 1\n{'died_proba': 0." in shown  # of the test hook, which asked the service
    address = f"kubectl --namespace {released.namespace} port-forward"
    assert address in shown.partition("\n{'died_proba'")[2]  # told when it has passed its test, …
    assert shown.count(address) == 1  # … once
    eventually(lambda: released.ready("titanic") == 2)
    assert "Nothing would change." in make(project, "diff")

    values = tmp_path / "production.yaml"
    values.write_text("deployment: {ingress: {host: model.example.org}}")
    options = ("TAG=2", f"VALUES={values}")
    changes = make(project, "diff", *options).splitlines()
    assert {f'-          image: "{repository}:1"', f'+          image: "{repository}:2"'} <= {
        *changes
    }
    assert "+kind: Ingress" in changes
    assert image(released) == f"{name}:1"
    make(project, "deploy", *options)
    assert image(released) == f"{name}:2"
    assert "titanic" in released.named("Ingress")

    make(project, "rollback-release")
    assert image(released) == f"{name}:1"
    assert "titanic" not in released.named("Ingress")

    make(project, "undeploy")
    assert {kind for kind in MADE if released.named(kind).keys() - OF_NAMESPACE} == set()
    eventually(lambda: not released.pods())


MADE = (
    *("ConfigMap", "Deployment", "Ingress", "NetworkPolicy", "PodDisruptionBudget"),
    *("Secret", "Service", "ServiceAccount"),
)
OF_NAMESPACE = {"kube-root-ca.crt", "default"}


def test_a_deployment_that_failed_is_nothing_to_go_back_to(
    project: Path, released: Cluster
) -> None:
    for tag in ("1", "2"):
        make(project, "deploy", f"TAG={tag}")
    released.images.refuse(released.namespace, "titanic:3")
    wait = ["--wait", "--atomic", "--timeout", "5s", "--values", "config.yaml"]
    options = [*wait, "--namespace", released.namespace, "--set-string", "image.tag=3"]
    upgrade = ["helm", "upgrade", "titanic", "deploy/helm/titanic", *options]
    assert subprocess.run(upgrade, cwd=project, capture_output=True).returncode != 0
    assert image(released) == "titanic:2"
    make(project, "rollback-release")
    assert image(released) == "titanic:1"
    assert "nothing that ran before" in fails(project, "rollback-release")


def test_the_image_may_be_named_by_values_and_by_the_environment(
    project: Path, released: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = tmp_path / "pinned.yaml"
    values.write_text("image: {tag: '5'}")
    make(project, "deploy", f"VALUES={values}")
    assert image(released) == "titanic:5"
    monkeypatch.setenv("TITANIC_IMAGE__REPOSITORY", "registry.example.org/team/other")
    make(project, "deploy", "TAG=6")
    assert image(released) == "other:6"


def test_a_release_is_where_and_named_as_it_is_told(
    project: Path, released: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NAMESPACE")
    staging = f"{released.namespace}-staging"
    released.images.put(staging, "*", project)
    values = tmp_path / "staging.yaml"
    values.write_text(f"deployment: {{namespace: {staging}, replicas: 1}}")
    options = ("RELEASE=shadow", f"VALUES={values}")
    make(project, "deploy", *options)  # it makes the namespace
    elsewhere = replace(released, namespace=staging)
    assert image(elsewhere, "shadow") == "titanic:1"
    make(project, "deploy", *options, f"NAMESPACE={released.namespace}", "TAG=2")
    assert image(released, "shadow") == "titanic:2"
    make(project, "undeploy", *options, f"NAMESPACE={released.namespace}")
    make(project, "undeploy", *options)
    assert not released.named("Deployment") and not elsewhere.named("Deployment")


def test_two_releases_share_a_namespace(project: Path, released: Cluster, tmp_path: Path) -> None:
    values = tmp_path / "small.yaml"
    values.write_text("deployment: {replicas: 1}")
    for release, tag in (("titanic", "1"), ("shadow", "2")):
        make(project, "deploy", f"RELEASE={release}", f"TAG={tag}", f"VALUES={values}")
    for release in ("titanic", "shadow"):
        assert released.ready(release) == 1
    make(project, "undeploy", "RELEASE=shadow")
    assert released.ready("titanic") == 1
    assert image(released) == "titanic:1"


def test_a_typo_is_refused_before_anything_changes(
    project: Path, released: Cluster, tmp_path: Path
) -> None:
    values = tmp_path / "production.yaml"
    values.write_text("deployment: {replica: 3}")
    for target in ("deploy", "diff", "lint-chart"):
        said = fails(project, target, f"VALUES={values}")
        assert "deployment.replica: is not a key that this file knows" in said
    values.write_text("image: {tag: 1.10}")
    for target in ("deploy", "diff", "lint-chart"):
        said = fails(project, target, f"VALUES={values}")
        assert "image.tag: Input should be a valid string, but it is 1.1 (put it in quotes" in said
    assert "'Bad Name' is no name" in fails(project, "deploy", "NAMESPACE=Bad Name")
    assert not released.named("Secret")
    make(project, "lint-chart")
