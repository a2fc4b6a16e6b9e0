"""Ways into the service, and versions side by side, as the chart renders them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from .charts import (
    CANARY,
    DIGEST,
    EXTRA,
    GATEWAY,
    INGRESS,
    TAG,
    VALUES,
    Manifest,
    named,
    one,
    pods,
    selects,
    with_values,
)
from .helm import helm

Render = Callable[..., list[Manifest]]
NEXT = {"weight": 10, "tag": "8"}


def ingress_path(manifests: list[Manifest]) -> object:
    (path,) = one(manifests, "Ingress")["spec"]["rules"][0]["http"]["paths"]
    assert path["pathType"] == "Prefix"
    return path["path"]


def route_path(manifests: list[Manifest]) -> object:
    (rule,) = one(manifests, "HTTPRoute")["spec"]["rules"]
    (match,) = rule["matches"]
    assert match["path"]["type"] == "PathPrefix"
    return match["path"]["value"]


def told_path(manifests: list[Manifest]) -> object:
    """Return the prefix that the service in the pods is told: by its variable, else config.yaml."""
    (container,) = one(manifests, "Deployment")["spec"]["template"]["spec"]["containers"]
    for variable in container["env"]:
        if variable["name"] == "TITANIC_SERVING__ROOT_PATH":
            return variable["value"]
    config = named(manifests, "ConfigMap")["titanic"]["data"]["config.yaml"]
    return yaml.safe_load(config)["serving"]["root_path"]


@pytest.mark.parametrize(
    ("root_path", "path", "way", "told"),
    [
        ("", "", "/", ""),
        ("/risk", "", "/risk", "/risk"),
        ("", "/{release}/api", "/titanic/api", "/titanic/api"),
        ("/risk", "/other", "/other", "/other"),
        # A proxy before the ingress has stripped it.
        ("/risk", "/", "/", "/risk"),
    ],
)
def test_the_service_is_told_the_path_of_its_ways_in(
    render: Render, root_path: str, path: str, way: str, told: str
) -> None:
    deployment = {"path": path, "ingress": INGRESS, "gateway": GATEWAY}
    manifests = render({"serving": {"root_path": root_path}, "deployment": deployment})
    assert ingress_path(manifests) == route_path(manifests) == way
    assert told_path(manifests) == told


def test_an_ingress_of_every_host_names_none(render: Render) -> None:
    spec = one(render(VALUES["every-host"]), "Ingress")["spec"]
    assert spec["tls"] == [{"secretName": "cert"}]
    assert [list(rule) for rule in spec["rules"]] == [["http"]]
    spec = one(render(VALUES["any-host"]), "Ingress")["spec"]
    assert [rule["host"] for rule in spec["rules"]] == ["*.example.org"]


def test_a_route_leads_from_the_gateway_to_the_service(render: Render) -> None:
    manifests = render(VALUES["gateway"])
    spec = one(manifests, "HTTPRoute")["spec"]
    parent = {"name": "public", "namespace": "infra", "sectionName": "https"}
    assert spec["parentRefs"] == [parent]
    assert spec["hostnames"] == ["*.example.org"]
    (backend,) = spec["rules"][0]["backendRefs"]
    (port,) = one(manifests, "Service")["spec"]["ports"]
    assert (backend["name"], backend["port"]) == ("titanic", port["port"])
    assert "Ingress" not in {each["kind"] for each in manifests}


OF_EACH = ("Deployment", "Service", "PodDisruptionBudget", "PrometheusRule")


def test_each_version_has_objects_of_its_own(render: Render) -> None:
    watched = VALUES["versions"]["deployment"] | VALUES["watched"]["deployment"]
    manifests = render({"deployment": watched})
    deployments, services, budgets, rules = (named(manifests, kind) for kind in OF_EACH)
    versions = {
        "titanic": TAG.partition("=")[2],
        "titanic-next": CANARY["tag"],
        "titanic-last": "6",
    }
    assert {*versions} == {*deployments} == {*services} == {*budgets} == {*rules}
    for name, version in versions.items():
        selector = services[name]["spec"]["selector"]
        assert selector == deployments[name]["spec"]["selector"]["matchLabels"]
        assert selector == budgets[name]["spec"]["selector"]["matchLabels"]
        for other, each in deployments.items():
            labels = each["spec"]["template"]["metadata"]["labels"]
            assert (selector.items() <= labels.items()) == (name == other), (name, other)
        assert labelled(deployments[name]) == labelled(services[name]) == version
        assert f'job="{name}"' in str(rules[name]["spec"])


def labelled(manifest: Manifest) -> object:
    return manifest["metadata"]["labels"]["app.kubernetes.io/version"]


def test_what_holds_for_all_versions_knows_each(render: Render) -> None:
    manifests = render(
        {"deployment": VALUES["versions"]["deployment"] | VALUES["watched"]["deployment"]}
    )
    policy, monitor = (
        named(manifests, kind)["titanic"]["spec"] for kind in ("NetworkPolicy", "ServiceMonitor")
    )
    assert policy["podSelector"] == monitor["selector"]
    for kind in ("Deployment", "Service"):
        for manifest in named(manifests, kind).values():
            assert selects(policy["podSelector"], manifest["metadata"]["labels"])
    tests = [each for each in pods(manifests) if each["spec"]["containers"][0]["name"] == "predict"]
    asked = {each["spec"]["containers"][0]["args"][0] for each in tests}
    assert asked == {f"http://{name}" for name in named(manifests, "Service")}


def test_a_version_has_its_image_and_number_of_pods(render: Render) -> None:
    deployments = named(render(VALUES["versions"]), "Deployment")
    found = {
        name: (
            each["spec"]["template"]["spec"]["containers"][0]["image"],
            each["spec"].get("replicas"),
        )
        for name, each in deployments.items()
    }
    assert found == {
        "titanic": (f"titanic@{DIGEST}", None),  # the autoscaler says it
        "titanic-next": (f"titanic@{CANARY['digest']}", 2),
        "titanic-last": ("titanic:6", 1),
    }


def test_a_version_of_a_fetched_model_fetches_its_own(render: Render) -> None:
    deployments = named(render(VALUES["models"]), "Deployment")
    pod = {name: each["spec"]["template"]["spec"] for name, each in deployments.items()}
    fetched = {name: spec["initContainers"][0]["command"][-1] for name, spec in pod.items()}
    assert fetched == {"titanic": "@champion", "titanic-next": "66"}
    assert len({spec["containers"][0]["image"] for spec in pod.values()}) == 1


def test_the_main_version_is_known_as_it_was_without_others(render: Render) -> None:
    (before,) = named(render({}), "Deployment").values()
    after = named(render(VALUES["versions"]), "Deployment")["titanic"]
    # The API refuses to change a Deployment's selector.
    assert before["spec"]["selector"] == after["spec"]["selector"]
    assert before["metadata"]["name"] == after["metadata"]["name"]


def test_weights_are_per_cent_of_the_requests(render: Render) -> None:
    for name, expected in (
        ("versions", {"titanic": 90, "titanic-last": 0, "titanic-next": 10}),
        ("models", {"titanic": 0, "titanic-next": 100}),
    ):
        (rule,) = one(render(VALUES[name]), "HTTPRoute")["spec"]["rules"]
        assert {each["name"]: each["weight"] for each in rule["backendRefs"]} == expected
    ingresses = named(render(VALUES["nginx"]), "Ingress")
    main, canary = ingresses["titanic"], ingresses["titanic-next"]
    annotation = "nginx.ingress.kubernetes.io/canary"
    assert canary["metadata"]["annotations"] == {annotation: "true", f"{annotation}-weight": "10"}
    assert annotation not in main["metadata"]["annotations"]
    rules = [each["spec"]["rules"][0] for each in (main, canary)]
    backends = [rule["http"]["paths"][0].pop("backend")["service"]["name"] for rule in rules]
    assert backends == [*ingresses]
    assert rules[0] == rules[1]


def test_a_version_without_a_share_needs_no_way_in(render: Render) -> None:
    manifests = render({"deployment": {"canaries": {"next": {"tag": "8"}}}})
    assert {*named(manifests, "Service")} == {"titanic", "titanic-next"}
    assert not named(manifests, "Ingress")


def test_a_route_leads_to_as_many_versions_as_it_may(render: Render) -> None:
    canaries = {f"n{number}": {"tag": "8", "weight": 1} for number in range(15)}
    manifests = render({"deployment": {"canaries": canaries, "gateway": GATEWAY}})
    (rule,) = one(manifests, "HTTPRoute")["spec"]["rules"]
    assert len(rule["backendRefs"]) == 16


BY_INGRESS = {"ingress": INGRESS}
REFUSED: dict[str, dict[str, Any]] = {
    "canaries.next.tag is missing": {"canaries": {"next": {"weight": 1}}, **BY_INGRESS},
    "canaries.next.model is set, and serving.model is baked": {
        "canaries": {"next": {"model": "66"}}
    },
    "next can have no weight without a way in": {"canaries": {"next": NEXT}},
    "last, next have weights, and an ingress": {
        "canaries": {"next": NEXT, "last": NEXT},
        **BY_INGRESS,
    },
    "the weights of last, next are more than 100": {
        "canaries": {"next": NEXT, "last": NEXT | {"weight": 91}},
        "gateway": GATEWAY,
    },
    "there are 16, and a route of deployment.gateway takes 15": {
        "canaries": {f"n{number}": {"tag": "8"} for number in range(16)},
        "gateway": GATEWAY,
    },
    "additional properties 'too-long-a-name' not allowed": {"canaries": {"too-long-a-name": NEXT}},
    "a certificate is for a host": {"ingress": {"host": "*", "issuer": "letsencrypt"}},
    "at '/deployment/ingress/host': 'a..b' does not match": {"ingress": {"host": "a..b"}},
    "at '/deployment/path': '/a/../b' does not match": {"path": "/a/../b"},
    "missing property 'kind'": {"extra_manifests": [{"apiVersion": "v1", "metadata": {}}]},
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_can_not_be_meant_is_refused(titanic: Path, tmp_path: Path, said: str) -> None:
    values = with_values(tmp_path, {"deployment": REFUSED[said]})
    chart = next(titanic.glob("deploy/helm/*"))
    done = helm("template", "titanic", chart, "--set-string", TAG, *values, cwd=titanic)
    assert done.returncode != 0
    assert said in done.stderr, done.stderr


def test_manifests_of_ones_own_are_the_releases_and_stay_as_they_are(render: Render) -> None:
    manifests = render(VALUES["extra"])
    own = named(manifests, "ConfigMap")["own"]
    release = one(manifests, "ServiceAccount")["metadata"]["labels"]
    assert own["metadata"]["labels"] == release | EXTRA[0]["metadata"]["labels"]
    assert own["data"] == EXTRA[0]["data"]
    quota = one(manifests, "ResourceQuota")
    assert quota["metadata"] == {"name": "quota", "labels": release}
    assert quota["spec"] == EXTRA[1]["spec"]
