"""A release's pods on a real control plane: replaced under load, keys changed, models fetched."""

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from model_runtime.api_key import make_key

from tests.support.commands import make, run
from tests.support.loads import loaded
from tests.support.projects import Trained
from tests.support.services import get

from .control_plane.cluster import Cluster, eventually

RATE = 100
"""Requests a second, while pods are replaced."""


@pytest.fixture
def project(trained: Trained) -> Path:
    return trained("titanic")


def written(folder: Path, values: dict[str, object]) -> str:
    """Return the option of `make` for values in a file."""
    file = folder / f"values-{len([*folder.iterdir()])}.yaml"
    file.write_text(yaml.safe_dump(values), "utf-8")
    return f"VALUES={file}"


def example(url: str) -> str:
    """Return a request that a service's own description shows."""
    description = json.loads(get(f"{url}/openapi.json")[1])
    return json.dumps(description["components"]["schemas"]["Features"]["examples"][0])


@contextmanager
def unharmed(there: Cluster) -> Iterator[None]:
    """Ask the service while the block lasts, and until two pods are left; no request may fail."""
    service = there.balancer("titanic")
    with loaded(service.url, example(service.url), RATE) as load:
        yield
        eventually(lambda: len(there.pods()) == 2)
    service.close()
    assert load.failures == []
    assert load.requests > 4 * RATE


def test_deploying_and_going_back_fail_no_request(
    project: Path, released: Cluster, tmp_path: Path
) -> None:
    values = written(tmp_path, {"serving": {"drain_seconds": 2}})
    make(project, "deploy", "TAG=1", values)
    with unharmed(released):
        make(project, "deploy", "TAG=2", values)
        make(project, "rollback-release")


def test_no_deployment_takes_back_what_the_autoscaler_has_done(
    project: Path, released: Cluster, tmp_path: Path
) -> None:
    """On, another version, taken back, off, back: there are never fewer pods than before."""
    released.runs(project, "titanic:bad", TITANIC_SERVING__API_KEYS__LINES=make_key("a", 1)[1].line)
    fixed, scaled, off = (
        written(tmp_path, {"deployment": {"replicas": least, "max_replicas": most}})
        for least, most in ((2, 2), (1, 5), (3, 1))
    )
    make(project, "deploy", fixed)
    eventually(lambda: released.ready("titanic") == 2)
    with fewest(released) as seen:
        make(project, "deploy", scaled)
        scale(released, 3)  # as the autoscaler would, by metrics
        looks = len(seen)
        make(project, "deploy", "TAG=2", scaled)
        run("sh", "-c", f"! make deploy TAG=bad {scaled}", cwd=project)
        assert {*seen[looks:]} == {3}
        make(project, "deploy", off)
        make(project, "rollback-release")
    assert min(seen) == 2
    assert seen[-1] == 3


def scale(there: Cluster, pods: int) -> None:
    path = f"/apis/apps/v1/namespaces/{there.namespace}/deployments/titanic/scale"
    there.api.patch(path, {"spec": {"replicas": pods}})
    eventually(lambda: there.ready("titanic") == pods)


@contextmanager
def fewest(there: Cluster) -> Iterator[list[int]]:
    """Yield how many pods its Deployment asked for, at each look, while the block lasts."""
    seen: list[int] = []
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.05):
            seen.append(there.get("Deployment", "titanic")["spec"]["replicas"])

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def test_keys_are_changed_while_the_pods_run(
    project: Path, released: Cluster, tmp_path: Path
) -> None:
    old, new = (make_key(name, 1) for name in ("before", "after"))
    encoded = {"keys": b64encode(old[1].line.encode()).decode()}
    released.create("Secret", "titanic-keys", data=encoded)
    deployment = {"secrets": {"api_keys": "titanic-keys"}, "replicas": 1}
    values = written(tmp_path, {"deployment": deployment})
    shown = make(project, "deploy", values)
    assert "the Secret titanic-keys has none as api-key to try." in shown

    def change(**content: str) -> None:
        data = {name: b64encode(text.encode()).decode() for name, text in content.items()}
        path = f"/api/v1/namespaces/{released.namespace}/secrets/titanic-keys"
        released.api.patch(path, {"data": data})

    change(**{"api-key": old[0]})
    asked = ["helm", "test", "titanic", "--namespace", released.namespace]
    assert "version 1\n{'died_proba': 0." in run(*asked, cwd=project)
    service = released.balancer("titanic")

    def answer(key: str) -> int:
        ask = ["predict", "--url", service.url]
        done = run(
            "sh",
            "-c",
            f".venv/bin/titanic {' '.join(ask)} || true",
            cwd=project,
            **{"TITANIC_API_KEY": key},
        )
        return 401 if "401" in done or "API key" in done else 200

    assert (answer(old[0]), answer(new[0])) == (200, 401)
    change(**{"keys": new[1].line})
    eventually(lambda: answer(new[0]) == 200)
    assert answer(old[0]) == 401
    service.close()


def test_a_model_from_the_registry_is_fetched_before_the_service_starts(
    project: Path, released: Cluster, tmp_path: Path
) -> None:
    database = project / "registry" / "mlflow.db"
    values = {"serving": {"model": "latest"}, "registry": {"uri": f"sqlite:///{database}"}}
    make(project, "deploy", written(tmp_path, {**values, "deployment": {"replicas": 1}}))
    service = released.balancer("titanic")
    status, answer = get(f"{service.url}/api/info")
    service.close()
    assert (status, json.loads(answer)["metadata"]["version"]) == (200, 1)
    (pod,) = released.pods()
    assert "version 1" in released.log(pod["metadata"]["name"], "fetch-model")
