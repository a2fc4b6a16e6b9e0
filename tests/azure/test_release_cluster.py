"""`make azure-release` on AKS: the chart in a real control plane, by Azure's credentials."""

import shutil
from pathlib import Path

import pytest
from model_azure.cloud import resource_group
from model_azure.infrastructure import arm as own_arm
from model_azure.settings import FILE, read_azure

from tests.azure.commands import run
from tests.azure.stand_in import StandIn
from tests.azure.stand_in.containers import CLUSTERS
from tests.delivery.conftest import released, there
from tests.delivery.control_plane.cluster import Cluster, eventually
from tests.support.files import SKELETON
from tests.support.projects import Baked, Trained

__all__ = ["released", "there"]

KUBELET = "00000000-0000-0000-0000-0000000000dd"


@pytest.fixture
def titanic(
    azure: StandIn,
    released: Cluster,
    trained: Trained,
    baked: Baked,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Cluster:
    """Titanic with Azure's files, this process's folder; its cluster is the control plane."""
    ignored = shutil.ignore_patterns(".venv", "node_modules")
    folder = shutil.copytree(trained("titanic"), tmp_path / "titanic", ignore=ignored)
    shutil.copytree(SKELETON / "deploy" / "azure", folder / "deploy" / "azure")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("KUBECONFIG")
    monkeypatch.setenv("TITANIC_DEPLOYMENT__NAMESPACE", released.namespace)
    monkeypatch.setattr(own_arm, "EVERY_S", 0.001)
    monkeypatch.setattr("model_azure.infrastructure.deployment.EVERY_S", 0.001)
    text = (baked({"azure": "yes"}) / FILE).read_text()
    FILE.write_text(text.replace("kind: container-apps ", "kind: aks "))
    group = "/subscriptions/s/resourceGroups/clusters"
    cluster = f"{group}/providers/{CLUSTERS}/blue"
    FILE.write_text(FILE.read_text().replace('cluster: ""', f"cluster: {cluster}"))
    profile = {"identityProfile": {"kubeletidentity": {"objectId": KUBELET}}}
    azure.arm.put(cluster, properties=profile)
    azure.containers.kubeconfig = released.kubeconfig.read_bytes()
    return released


@pytest.mark.slow
def test_the_chart_runs_in_the_cluster_and_goes_back(titanic: Cluster, azure: StandIn) -> None:
    server = run("infra").partition("repository: ")[2].partition("/")[0]
    config = Path("config.yaml")
    text = config.read_text().replace('repository: "titanic"', f"repository: {server}/titanic")
    config.write_text(text)
    assert "The chart's release runs in blue" in run("release", "--tag", "1")
    eventually(lambda: titanic.ready("titanic") > 0)
    assert _image(titanic) == f"{server}/titanic:1"
    run("release", "--tag", "2")
    assert _image(titanic) == f"{server}/titanic:2"
    assert "runs what it ran before" in run("release", "--rollback")
    assert _image(titanic) == f"{server}/titanic:1"
    roles = [
        each["properties"]["principalId"]
        for place, each in azure.arm.resources.items()
        if "/roleassignments/" in place and "registries" in place
    ]
    assert KUBELET in roles
    assert "deploy failed in blue" in run("release", "--tag", "1/2", code=1)


def _image(there: Cluster) -> str:
    pod = there.get("Deployment", "titanic")["spec"]["template"]["spec"]
    return str(pod["containers"][0]["image"])


def test_a_cluster_that_is_not_there_is_told(
    azure: StandIn, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model_azure.infrastructure.deployment.EVERY_S", 0.001)
    azure.arm.resources.clear()
    run("infra")
    cluster = f"{resource_group(read_azure())}/providers/{CLUSTERS}/gone"
    text = FILE.read_text().replace("kind: container-apps ", "kind: aks ")
    FILE.write_text(text.replace('cluster: ""', f"cluster: {cluster}"))
    output = run("release", code=1)
    assert f"There is no cluster {cluster}" in output
