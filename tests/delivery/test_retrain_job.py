"""The retrain job on a real control plane: a schedule's job, its pod, and the version it makes."""

import re
from pathlib import Path

import pytest

from tests.support.commands import run
from tests.support.projects import Trained, quick
from tests.support.tracking import tracking_server

from .control_plane.cluster import Cluster, eventually
from .test_release_pods import written


@pytest.fixture
def project(trained: Trained) -> Path:
    return trained("titanic")


def test_the_job_of_the_schedule_makes_a_version(
    project: Path, released: Cluster, tmp_path: Path
) -> None:
    released.runs(project, "titanic-ci:latest", **quick(project))
    with tracking_server(project, tmp_path, f"sqlite:///{tmp_path}/mlflow.db") as url:
        retrain = {"schedule": "0 3 * * 1", "arguments": ["KEEP_DATA=1"]}
        deployment = {"replicas": 1, "retrain": retrain, "ci_image": "titanic-ci:latest"}
        values = written(tmp_path, {"registry": {"uri": url}, "deployment": deployment})
        run("make", "deploy", values, cwd=project)
        started = ["create", "job", "now", "--from=cronjob/titanic-retrain"]
        run("kubectl", *started, "--namespace", released.namespace, cwd=project)
        status = eventually(lambda: ended(released, "now"), patience=180)
        (pod,) = (name for name, each in released.named("Pod").items() if name.startswith("now-"))
        shown = released.log(pod, "retrain")
        assert {*released.named("Pod")} == guarded(released)
        assert status == "Complete", shown
        versions = run("make", "models", cwd=project, TITANIC_REGISTRY__URI=url)
        assert re.search(r"│ +1 │.*│ champion │", versions), versions


def guarded(there: Cluster) -> set[str]:
    """Return the names of the pods whose ways out a NetworkPolicy closes."""
    policies = [each["spec"] for each in there.named("NetworkPolicy").values()]
    return {
        name
        for name, pod in there.named("Pod").items()
        for policy in policies
        if policy["podSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        and {"Ingress", "Egress"} <= {*policy["policyTypes"]}
    }


def ended(there: Cluster, job: str) -> str:
    """Return how a job has ended, empty if it has not."""
    conditions = there.get("Job", job)["status"].get("conditions") or []
    true = {each["type"] for each in conditions if each["status"] == "True"}
    return "Complete" if "Complete" in true else "Failed" if "Failed" in true else ""
