"""Jobs with workers on a real control plane: the pods of one job are its Dask cluster."""

import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import make, run
from tests.support.projects import Trained, quick
from tests.support.tracking import tracking_server

from .control_plane.cluster import Cluster, eventually, path_of
from .scoring_jobs import (
    cut_off,
    evict,
    kill,
    nothing_left,
    of_index,
    passengers,
    scored,
    scoring,
    works,
)
from .test_release_pods import written
from .test_retrain_job import ended, guarded

CI = "titanic-ci:latest"
LONG = 240


@pytest.fixture(scope="module")
def project(trained: Trained) -> Path:
    """Titanic, trained, with Dask beside it."""
    with trained.once("clustered") as (folder, done):
        if not done:
            made = trained.copy("titanic", folder)
            run("uv", "add", "--group", "train", "model-runtime[cluster]", cwd=made)
            make(made, "setup")
    (project,) = folder.iterdir()
    return project


@pytest.fixture
def cluster(project: Path, released: Cluster) -> Cluster:
    """The namespace, whose images are that project's."""
    released.runs(project)
    released.runs(project, CI, **quick(project))
    return released


@pytest.fixture
def shared(cluster: Cluster, tmp_path: Path) -> Iterator[Path]:
    """A folder that is a volume of the release's pods, /shared, with files to score in it."""
    name = f"shared-{cluster.namespace}"
    folder = tmp_path / "shared"
    (folder / "in").mkdir(parents=True)
    many = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteMany"]}
    claim = {
        "accessModes": ["ReadWriteMany"],
        "volumeName": name,
        "storageClassName": "",
        "resources": {"requests": {"storage": "1Gi"}},
    }
    volume = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}}
    path = path_of("PersistentVolume")
    spec = {**many, "hostPath": {"path": str(folder)}, "storageClassName": ""}
    cluster.api.create(path, {**volume, "spec": spec})
    cluster.create("PersistentVolumeClaim", "shared", spec=claim)
    yield folder
    cluster.api.delete(f"{path}/{name}")


@pytest.fixture
def release(project: Path, cluster: Cluster, shared: Path, tmp_path: Path) -> Cluster:
    """The release beside which scoring is a job."""
    source = {"persistentVolumeClaim": {"claimName": "shared"}}
    volume = {"name": "shared", "mount_path": "/shared", "read_only": False, **source}
    deployment = {"replicas": 1, "max_replicas": 1, "ci_image": CI, "volumes": [volume]}
    make(project, "deploy", written(tmp_path, {"deployment": deployment}))
    return cluster


def test_a_killed_worker_and_a_cut_connection_cost_no_row_and_nothing_is_left(
    project: Path, release: Cluster, shared: Path, tmp_path: Path
) -> None:
    rows = passengers(shared / "in")
    kubeconfig = Path(shutil.copy(release.kubeconfig, tmp_path / "of-the-run"))
    run_ = scoring(project, "WORKERS=2", KUBECONFIG=str(kubeconfig))
    assert run_.stdout is not None
    try:
        pod = eventually(lambda: works(release, 1), LONG)
        assert {pod, *of_index(release, 0)} <= guarded(release)
        kill(release, pod)
        said = cut_off(run_, kubeconfig) + run_.stdout.read()
        run_.wait(LONG)
    finally:
        run_.kill()
    assert run_.returncode == 0, said
    assert "2 workers; the model of titanic:" in said
    assert len(re.findall(rf"scored +{rows:,} to ", said)) == 1, said
    assert scored(shared / "out") == rows
    assert nothing_left(release)


def test_a_drained_first_pod_begins_again_elsewhere(
    project: Path, release: Cluster, shared: Path
) -> None:
    rows = passengers(shared / "in")
    run_ = scoring(project, "WORKERS=1")
    try:
        eventually(lambda: works(release, 1), LONG)
        (pod,) = of_index(release, 0)
        evict(release, pod)
        said, _ = run_.communicate(timeout=LONG)
    finally:
        run_.kill()
    assert run_.returncode == 0, said
    assert scored(shared / "out") == rows
    assert nothing_left(release)


def test_an_interrupt_removes_the_job(project: Path, release: Cluster, shared: Path) -> None:
    passengers(shared / "in")
    run_ = scoring(project, "WORKERS=1")
    eventually(lambda: works(release, 1), LONG)
    os.killpg(run_.pid, signal.SIGINT)
    said, _ = run_.communicate(timeout=LONG)
    assert run_.returncode != 0
    assert "Interrupted." in said
    assert nothing_left(release)


def test_it_says_what_it_waits_for_until_it_is_interrupted(project: Path, release: Cluster) -> None:
    release.images.refuse(release.namespace, CI)
    run_ = scoring(project)
    assert run_.stdout is not None
    for line in run_.stdout:
        if "Waiting; ErrImagePull: no image titanic-ci:latest is known here" in line:
            break
    os.killpg(run_.pid, signal.SIGINT)
    run_.communicate(timeout=LONG)
    assert run_.returncode != 0
    assert nothing_left(release)


def test_a_job_that_fails_says_why_and_is_removed(
    project: Path, release: Cluster, shared: Path
) -> None:
    run_ = scoring(project, "WORKERS=1")
    said, _ = run_.communicate(timeout=LONG)
    assert run_.returncode != 0
    assert "INPUT" in said
    assert "The job failed (PodFailurePolicy" in said
    assert nothing_left(release)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("RELEASE=other",), "There is no release other in "),
        (("INPUT=data/titanic.csv",), "data/titanic.csv is of this machine, and pods"),
    ],
)
def test_it_is_refused_before_a_job_is_made(
    project: Path, release: Cluster, shared: Path, options: tuple[str, ...], sentence: str
) -> None:
    said, _ = scoring(project, *options).communicate(timeout=LONG)
    assert sentence in said
    assert not release.named("Job")


def test_retraining_with_workers_makes_a_version(
    project: Path, cluster: Cluster, tmp_path: Path
) -> None:
    with tracking_server(project, tmp_path, f"sqlite:///{tmp_path}/mlflow.db") as url:
        retrain = {"schedule": "0 3 * * 1", "arguments": ["KEEP_DATA=1"], "workers": 2}
        deployment = {"replicas": 1, "max_replicas": 1, "retrain": retrain, "ci_image": CI}
        values = written(tmp_path, {"registry": {"uri": url}, "deployment": deployment})
        run("make", "deploy", values, cwd=project)
        started = ["create", "job", "now", "--from=cronjob/titanic-retrain"]
        run("kubectl", *started, "--namespace", cluster.namespace, cwd=project)
        status = eventually(lambda: ended(cluster, "now"), LONG)
        pods = {name for name in cluster.named("Pod") if name.startswith("now-")}
        shown = "\n".join(cluster.log(name, "retrain") for name in sorted(pods))
        assert status == "Complete", shown
        assert {*cluster.named("Pod")} == guarded(cluster)
        versions = run("make", "models", cwd=project, TITANIC_REGISTRY__URI=url)
        assert re.search(r"│ +1 │.*│ champion │", versions), versions
