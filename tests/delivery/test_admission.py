"""The chart's objects as a real API server takes them: strictly, without a warning, restricted."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.projects import Trained

from .api_rules import RULES
from .charts import VALUES, Manifest, documents, one, template
from .control_plane.api import Api, ApiError
from .control_plane.cluster import Cluster, path_of
from .control_plane.fixtures import control_plane, namespace
from .test_chart_settings import laid

LONGEST = "a" * 53


@pytest.fixture(scope="module")
def strict(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A namespace for tries that keep nothing."""
    with namespace(control_plane(trained), tmp_path_factory.mktemp("strict")) as found:
        for account in ("titanic", LONGEST, "mine"):  # a pod by itself needs its account
            found.create("ServiceAccount", account)
        yield found


def tried(api: Api, place: str, manifest: Manifest) -> list[str]:
    """Return the server's warnings about an object that it takes."""
    name = manifest["metadata"]["name"]
    return api.apply(f"{path_of(manifest['kind'], place)}/{name}", manifest)


@pytest.mark.parametrize("name", VALUES)
def test_all_is_admitted_without_a_warning(
    titanic: Path, tmp_path: Path, strict: Cluster, name: str
) -> None:
    release = LONGEST if name == "long" else "titanic"
    text = template(titanic, tmp_path, VALUES[name], release, strict.namespace)
    for manifest in documents(text):
        assert tried(strict.api, strict.namespace, manifest) == [], manifest["metadata"]["name"]


BROKEN: dict[str, Callable[[Manifest], object]] = {
    "runAsNonRoot": lambda pod: pod["securityContext"].pop("runAsNonRoot"),
    "seccompProfile": lambda pod: pod["securityContext"].pop("seccompProfile"),
    "unrestricted capabilities": lambda pod: own(pod).pop("capabilities"),
    "allowPrivilegeEscalation": lambda pod: own(pod).pop("allowPrivilegeEscalation"),
    "host namespaces": lambda pod: pod.update(hostNetwork=True),
    "field not declared": lambda pod: pod.update(restartPolicie="Never"),
}


def own(pod: Manifest) -> Manifest:
    context: Manifest = pod["containers"][0]["securityContext"]
    return context


@pytest.mark.parametrize("finding", BROKEN)
def test_the_server_would_have_found_something(
    titanic: Path, tmp_path: Path, strict: Cluster, finding: str
) -> None:
    manifests = documents(template(titanic, tmp_path, {}, namespace=strict.namespace))
    pod: dict[str, Any] = copy.deepcopy(one(manifests, "Pod"))
    BROKEN[finding](pod["spec"])
    with pytest.raises(ApiError, match=finding):
        tried(strict.api, strict.namespace, pod)


ROUNDS = [
    {path: good[number % len(good)] for path, (good, _) in RULES.items()}
    for number in range(max(len(good) for good, _ in RULES.values()))
]


@pytest.mark.parametrize("number", range(len(ROUNDS)))
def test_what_the_settings_take_the_server_takes(
    titanic: Path, tmp_path: Path, strict: Cluster, number: int
) -> None:
    """All first good values at once, all second ones, and so on."""
    values = laid(ROUNDS[number] | NEEDED)
    if values["deployment"]["ingress"]["host"] == "*":  # for which no certificate can be asked
        values["deployment"]["ingress"]["issuer"] = ""
    for canary in values["deployment"]["canaries"].values():
        canary.setdefault("tag", "8")
        if not values["deployment"]["gateway"]["name"]:  # which would share requests out
            canary["weight"] = 0
    release = values["deployment"]["release"]
    text = template(titanic, tmp_path, values, release, strict.namespace)
    for manifest in documents(text):
        if manifest["kind"] != "Pod":  # which would need the account and class of its name
            assert tried(strict.api, strict.namespace, manifest) == [], manifest["metadata"]["name"]


NEEDED = {
    "serving.model": "latest",
    "registry.uri": "https://mlflow.example.org",
    "deployment.max_replicas": 9,
    "deployment.retrain.allow_to": [443],
}
"""Values that others of a round ask for."""
