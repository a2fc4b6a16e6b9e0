"""Rules of other people's clusters: rights, quotas, eviction, charts within charts."""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.support.commands import make
from tests.support.projects import Trained

from .control_plane.api import ApiError
from .control_plane.cluster import Cluster, eventually
from .helm import helm
from .test_release_pods import written


@pytest.fixture
def project(trained: Trained) -> Path:
    return trained("titanic")


def test_a_deployer_needs_rights_in_one_namespace_only(
    project: Path, released: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(released.deployer(tmp_path)))
    values = written(tmp_path, {"deployment": {"replicas": 1}})
    assert "+kind: Deployment" in make(project, "diff", values)
    make(project, "deploy", values)
    make(project, "deploy", "TAG=2", values)
    make(project, "rollback-release", values)
    make(project, "undeploy", values)
    assert not released.named("Deployment")


def test_a_disruption_leaves_one_pod_at_least(project: Path, released: Cluster) -> None:
    make(project, "deploy")
    names = [pod["metadata"]["name"] for pod in released.pods()]

    def evict(name: str) -> None:
        path = f"/api/v1/namespaces/{released.namespace}/pods/{name}"
        given = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
        released.api.create(f"{path}/eviction", given)

    eventually(lambda: budget(released) == 1)
    evict(names[0])
    with pytest.raises(ApiError, match="disruption budget") as refused:
        evict(names[1])
    assert refused.value.status == 429
    eventually(lambda: budget(released) == 1)
    evict(names[1])
    eventually(lambda: released.ready("titanic") == 2)


def budget(there: Cluster) -> int:
    """Return how many pods may be evicted now."""
    status = there.get("PodDisruptionBudget", "titanic")["status"]
    return int(status.get("disruptionsAllowed", 0))


def test_a_quota_is_kept_or_said(project: Path, released: Cluster, tmp_path: Path) -> None:
    hard = {"requests.cpu": "2", "requests.memory": "4Gi", "limits.memory": "4Gi"}
    released.create("ResourceQuota", "all", spec={"hard": hard})
    make(project, "deploy", written(tmp_path, {"deployment": {"replicas": 1}}))
    released.create("ResourceQuota", "cpu", spec={"hard": {"limits.cpu": "4"}})
    limited: dict[str, object] = {"deployment": {"replicas": 1, "cpu_limit": "1"}}
    make(project, "deploy", "TAG=2", written(tmp_path, limited))
    assert released.ready("titanic") == 1


def test_settings_that_the_service_does_not_read_restart_no_pod(
    project: Path, released: Cluster, tmp_path: Path
) -> None:
    one = {"replicas": 1}
    make(project, "deploy", written(tmp_path, {"deployment": one}))
    (before,) = released.pods()
    changed = {"training": {"folds": 3}, "registry": {"tolerance": 0.1}, "deployment": one}
    make(project, "deploy", written(tmp_path, changed))
    (after,) = released.pods()
    assert after["metadata"]["uid"] == before["metadata"]["uid"]


def test_the_chart_is_a_part_of_another(project: Path, released: Cluster, tmp_path: Path) -> None:
    chart = next(project.glob("deploy/helm/*"))
    parent = tmp_path / "platform"
    (parent / "charts").mkdir(parents=True)
    shutil.copytree(chart, parent / "charts" / "titanic")
    (parent / "Chart.yaml").write_text("apiVersion: v2\nname: platform\nversion: 1.0.0\n")
    config = yaml.safe_load((project / "config.yaml").read_text("utf-8"))
    config["image"]["tag"] = "1"
    config["deployment"]["replicas"] = 1
    values = {"titanic": config, "global": {"team": "risk"}}
    (parent / "values.yaml").write_text(yaml.safe_dump(values))
    options = ["--namespace", released.namespace, "--wait", "--timeout", "60s"]
    done = helm("install", "all", parent, *options, cwd=tmp_path, kubeconfig=released.kubeconfig)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    assert released.ready("all-titanic") == 1
