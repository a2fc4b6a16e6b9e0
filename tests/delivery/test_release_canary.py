"""Two versions of a service side by side on a real control plane, from the first try to the end."""

from pathlib import Path

import pytest

from tests.support.commands import make
from tests.support.projects import Trained
from tests.support.services import get

from .control_plane.cluster import Cluster, eventually
from .test_release_pods import written

PREDICTION = "{'died_proba': 0."
"""The beginning of an answer to `helm test`."""


@pytest.fixture
def project(trained: Trained) -> Path:
    return trained("titanic")


def page(there: Cluster, service: str) -> int:
    """Return the status of a Service's page: the new version has none."""
    balancer = there.balancer(service)
    status = get(f"{balancer.url}/")[0]
    balancer.close()
    return int(status)


def started(there: Cluster) -> dict[str, str]:
    """Return when each pod that serves was started, by its name."""
    pods = there.named("Pod").values()
    serve = [each for each in pods if each["metadata"]["labels"].get("pod-template-hash")]
    return {each["metadata"]["name"]: each["status"]["startTime"] for each in serve}


def test_a_version_runs_beside_another_and_replaces_it(
    project: Path, released: Cluster, tmp_path: Path
) -> None:
    released.runs(project, "titanic:2", TITANIC_SERVING__CLIENT="false")
    alone = {"replicas": 1, "path": "/{release}/api", "gateway": {"name": "public"}}

    def with_weight(weight: int) -> str:
        canaries = {"next": {"tag": "2", "weight": weight}}
        return written(tmp_path, {"deployment": {**alone, "canaries": canaries}})

    make(project, "deploy", "TAG=1", written(tmp_path, {"deployment": alone}))
    (first,) = started(released)
    shown = make(project, "deploy", "TAG=1", with_weight(10))
    assert shown.count(PREDICTION) == 2
    assert "next, version 2, gets 10 % of the requests" in shown
    both = started(released)
    assert first in both and len(both) == 2
    assert (page(released, "titanic"), page(released, "titanic-next")) == (200, 404)
    (beside,) = both.keys() - {first}
    make(project, "deploy", "TAG=2", with_weight(50))
    assert started(released)[beside] == both[beside]
    make(project, "deploy", "TAG=2", written(tmp_path, {"deployment": alone}))
    assert [*released.named("Deployment")] == ["titanic"]
    assert "titanic-next" not in released.named("Service")
    assert page(released, "titanic") == 404
    eventually(lambda: len(started(released)) == 1)
